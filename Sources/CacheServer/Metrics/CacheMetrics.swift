import CacheStorage
import DaemonKit
import SystemInterface

/// The cache's metrics: those of prometheus/memcached_exporter 0.15, made of the same statistics,
/// so that dashboards and alerts go on; then cached's own.
enum CacheMetrics {
    static func declare(_ service: CacheService, in metrics: Metrics) {
        let snapshot = StatisticsSnapshot(service)
        self.declare(MetricTable.general, in: metrics) { _ in [("", snapshot.current.general)] }
        self.declare(MetricTable.settings, in: metrics) { _ in [("", snapshot.current.settings)] }
        self.declare(MetricTable.items, in: metrics) { _ in snapshot.current.items }
        self.declare(MetricTable.slabs, in: metrics) { _ in snapshot.current.slabs }
        self.declareCommands(snapshot, in: metrics)
        metrics.gauges("memcached_up", "Whether the server could be asked.") { $0.add(1) }
        metrics.gauges("memcached_version", "The version of this server.") {
            $0.add(1, ["version": "\(CacheService.versionText)"])
        }
        self.declareOwn(service, in: metrics)
        ReplicationMetrics.declare(service, in: metrics)
    }

    /// Declares the metrics of a table; `read` gives the statistics, each with its class or "".
    private static func declare(
        _ table: [MetricTable.Entry], in metrics: Metrics,
        _ read: @escaping @Sendable (String) -> [(class: String, numbers: [String: String])]
    ) {
        for entry in table {
            let gather: @Sendable (Metrics.Samples) -> Void = { samples in
                for (number, statistics) in read(entry.name) {
                    guard let value = statistics[entry.statistic].flatMap(Self.number) else {
                        continue
                    }
                    var labels = entry.labels
                    if !number.isEmpty { labels["slab"] = number }
                    samples.add(value, labels)
                }
            }
            switch entry.kind {
            case .counter: metrics.counters(entry.name, entry.help, read: gather)
            case .gauge: metrics.gauges(entry.name, entry.help, read: gather)
            }
        }
    }

    private static func number(_ text: String) -> Double? {
        text == "yes" ? 1 : text == "no" ? 0 : Double(text)
    }

    // MARK: Commands

    private static let commands = ["get", "delete", "incr", "decr", "cas", "touch"]

    private static func declareCommands(_ snapshot: StatisticsSnapshot, in metrics: Metrics) {
        metrics.counters(
            "memcached_commands_total",
            "All requests by command (get, set, etc.) and status."
        ) { samples in
            Self.addCommands(snapshot.current.general, [:], samples)
        }
        metrics.counters(
            "memcached_slab_commands_total",
            "All requests by command (get, set, etc.) and status, by slab class."
        ) { samples in
            for (number, statistics) in snapshot.current.slabs {
                Self.addCommands(statistics, ["slab": number], samples)
            }
        }
    }

    private static func addCommands(
        _ statistics: [String: String], _ labels: [String: String], _ samples: Metrics.Samples
    ) {
        func add(_ command: String, _ status: String, _ value: Int?) {
            guard let value else { return }
            samples.add(value, labels.merging(["command": command, "status": status]) { $1 })
        }
        func value(_ name: String) -> Int? { statistics[name].flatMap { Int($0) } }
        for command in Self.commands {
            add(command, "hit", value("\(command)_hits"))
            add(command, "miss", value("\(command)_misses"))
        }
        add("cas", "badval", value("cas_badval"))
        add("flush", "hit", value("cmd_flush"))
        // memcached counts compare-and-set among the sets too.
        let compared = ["cas_misses", "cas_hits", "cas_badval"].compactMap(value).reduce(0, +)
        add("set", "hit", value("cmd_set").map { $0 - compared })
    }

    // MARK: cached's own

    private static func declareOwn(_ service: CacheService, in metrics: Metrics) {
        metrics.counters(
            "holdfast_cached_items_taken_up_total",
            "Items found in the memory of the process before this one."
        ) { $0.add(service.store.recovery.itemCount) }
        metrics.counters(
            "holdfast_cached_items_not_whole_total",
            "Items of the process before this one that were not whole, and dropped."
        ) { $0.add(service.store.recovery.brokenCount) }
        metrics.counters(
            "holdfast_cached_logins_total", "Logins of clients that were tried, by outcome."
        ) { samples in
            let counts = service.logins.counts
            samples.add(counts.tried - counts.failed, ["outcome": "accepted"])
            samples.add(counts.failed, ["outcome": "refused"])
        }
        metrics.counters(
            "holdfast_cached_tls_errors_total", "Connections that TLS ended, by when."
        ) { samples in
            guard let counts = service.tls?.counts else { return }
            samples.add(counts.handshakeErrors, ["when": "handshake"])
            samples.add(counts.protocolErrors, ["when": "later"])
        }
        metrics.counters(
            "holdfast_cached_watch_lines_skipped_total",
            "Lines that a watcher lost because it did not read."
        ) { $0.add(service.watchers.counts.skippedCount) }
        metrics.counters(
            "holdfast_cached_prefix_flushes_total", "Flushes of all items with a prefix."
        ) { $0.add(service.prefixFlushes.startCounter.value) }
        metrics.counters(
            "holdfast_cached_prefix_flushed_items_total", "Items that flushes of a prefix freed."
        ) { $0.add(service.prefixFlushes.itemCounter.value) }
    }
}
