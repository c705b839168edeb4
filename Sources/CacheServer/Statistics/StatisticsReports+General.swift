import Base
import CacheStorage
import SystemInterface

// Bare `stats`.
extension StatisticsReports {
    func general() -> StatisticList {
        var list = StatisticList()
        self.addProcess(&list)
        self.addConnections(&list)
        self.addCommands(&list)
        self.addServer(&list)
        self.addItems(&list)
        self.addReplication(&list)
        return list
    }

    private func addProcess(_ list: inout StatisticList) {
        let cpu = Processes.cpuNanoseconds()
        list.add("pid", Int(Processes.identifier))
        list.add("uptime", Int(self.service.clock.uptime(SystemClock.now())))
        list.add("time", Int(SystemClock.unixNanoseconds() / 1_000_000_000))
        list.add("version", "\(CacheService.versionText)")
        list.add("libevent", "none")
        list.add("pointer_size", 64)
        list.add("rusage_user", Self.seconds(cpu.user))
        list.add("rusage_system", Self.seconds(cpu.system))
    }

    private static func seconds(_ nanoseconds: Int64) -> String {
        let micros = "\(nanoseconds / 1_000 % 1_000_000)"
        return "\(nanoseconds / 1_000_000_000)."
            + String(repeating: "0", count: 6 - micros.utf8.count) + micros
    }

    private func addConnections(_ list: inout StatisticList) {
        let numbers = self.service.connections.numbers
        let options = self.service.options
        list.add("max_connections", options.network.connectionCountMax)
        list.add("curr_connections", numbers.current)
        list.add("total_connections", numbers.total)
        if options.network.refusesAtLimit { list.add("rejected_connections", numbers.rejected) }
        list.add("connection_structures", numbers.current)
        // Parts of memcached's that are not here.
        for name in [
            "response_obj_oom", "response_obj_count", "response_obj_bytes", "read_buf_count",
            "read_buf_bytes", "read_buf_bytes_free", "read_buf_oom", "reserved_fds",
        ] { list.add(name, 0) }
    }

    private func addCommands(_ list: inout StatisticList) {
        let numbers = self.store.commandCounts()
        let others = self.service.commands.total()
        list.add("cmd_get", numbers.getCount)
        list.add("cmd_set", numbers.hits.set)
        list.add("cmd_flush", others.flushCount)
        list.add("cmd_touch", numbers.touchCount)
        list.add("cmd_meta", others.metaCount)
        list.add("get_hits", numbers.hits.get)
        list.add("get_misses", numbers.getMisses)
        list.add("get_expired", numbers.getExpiredCount)
        list.add("get_flushed", numbers.getFlushedCount)
        list.add("delete_misses", numbers.deleteMisses)
        list.add("delete_hits", numbers.hits.delete)
        list.add("incr_misses", numbers.incrementMisses)
        list.add("incr_hits", numbers.hits.increment)
        list.add("decr_misses", numbers.decrementMisses)
        list.add("decr_hits", numbers.hits.decrement)
        list.add("cas_misses", numbers.casMisses)
        list.add("cas_hits", numbers.hits.cas)
        list.add("cas_badval", numbers.hits.badCAS)
        list.add("touch_hits", numbers.hits.touch)
        list.add("touch_misses", numbers.touchMisses)
        list.add("store_too_large", others.tooLargeCount)
        list.add("store_no_memory", others.noMemoryCount)
        list.add("auth_cmds", self.service.logins.counts.tried)
        list.add("auth_errors", self.service.logins.counts.failed)
        if self.service.options.network.idleSecondsMax > 0 {
            list.add("idle_kicks", self.service.connections.numbers.idleKicks)
        }
        list.add("bytes_read", others.bytesRead)
        list.add("bytes_written", others.bytesWritten)
    }

    private func addServer(_ list: inout StatisticList) {
        let options = self.service.options
        let statistics = self.store.currentStatistics()
        list.add("limit_maxbytes", options.storage.memoryLimit)
        let connections = self.service.connections.numbers
        let accepts = !self.service.isDraining && !connections.isPaused
        list.add("accepting_conns", accepts ? 1 : 0)
        list.add("listen_disabled_num", connections.pauseCount)
        list.add("time_in_listen_disabled_us", Int(connections.pausedTime.nanoseconds / 1_000))
        list.add("threads", self.service.threadCount)
        list.add("conn_yields", self.service.commands.total().yieldCount)
        list.add("hash_power_level", statistics.hashPower)
        list.add("hash_bytes", statistics.hashByteCount)
        list.add("hash_is_expanding", statistics.isHashGrowing ? 1 : 0)
        if options.memory.reassigns {
            list.add("slab_reassign_rescues", statistics.relocatedItemCount)
            list.add("slab_reassign_chunk_rescues", statistics.relocatedChunkCount)
            for name in ["inline_reclaim", "busy_items", "busy_deletes", "busy_nomem"] {
                list.add("slab_reassign_\(name)", 0)
            }
            list.add("slab_reassign_last_busy_status", "none")
            list.add("slab_reassign_running", statistics.isPageMoving ? 1 : 0)
            list.add("slabs_moved", statistics.movedPageCount)
        }
        if options.memory.eviction.hasCrawler {
            list.add("lru_crawler_running", self.service.crawl.isRunning ? 1 : 0)
            list.add("lru_crawler_starts", self.service.crawl.startCount)
        }
        if options.memory.eviction.hasMaintainer { list.add("lru_maintainer_juggles", 0) }
        list.add("malloc_fails", 0)
        let watched = self.service.watchers.counts
        list.add("log_worker_dropped", 0)
        list.add("log_worker_written", watched.sentCount + watched.skippedCount)
        list.add("log_watcher_skipped", watched.skippedCount)
        list.add("log_watcher_sent", watched.sentCount)
        list.add("log_watchers", self.service.watchers.watcherCount)
        self.addTLS(&list)
        list.add("unexpected_napi_ids", 0)
        list.add("round_robin_fallback", 0)
    }

    private func addTLS(_ list: inout StatisticList) {
        guard let tls = self.service.tls else { return }
        let counts = tls.counts
        if self.service.options.tls.keepsSessions {
            list.add("ssl_new_sessions", counts.newSessions)
        }
        list.add("ssl_handshake_errors", counts.handshakeErrors)
        list.add("ssl_proto_errors", counts.protocolErrors)
        let age = SystemClock.now() - tls.refreshed
        list.add("time_since_server_cert_refresh", Int(age.components.seconds))
    }

    private func addItems(_ list: inout StatisticList) {
        let hasMaintainer = self.service.options.memory.eviction.hasMaintainer
        let statistics = self.store.currentStatistics()
        let classes = self.store.classStatistics(now: self.now)
        func sum(_ number: (ClassStatistics) -> Int) -> Int {
            classes.reduce(0) { $0 + number($1) }
        }
        list.add("bytes", statistics.byteCount)
        list.add("curr_items", statistics.itemCount)
        list.add("total_items", statistics.totalItemCount)
        list.add("slab_global_page_pool", statistics.pooledPageCount)
        list.add("expired_unfetched", statistics.expiredUnfetchedCount)
        list.add("evicted_unfetched", statistics.evictedUnfetchedCount)
        if hasMaintainer { list.add("evicted_active", 0) }
        list.add("evictions", statistics.evictionCount)
        list.add("reclaimed", statistics.reclaimedCount)
        list.add("crawler_reclaimed", statistics.crawlerReclaimedCount)
        list.add("crawler_items_checked", self.store.commandCounts().crawledCount)
        list.add("lrutail_reflocked", sum(\.busyCount))
        guard hasMaintainer else { return }
        list.add("moves_to_cold", 0)
        list.add("moves_to_warm", sum(\.promotedCount))
        list.add("moves_within_lru", sum(\.recycledCount))
        list.add("direct_reclaims", 0)
        list.add("lru_bumps_dropped", 0)
    }
}
