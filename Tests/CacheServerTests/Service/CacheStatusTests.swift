import SystemInterface
import Testing

@testable import CacheServer
@testable import CacheStorage

/// The line for `systemctl status`, and what `ctl health` warns of.
struct CacheStatusTests {
    private static func replication(_ states: [LinkReport.State]) -> ReplicationReport {
        let links = states.enumerated().map { number, state in
            var report = LinkReport(
                name: "peer\(number)", isIncoming: false, since: SystemClock.now())
            report.state = state
            if state == .waiting { report.problem = "connection refused" }
            return ReplicationReport.Link(report: report, waitingCount: 0, lag: nil)
        }
        return ReplicationReport(
            node: 1, port: 1, logStart: 0, logEnd: 0, logCountMax: 1, outgoing: links, incoming: [])
    }

    @Test func theLineSaysWhatMatters() {
        var statistics = StorageStatistics()
        var counts = CommandCounts()
        func line(_ replication: ReplicationReport? = nil) -> String {
            CacheService.summary(statistics, counts, limit: 64 << 20, 2, replication)
        }
        #expect(line() == "0 items, 0 of 64 MB, 2 connections")
        statistics.itemCount = 3
        statistics.byteCount = 5
        statistics.evictionCount = 7
        counts.hits.get = 99
        counts.getMisses = 1
        #expect(line() == "3 items, 1 of 64 MB, 99 % hits, 7 evictions, 2 connections")
        #expect(
            line(Self.replication([.streaming, .waiting]))
                == "3 items, 1 of 64 MB, 99 % hits, 7 evictions, 2 connections, "
                + "1 of 2 peers linked")
    }

    @Test func aPeerThatIsAwayIsAWarning() {
        #expect(CacheService.warnings(Self.replication([.streaming])) == [])
        #expect(
            CacheService.warnings(Self.replication([.waiting, .copying, .dialing])) == [
                "peer peer0 is away: connection refused", "peer peer1 is being copied to",
                "peer peer2 is away",
            ])
    }
}
