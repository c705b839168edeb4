import Base
import CacheReplication
import EventLoop
import SystemInterface

/// What is known of replication at a moment, for `stats replication`, metrics and the control
/// socket.
struct ReplicationReport: Sendable {
    /// A link, and how far behind its listening end is.
    struct Link: Sendable {
        var report: LinkReport
        /// Changes that were made and are not known to be applied there; of an incoming link as of
        /// the peer's last sign of life.
        var waitingCount: Int
        /// How old the oldest of them is; 0 when there is none, nil when it is not known.
        var lag: Duration?
    }

    /// The cache's number, another one for each start.
    var node: UInt64
    /// Where it listens for peers.
    var port: Int
    /// The log of changes: the first place that is remembered, the next one, and how many are
    /// remembered at the most.
    var logStart: UInt64, logEnd: UInt64, logCountMax: Int
    /// Whom it tells, and who tells it.
    var outgoing: [Link], incoming: [Link]

    /// Whether every link is there and nothing is missing anywhere.
    var isWhole: Bool {
        (self.outgoing + self.incoming).allSatisfy {
            $0.report.state == .streaming && $0.waitingCount == 0
        }
    }
    /// How many more changes can wait until a peer needs a full copy.
    var freeCount: Int {
        let waiting = self.outgoing.map(\.waitingCount).max() ?? 0
        return max(0, self.logCountMax - waiting)
    }
}

extension Replicator {
    /// What is known now.
    func currentReport() -> ReplicationReport {
        let log = self.node.log
        let (start, end) = (log.start, log.end)
        let unixMicroseconds = SystemClock.unixNanoseconds() / 1_000
        return ReplicationReport(
            node: self.node.number, port: Int(self.handshake.port), logStart: start, logEnd: end,
            logCountMax: log.countMax,
            outgoing: self.outgoing.map { report in
                let place = max(report.place, start)
                let oldest = log.read(from: place, count: 1)?.first?.change.version
                let lag = oldest.map {
                    Duration.microseconds(
                        max(0, unixMicroseconds - Version.unixMicroseconds($0)))
                }
                return ReplicationReport.Link(
                    report: report, waitingCount: Int(end - min(end, place)), lag: lag ?? .zero)
            },
            incoming: self.incoming.map { report in
                let waiting = report.end - min(report.end, report.place)
                return ReplicationReport.Link(
                    report: report, waitingCount: Int(waiting), lag: waiting == 0 ? .zero : nil)
            })
    }

    /// How long a switch-over waits for what peers have.
    static let promotionTimeMax = Duration.seconds(10)
    private static let promotionCheckInterval = Duration.milliseconds(20)

    /// Waits until all that the peers have is here.
    ///
    /// - Returns: the names of peers that were not heard out in time; nil when no peer tells this
    ///   cache anything.
    func catchUp(on loop: Loop) async -> [String]? {
        let before = self.incoming
        guard !before.isEmpty else { return nil }
        let deadline = loop.now + Self.promotionTimeMax
        while true {
            let late = self.unheard(since: before)
            if late.isEmpty || loop.now >= deadline { return late }
            await loop.sleep(until: loop.now + Self.promotionCheckInterval)
        }
    }

    /// The names of peers that may have something that is not here: those whose links tell more, or
    /// told more before and are gone, and those that this cache reaches, or should, and that do not
    /// tell it anything.
    private func unheard(since before: [LinkReport]) -> [String] {
        let incoming = self.incoming
        // A position from before says nothing of what has changed since.
        let late = incoming.filter { report in
            let heard = before.first { $0.node == report.node }?.positionCount ?? 0
            return report.state != .streaming || report.place != report.end
                || report.positionCount < heard + 2
        }
        let tellers = Set(incoming.map(\.node))
        let gone = before.filter { !tellers.contains($0.node) }
        let silent = self.outgoing.filter { report in
            report.state != .closed
                && (report.state == .waiting || report.state == .dialing
                    || !tellers.contains(report.node))
        }
        var names: [String] = []
        for report in late + gone + silent where !names.contains(report.name) {
            names.append(report.name)
        }
        return names
    }
}
