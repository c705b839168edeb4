import Base
import SystemInterface

// Replication in `stats`: repcached's names among all the others, and a report of its own.
extension StatisticsReports {
    /// What repcached adds to `stats`; nothing where there is no replication.
    func addReplication(_ list: inout StatisticList) {
        guard let report = self.service.replicator?.currentReport() else { return }
        // repcached says so of both nodes: both take writes.
        list.add("replication", "MASTER")
        list.add("repcached_version", "cached \(ProductVersion.text)")
        list.add("repcached_qi_free", report.freeCount)
    }

    /// `stats replication`.
    func replication() -> StatisticList {
        var list = StatisticList()
        guard let report = self.service.replicator?.currentReport() else {
            list.add("enabled", false)
            return list
        }
        list.add("enabled", true)
        list.add("node", String(report.node, radix: 16))
        list.add("port", report.port)
        list.add("whole", report.isWhole)
        list.add("log_start", Int(report.logStart))
        list.add("log_end", Int(report.logEnd))
        list.add("queue_limit", report.logCountMax)
        list.add("queue_free", report.freeCount)
        list.add("links", report.outgoing.count + report.incoming.count)
        for (number, link) in (report.outgoing + report.incoming).enumerated() {
            self.add(link, "link:\(number):", &list)
        }
        return list
    }

    private func add(
        _ link: ReplicationReport.Link, _ prefix: String, _ list: inout StatisticList
    ) {
        let report = link.report
        list.add(prefix + "direction", report.isIncoming ? "from" : "to")
        list.add(prefix + "peer", report.name)
        list.add(prefix + "state", report.state.rawValue)
        if let problem = report.problem { list.add(prefix + "problem", problem) }
        list.add(prefix + "waiting", link.waitingCount)
        if let lag = link.lag { list.add(prefix + "lag_us", Int(lag.nanoseconds / 1_000)) }
        list.add(prefix + "items", report.items)
        list.add(prefix + "deletions", report.deletions)
        list.add(prefix + "flushes", report.flushes)
        if report.isIncoming { list.add(prefix + "passed_over", report.passedOver) }
        list.add(prefix + "copies", report.copies)
        if !report.isIncoming { list.add(prefix + "overflows", report.overflows) }
        list.add(prefix + "connects", report.connectCount)
    }
}
