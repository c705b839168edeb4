import CacheStorage

// `stats items`, `stats slabs`, `stats sizes`.
extension StatisticsReports {
    func items() -> StatisticList {
        let eviction = self.service.options.memory.eviction
        var list = StatisticList()
        for entry in self.store.classStatistics(now: self.now) where entry.itemCount > 0 {
            Self.addItems(entry, eviction, &list)
        }
        return list
    }

    /// The two queues stand where memcached has hot and warm items: what is new, and what stays.
    private static func addItems(
        _ entry: ClassStatistics, _ eviction: EvictionOptions, _ list: inout StatisticList
    ) {
        func add(_ name: String, _ value: Int) { list.add("items:\(entry.number):\(name)", value) }
        add("number", entry.itemCount)
        if eviction.hasMaintainer {
            add("number_hot", entry.smallCount)
            add("number_warm", entry.mainCount)
            add("number_cold", 0)
            if eviction.hasTemporary { add("number_temp", 0) }
            add("age_hot", entry.smallAge)
            add("age_warm", entry.mainAge)
        }
        add("age", entry.age)
        add("mem_requested", entry.requestedByteCount)
        add("evicted", entry.evictionCount)
        add("evicted_nonzero", entry.evictedNonzeroCount)
        add("evicted_time", entry.evictedTime)
        add("outofmemory", entry.outOfMemoryCount)
        add("tailrepairs", 0)
        add("reclaimed", entry.reclaimedCount)
        add("expired_unfetched", entry.expiredUnfetchedCount)
        add("evicted_unfetched", entry.evictedUnfetchedCount)
        if eviction.hasMaintainer { add("evicted_active", 0) }
        add("crawler_reclaimed", entry.crawlerReclaimedCount)
        add("crawler_items_checked", 0)
        add("lrutail_reflocked", entry.busyCount)
        guard eviction.hasMaintainer else { return }
        add("moves_to_cold", 0)
        add("moves_to_warm", entry.promotedCount)
        add("moves_within_lru", entry.recycledCount)
        add("direct_reclaims", 0)
        add("hits_to_hot", 0)
        add("hits_to_warm", entry.hits.get)
        add("hits_to_cold", 0)
        add("hits_to_temp", 0)
    }

    func slabs() -> StatisticList {
        var list = StatisticList()
        let classes = self.store.classStatistics(now: self.now)
        for entry in classes {
            func add(_ name: String, _ value: Int) { list.add("\(entry.number):\(name)", value) }
            add("chunk_size", entry.chunkSize)
            add("chunks_per_page", entry.chunksPerPage)
            add("total_pages", entry.pageCount)
            add("total_chunks", entry.pageCount * entry.chunksPerPage)
            add("used_chunks", entry.usedChunkCount)
            add("free_chunks", entry.freeChunkCount)
            add("free_chunks_end", 0)
            add("get_hits", entry.hits.get)
            add("cmd_set", entry.hits.set)
            add("delete_hits", entry.hits.delete)
            add("incr_hits", entry.hits.increment)
            add("decr_hits", entry.hits.decrement)
            add("cas_hits", entry.hits.cas)
            add("cas_badval", entry.hits.badCAS)
            add("touch_hits", entry.hits.touch)
        }
        let pages = classes.reduce(0) { $0 + $1.pageCount }
        list.add("active_slabs", classes.count)
        list.add("total_malloced", pages * MemoryOptions.pageByteCount)
        return list
    }

    /// Counting sizes takes a walk over all items, which only `SizesStream` does in steps.
    func sizes() -> StatisticList {
        var list = StatisticList()
        list.add("sizes_status", self.service.options.memory.tracksSizes ? "enabled" : "disabled")
        return list
    }
}
