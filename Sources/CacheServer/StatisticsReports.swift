import Base
import CacheStorage
import MemcacheProtocol
import SystemInterface

/// `stats` and its sub-commands, with memcached 1.6's names.
struct StatisticsReports {
    let service: CacheService
    let store: CacheStore
    let now: UInt32

    /// Appends the answer to `stats what`.
    func append(_ what: String?, to output: ByteBuffer) {
        switch what {
        case nil: self.appendGeneral(to: output)
        case "settings": self.appendSettings(to: output)
        case "items": self.appendItems(to: output)
        case "slabs": self.appendSlabs(to: output)
        case "sizes": Self.line("sizes_status", "disabled", to: output)
        case "reset":
            self.service.connections.reset()
            self.store.resetStatistics()
            self.service.counters.reset()
            return output.append(Answers.reset)
        default: return output.append(Answers.error)
        }
        output.append(Answers.end)
    }

    private static func line(_ name: String, _ value: String, to output: ByteBuffer) {
        output.append("STAT ")
        output.append(name)
        output.append(0x20)
        output.append(value)
        output.append("\r\n")
    }

    private func appendGeneral(to output: ByteBuffer) {
        let cpu = Processes.cpuNanoseconds()
        let instant = SystemClock.now()
        func add(_ name: String, _ value: Int) { Self.line(name, "\(value)", to: output) }
        add("pid", Int(Processes.identifier))
        add("uptime", Int(self.service.clock.uptime(instant)))
        add("time", Int(SystemClock.unixNanoseconds() / 1_000_000_000))
        Self.line("version", "1.6.45-holdfast", to: output)
        Self.line("libevent", "none", to: output)
        add("pointer_size", 64)
        Self.line("rusage_user", Self.seconds(cpu.user), to: output)
        Self.line("rusage_system", Self.seconds(cpu.system), to: output)
        self.appendConnections(add)
        self.appendCommands(add)
        self.appendMemory(add)
    }

    private static func seconds(_ nanoseconds: Int64) -> String {
        let micros = "\(nanoseconds / 1_000 % 1_000_000)"
        return "\(nanoseconds / 1_000_000_000)."
            + String(repeating: "0", count: 6 - micros.count) + micros
    }

    private func appendConnections(_ add: (String, Int) -> Void) {
        let numbers = self.service.connections.numbers
        add("max_connections", self.service.options.connectionCountMax)
        add("curr_connections", numbers.current)
        add("total_connections", numbers.total)
        add("rejected_connections", numbers.rejected)
        add("connection_structures", numbers.current)
        for name in [
            "response_obj_oom", "response_obj_count", "response_obj_bytes", "read_buf_count",
            "read_buf_bytes", "read_buf_bytes_free", "read_buf_oom", "reserved_fds",
        ] { add(name, 0) }
    }

    private func appendCommands(_ add: (String, Int) -> Void) {
        let numbers = self.store.commandCounts()
        let others = self.service.counters.total()
        add("cmd_get", numbers.getCount)
        add("cmd_set", numbers.hits.set)
        add("cmd_flush", others.flushCount)
        add("cmd_touch", numbers.touchCount)
        add("cmd_meta", others.metaCount)
        add("get_hits", numbers.hits.get)
        add("get_misses", numbers.getMisses)
        add("get_expired", numbers.getExpiredCount)
        add("get_flushed", numbers.getFlushedCount)
        add("delete_misses", numbers.deleteMisses)
        add("delete_hits", numbers.hits.delete)
        add("incr_misses", numbers.incrementMisses)
        add("incr_hits", numbers.hits.increment)
        add("decr_misses", numbers.decrementMisses)
        add("decr_hits", numbers.hits.decrement)
        add("cas_misses", numbers.casMisses)
        add("cas_hits", numbers.hits.cas)
        add("cas_badval", numbers.hits.badCAS)
        add("touch_hits", numbers.hits.touch)
        add("touch_misses", numbers.touchMisses)
        add("store_too_large", others.tooLargeCount)
        add("store_no_memory", others.noMemoryCount)
        add("auth_cmds", 0)
        add("auth_errors", 0)
        add("bytes_read", others.bytesRead)
        add("bytes_written", others.bytesWritten)
    }

    private func appendMemory(_ add: (String, Int) -> Void) {
        let statistics = self.store.currentStatistics()
        add("limit_maxbytes", self.service.options.storage.memoryLimit)
        add("accepting_conns", self.service.isDraining ? 0 : 1)
        add("listen_disabled_num", 0)
        add("time_in_listen_disabled_us", 0)
        add("threads", self.service.threadCount)
        add("conn_yields", self.service.counters.total().yieldCount)
        add("hash_power_level", statistics.hashPower)
        add("hash_bytes", statistics.hashByteCount)
        add("hash_is_expanding", statistics.isHashGrowing ? 1 : 0)
        add("slabs_moved", statistics.movedPageCount)
        add("malloc_fails", 0)
        add("bytes", statistics.byteCount)
        add("curr_items", statistics.itemCount)
        add("total_items", statistics.totalItemCount)
        add("slab_global_page_pool", 0)
        add("expired_unfetched", statistics.expiredUnfetchedCount)
        add("evicted_unfetched", statistics.evictedUnfetchedCount)
        add("evictions", statistics.evictionCount)
        add("reclaimed", statistics.reclaimedCount)
        add("crawler_items_checked", self.store.commandCounts().crawledCount)
    }

    private func appendSettings(to output: ByteBuffer) {
        let options = self.service.options
        let rows: [(String, String)] = [
            ("maxbytes", "\(options.storage.memoryLimit)"),
            ("maxconns", "\(options.connectionCountMax)"), ("tcpport", "\(options.port)"),
            ("udpport", "0"),
            ("inter", options.hosts.isEmpty ? "NULL" : options.hosts.joined(separator: ",")),
            ("verbosity", "\(options.verbosity)"), ("oldest", "0"),
            ("evictions", options.storage.evicts ? "on" : "off"),
            ("domain_socket", options.socketPath ?? "NULL"),
            ("umask", String(options.socketPermissions, radix: 8)),
            ("shutdown_command", options.allowsShutdown ? "yes" : "no"),
            ("growth_factor", "\(Self.twoDecimals(options.storage.growthFactor))"),
            ("chunk_size", "\(options.storage.chunkByteCountMin)"),
            ("num_threads", "\(self.service.threadCount)"), ("stat_key_prefix", ":"),
            ("detail_enabled", "no"), ("reqs_per_event", "20"), ("cas_enabled", "yes"),
            ("tcp_backlog", "\(options.backlog)"), ("binding_protocol", "auto-negotiate"),
            ("auth_enabled_sasl", "no"), ("auth_enabled_ascii", "no"),
            ("item_size_max", "\(options.storage.itemByteCountMax)"), ("maxconns_fast", "yes"),
            ("hashpower_init", "0"), ("slab_reassign", "yes"), ("slab_automove", "1"),
            ("flush_enabled", "yes"), ("dump_enabled", "no"), ("hash_algorithm", "fnv1a"),
        ]
        for (name, value) in rows { Self.line(name, value, to: output) }
    }

    private static func twoDecimals(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    private func appendItems(to output: ByteBuffer) {
        for entry in self.store.classStatistics(now: self.now) where entry.itemCount > 0 {
            func add(_ name: String, _ value: Int) {
                Self.line("items:\(entry.number):\(name)", "\(value)", to: output)
            }
            add("number", entry.itemCount)
            add("age", entry.age)
            add("mem_requested", entry.requestedByteCount)
            add("evicted", entry.evictionCount)
            add("outofmemory", entry.outOfMemoryCount)
            add("reclaimed", entry.reclaimedCount)
        }
    }

    private func appendSlabs(to output: ByteBuffer) {
        let classes = self.store.classStatistics(now: self.now)
        for entry in classes {
            func add(_ name: String, _ value: Int) {
                Self.line("\(entry.number):\(name)", "\(value)", to: output)
            }
            add("chunk_size", entry.chunkSize)
            add("chunks_per_page", entry.chunksPerPage)
            add("total_pages", entry.pageCount)
            add("total_chunks", entry.pageCount * entry.chunksPerPage)
            add("used_chunks", entry.usedChunkCount)
            add("free_chunks", entry.freeChunkCount)
            add("free_chunks_end", 0)
        }
        let pages = classes.reduce(0) { $0 + $1.pageCount }
        Self.line("active_slabs", "\(classes.count)", to: output)
        let total = classes.reduce(0) { $0 + $1.pageCount * $1.chunksPerPage * $1.chunkSize }
        Self.line("total_malloced", "\(pages == 0 ? 0 : total)", to: output)
    }
}
