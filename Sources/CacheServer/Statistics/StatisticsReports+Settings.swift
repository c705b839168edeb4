import CacheStorage
import Synchronization

// `stats settings`.
extension StatisticsReports {
    func settings() -> StatisticList {
        let options = self.service.options
        var list = StatisticList()
        self.addNetwork(options, &list)
        list.add("num_threads", self.service.threadCount)
        list.add("num_threads_per_udp", self.service.threadCount)
        list.add("stat_key_prefix", "\(Unicode.Scalar(options.commands.prefixDelimiter))")
        list.add("detail_enabled", self.service.prefixes.isCounting)
        Self.addProtocol(options, &list)
        Self.addMemory(options, &list)
        Self.addEviction(options.memory.eviction, &list)
        list.add("idle_timeout", options.network.idleSecondsMax)
        list.add("watcher_logbuf_size", options.commands.watcherBufferKilobytes << 10)
        list.add("worker_logbuf_size", options.commands.workerBufferKilobytes << 10)
        list.add("read_buf_mem_limit", options.readBufferMegabytes << 20)
        list.add("track_sizes", options.memory.tracksSizes)
        list.add("inline_ascii_response", false)
        list.add("drop_privileges", options.dropsPrivileges)
        Self.addTLS(options.tls, &list)
        list.add("num_napi_ids", options.interfaceQueueCount)
        list.add("memory_file", options.memory.file ?? "(null)")
        list.add("client_flags_size", 4)
        return list
    }

    private func addNetwork(_ options: CacheOptions, _ list: inout StatisticList) {
        list.add("maxbytes", options.storage.memoryLimit)
        list.add("maxconns", options.network.connectionCountMax)
        list.add("tcpport", options.network.port)
        list.add("udpport", options.network.udpPort)
        list.add("inter", options.network.interfaceText ?? "NULL")
        list.add("verbosity", options.verbosity)
        // As memcached, whose items of the flush's own second stay.
        let flush = self.service.commands.lastFlush.second.load(ordering: .relaxed)
        list.add("oldest", flush == 0 ? 0 : Int(flush) - 1)
        list.add("evictions", options.storage.evicts ? "on" : "off")
        list.add("domain_socket", options.network.socketPath ?? "NULL")
        list.add("umask", String(options.network.socketPermissions, radix: 8))
        list.add("shutdown_command", options.commands.allowsShutdown)
        list.add("growth_factor", options.storage.growthFactor, decimals: 2)
        list.add("chunk_size", options.storage.chunkByteCountMin)
    }

    private static func addProtocol(_ options: CacheOptions, _ list: inout StatisticList) {
        list.add("reqs_per_event", options.commands.commandsInARowMax)
        list.add("cas_enabled", options.commands.hasCAS)
        list.add("tcp_backlog", Int(options.network.backlog))
        list.add("binding_protocol", options.commands.choice.text)
        list.add("auth_enabled_sasl", options.commands.wantsSASL)
        list.add("auth_enabled_ascii", options.commands.authenticationFile ?? "no")
        list.add("item_size_max", options.storage.itemByteCountMax)
        list.add("maxconns_fast", options.network.refusesAtLimit)
    }

    private static func addMemory(_ options: CacheOptions, _ list: inout StatisticList) {
        let memory = options.memory
        list.add("hashpower_init", memory.hashPower)
        list.add("slab_reassign", memory.reassigns)
        list.add("slab_automove", memory.automove)
        list.add("slab_automove_ratio", memory.automoveRatio, decimals: 2)
        list.add("slab_automove_window", memory.automoveWindow)
        list.add("slab_chunk_max", memory.chunkByteCountMax)
        list.add("lru_crawler", memory.eviction.hasCrawler)
        list.add("lru_crawler_sleep", memory.eviction.crawlerSleep)
        list.add("lru_crawler_tocrawl", memory.eviction.crawlerItemCountMax)
        list.add("tail_repair_time", memory.tailRepairSeconds)
        list.add("flush_enabled", options.commands.allowsFlush)
        list.add("dump_enabled", options.commands.allowsDump)
        list.add("hash_algorithm", memory.hashAlgorithm)
    }

    private static func addEviction(_ eviction: EvictionOptions, _ list: inout StatisticList) {
        list.add("lru_maintainer_thread", eviction.hasMaintainer)
        list.add("lru_segmented", eviction.isSegmented)
        list.add("hot_lru_pct", eviction.hotPercent)
        list.add("warm_lru_pct", eviction.warmPercent)
        list.add("hot_max_factor", eviction.hotMaxFactor, decimals: 2)
        list.add("warm_max_factor", eviction.warmMaxFactor, decimals: 2)
        list.add("temp_lru", eviction.hasTemporary)
        list.add("temporary_ttl", eviction.temporarySeconds)
    }

    private static func addTLS(_ tls: TLSOptions, _ list: inout StatisticList) {
        let versions = ["tlsv1.0", "tlsv1.1", "tlsv1.2", "tlsv1.3"]
        list.add("ssl_enabled", tls.isEnabled)
        list.add("ssl_chain_cert", tls.chainFile ?? "(null)")
        list.add("ssl_key", tls.keyFile ?? "(null)")
        list.add("ssl_verify_mode", tls.verifyBits)
        list.add("ssl_keyformat", tls.keyFormat)
        list.add("ssl_ciphers", tls.ciphers ?? "NULL")
        list.add("ssl_ca_cert", tls.authorityFile ?? "NULL")
        list.add("ssl_wbuf_size", tls.writeBufferKilobytes << 10)
        list.add("ssl_session_cache", tls.keepsSessions)
        list.add("ssl_kernel_tls", tls.usesKernel)
        list.add("ssl_min_version", versions[tls.versionMin])
    }
}
