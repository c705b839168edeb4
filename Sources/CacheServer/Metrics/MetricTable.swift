import DaemonKit

/// Which statistic each metric shows: names, kinds and sources as prometheus/memcached_exporter has
/// them.
enum MetricTable {
    /// One metric.
    struct Entry: Sendable {
        let kind: Metrics.Kind
        let name: String
        /// The statistic's name.
        let statistic: String
        let help: String
        let labels: [String: String]

        init(
            _ kind: Metrics.Kind, _ name: String, _ statistic: String, _ help: String,
            _ labels: [String: String] = [:]
        ) {
            self.kind = kind
            self.name = name
            self.statistic = statistic
            self.help = help
            self.labels = labels
        }
    }

    /// Of bare `stats`.
    static let general: [Entry] = [
        Entry(.counter, "memcached_uptime_seconds", "uptime", "Seconds since the server started."),
        Entry(.gauge, "memcached_time_seconds", "time", "The server's Unix time."),
        Entry(
            .counter, "memcached_process_user_cpu_seconds_total", "rusage_user",
            "User time of the process."),
        Entry(
            .counter, "memcached_process_system_cpu_seconds_total", "rusage_system",
            "System time of the process."),
        Entry(.gauge, "memcached_current_bytes", "bytes", "Bytes that the items take."),
        Entry(.gauge, "memcached_limit_bytes", "limit_maxbytes", "Bytes that items may take."),
        Entry(.gauge, "memcached_current_items", "curr_items", "Items that the cache holds."),
        Entry(.counter, "memcached_items_total", "total_items", "Items stored since the start."),
        Entry(.counter, "memcached_read_bytes_total", "bytes_read", "Bytes received."),
        Entry(.counter, "memcached_written_bytes_total", "bytes_written", "Bytes sent."),
        Entry(
            .gauge, "memcached_current_connections", "curr_connections",
            "Connections that are open."),
        Entry(
            .counter, "memcached_connections_total", "total_connections",
            "Connections accepted."),
        Entry(
            .counter, "memcached_connections_rejected_total", "rejected_connections",
            "Connections turned away at the limit of -c."),
        Entry(
            .counter, "memcached_connections_yielded_total", "conn_yields",
            "Times a connection had to let others go first (-R)."),
        Entry(
            .counter, "memcached_connections_listener_disabled_total", "listen_disabled_num",
            "Times the listener rested at a limit."),
        Entry(
            .counter, "memcached_items_evicted_total", "evictions",
            "Items that were good and gave way to others."),
        Entry(
            .counter, "memcached_items_reclaimed_total", "reclaimed",
            "Items stored in the room of an expired one."),
        Entry(
            .counter, "memcached_item_too_large_total", "store_too_large",
            "Items refused for their size."),
        Entry(
            .counter, "memcached_item_no_memory_total", "store_no_memory",
            "Items for which there was no memory."),
        Entry(
            .counter, "memcached_lru_crawler_starts_total", "lru_crawler_starts",
            "Runs through all items."),
        Entry(
            .counter, "memcached_direct_reclaims_total", "direct_reclaims",
            "Items that a command itself had to make room for."),
        Entry(
            .counter, "memcached_lru_crawler_items_checked_total", "crawler_items_checked",
            "Items looked at for their expiry."),
        Entry(
            .counter, "memcached_lru_crawler_reclaimed_total", "crawler_reclaimed",
            "Expired items found by looking through all."),
        Entry(
            .counter, "memcached_lru_crawler_moves_to_cold_total", "moves_to_cold",
            "Items moved to the cold queue."),
        Entry(
            .counter, "memcached_lru_crawler_moves_to_warm_total", "moves_to_warm",
            "Items moved to the queue of those that stay."),
        Entry(
            .counter, "memcached_lru_crawler_moves_within_lru_total", "moves_within_lru",
            "Items that went round in their queue."),
        Entry(
            .gauge, "memcached_malloced_bytes", "total_malloced",
            "Bytes of the pages that classes have."),
        Entry(
            .gauge, "memcached_accepting_connections", "accepting_conns",
            "Whether connections are accepted."),
        Entry(
            .counter, "memcached_round_robin_fallback_total", "round_robin_fallback",
            "Always 0; of memcached's proxy."),
        Entry(
            .counter, "memcached_unexpected_napi_ids_total", "unexpected_napi_ids",
            "Always 0; of memcached's -N."),
    ]

    /// Of `stats settings`.
    static let settings: [Entry] = [
        Entry(
            .gauge, "memcached_max_connections", "maxconns",
            "Connections that may be open (-c)."),
        Entry(
            .gauge, "memcached_lru_crawler_enabled", "lru_crawler",
            "Whether expired items are looked for."),
        Entry(
            .gauge, "memcached_lru_crawler_sleep", "lru_crawler_sleep",
            "Microseconds between steps, as set."),
        Entry(
            .gauge, "memcached_lru_crawler_to_crawl", "lru_crawler_tocrawl",
            "Items of a class in a run at the most, as set."),
        Entry(
            .gauge, "memcached_lru_crawler_maintainer_thread", "lru_maintainer_thread",
            "Whether queues are kept in order beside commands."),
        Entry(
            .gauge, "memcached_lru_crawler_hot_percent", "hot_lru_pct",
            "Share of the hot queue, as set."),
        Entry(
            .gauge, "memcached_lru_crawler_warm_percent", "warm_lru_pct",
            "Share of the warm queue, as set."),
        Entry(
            .gauge, "memcached_lru_crawler_hot_max_factor", "hot_max_factor",
            "Age of the hot queue, as set."),
        Entry(
            .gauge, "memcached_lru_crawler_warm_max_factor", "warm_max_factor",
            "Age of the warm queue, as set."),
    ]

    /// Of `stats items`, by class.
    static let items: [Entry] = [
        Entry(.gauge, "memcached_slab_current_items", "number", "Items of the class."),
        Entry(.gauge, "memcached_slab_items_age_seconds", "age", "Age of the class's oldest item."),
        Entry(
            .counter, "memcached_slab_lru_hits_total", "hits_to_hot",
            "Hits by queue.", ["lru": "hot"]),
        Entry(
            .counter, "memcached_slab_lru_hits_total", "hits_to_warm",
            "Hits by queue.", ["lru": "warm"]),
        Entry(
            .counter, "memcached_slab_lru_hits_total", "hits_to_cold",
            "Hits by queue.", ["lru": "cold"]),
        Entry(
            .counter, "memcached_slab_lru_hits_total", "hits_to_temp",
            "Hits by queue.", ["lru": "temporary"]),
        Entry(
            .counter, "memcached_slab_items_crawler_reclaimed_total", "crawler_reclaimed",
            "Expired items found by looking through all."),
        Entry(
            .counter, "memcached_slab_items_evicted_total", "evicted",
            "Items that gave way before they expired."),
        Entry(
            .counter, "memcached_slab_items_evicted_nonzero_total", "evicted_nonzero",
            "Items with an expiry that gave way before it."),
        Entry(
            .counter, "memcached_slab_items_evicted_time_seconds", "evicted_time",
            "Seconds since the last evicted item had been used."),
        Entry(
            .counter, "memcached_slab_items_evicted_unfetched_total", "evicted_unfetched",
            "Items that gave way and were never fetched."),
        Entry(
            .counter, "memcached_slab_items_expired_unfetched_total", "expired_unfetched",
            "Items that expired and were never fetched."),
        Entry(
            .counter, "memcached_slab_items_outofmemory_total", "outofmemory",
            "Items for which there was no memory."),
        Entry(
            .counter, "memcached_slab_items_reclaimed_total", "reclaimed",
            "Items stored in the room of an expired one."),
        Entry(
            .counter, "memcached_slab_items_tailrepairs_total", "tailrepairs",
            "Always 0: nothing needs that repair."),
        Entry(
            .counter, "memcached_slab_items_moves_to_cold", "moves_to_cold",
            "Items moved to the cold queue."),
        Entry(
            .counter, "memcached_slab_items_moves_to_warm", "moves_to_warm",
            "Items moved to the queue of those that stay."),
        Entry(
            .counter, "memcached_slab_items_moves_within_lru", "moves_within_lru",
            "Items that went round in their queue."),
        Entry(
            .counter, "memcached_slab_mem_requested_bytes", "mem_requested",
            "Bytes that items take of the chunks."),
        Entry(.gauge, "memcached_slab_hot_items", "number_hot", "Items in the queue of new ones."),
        Entry(
            .gauge, "memcached_slab_warm_items", "number_warm",
            "Items in the queue of those that stay."),
        Entry(.gauge, "memcached_slab_cold_items", "number_cold", "Items in the cold queue."),
        Entry(
            .gauge, "memcached_slab_temporary_items", "number_temp",
            "Items in the temporary queue."),
        Entry(.gauge, "memcached_slab_hot_age_seconds", "age_hot", "Age of the oldest new item."),
        Entry(
            .gauge, "memcached_slab_warm_age_seconds", "age_warm",
            "Age of the oldest item of those that stay."),
    ]

    /// Of `stats slabs`, by class; the bytes asked for stand in `stats items` since 1.6.
    static let slabs: [Entry] = [
        Entry(.gauge, "memcached_slab_chunk_size_bytes", "chunk_size", "Bytes of a chunk."),
        Entry(.gauge, "memcached_slab_chunks_per_page", "chunks_per_page", "Chunks of a page."),
        Entry(.gauge, "memcached_slab_current_pages", "total_pages", "Pages of the class."),
        Entry(.gauge, "memcached_slab_current_chunks", "total_chunks", "Chunks of the class."),
        Entry(.gauge, "memcached_slab_chunks_used", "used_chunks", "Chunks in use."),
        Entry(.gauge, "memcached_slab_chunks_free", "free_chunks", "Chunks that are free."),
        Entry(
            .gauge, "memcached_slab_chunks_free_end", "free_chunks_end",
            "Always 0: pages are cut at once."),
    ]
}
