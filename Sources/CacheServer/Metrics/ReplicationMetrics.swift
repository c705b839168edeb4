import Base
import DaemonKit

/// Replication's metrics; their labels are the peer and whether it tells or is told.
enum ReplicationMetrics {
    static func declare(_ service: CacheService, in metrics: Metrics) {
        typealias Link = ReplicationReport.Link
        @Sendable func add(
            _ samples: Metrics.Samples, _ value: (Link) -> Double?
        ) {
            guard let report = service.replicator?.currentReport() else { return }
            for link in report.outgoing + report.incoming {
                guard let value = value(link) else { continue }
                samples.add(
                    value,
                    [
                        "peer": link.report.name,
                        "direction": link.report.isIncoming ? "from" : "to",
                    ])
            }
        }
        metrics.gauges(
            "holdfast_cached_replication_up", "Whether the link to or from a peer stands."
        ) { add($0) { [.streaming, .copying].contains($0.report.state) ? 1 : 0 } }
        metrics.gauges(
            "holdfast_cached_replication_copying", "Whether a full copy goes on."
        ) { add($0) { $0.report.state == .copying ? 1 : 0 } }
        metrics.gauges(
            "holdfast_cached_replication_waiting_changes",
            "Changes that are not known to be applied at the peer, or here."
        ) { add($0) { Double($0.waitingCount) } }
        metrics.gauges(
            "holdfast_cached_replication_lag_seconds", "How old the oldest such change is."
        ) { add($0) { $0.lag.map(\.fractionalSeconds) } }
        metrics.counters(
            "holdfast_cached_replication_changes_total", "Changes that were told or heard."
        ) { add($0) { Double($0.report.items + $0.report.deletions + $0.report.flushes) } }
        metrics.counters(
            "holdfast_cached_replication_copies_total", "Full copies, begun or heard to the end."
        ) { add($0) { Double($0.report.copies) } }
        metrics.counters(
            "holdfast_cached_replication_overflows_total",
            "Full copies because more changes waited than are remembered (-q)."
        ) { add($0) { $0.report.isIncoming ? nil : Double($0.report.overflows) } }
    }
}
