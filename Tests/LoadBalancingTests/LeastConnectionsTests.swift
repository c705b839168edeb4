import TestSupport
import Testing

@testable import LoadBalancing

/// nginx's `least_conn` and httpd's `bybusyness` and `bytraffic`: choices by what a server has to
/// do. Method: requests are begun and ended by hand.
@Suite struct LeastConnectionsTests {
    @Test func theServerWithTheFewestRequestsForItsWeightIsTaken() {
        var group = TestGroup(weights: [2, 1], .leastConnections)
        let word = (0..<6).map { _ in TestGroup.name(group.begin()) }.joined()
        #expect(word.utf8.count { $0 == UInt8(ascii: "a") } == 4)
        #expect(group.balancer.peers.map(\.activeCount) == [4, 2])
        for _ in 0..<3 { group.balancer.finished(0, .succeeded, now: group.clock.now) }
        #expect(TestGroup.name(group.begin()) == "a")
    }

    @Test func equalsTakeTurns() {
        var group = TestGroup(weights: [1, 1, 1], .leastConnections)
        #expect(group.run(6) == "abcabc")
        var weighted = TestGroup(weights: [5, 1, 1], .leastConnections)
        #expect(weighted.run(7) == "aabacaa", "all idle: by the weights")
    }

    @Test func backupsWaitForTheOrdinaryServers() {
        var group = TestGroup(weights: [1, 1], .leastConnections) { $0[1].isBackup = true }
        for _ in 0..<5 { #expect(group.begin() == 0) }
        group.balancer.finished(0, .failed, now: group.clock.now)
        #expect(group.begin() == 1)
    }

    @Test func theLeastBusyIsTakenByHttpdsRule() {
        var group = TestGroup(weights: [100, 100, 100], .byBusyness, health: .httpd)
        let word = (0..<6).map { _ in TestGroup.name(group.begin()) }.joined()
        #expect(word == "abcabc")
        group.balancer.finished(1, .succeeded, now: group.clock.now)
        #expect(TestGroup.name(group.begin()) == "b")
        group.balancer.finished(2, .succeeded, now: group.clock.now)
        group.balancer.finished(2, .succeeded, now: group.clock.now)
        #expect(TestGroup.name(group.begin()) == "c")
        #expect(TestGroup.name(group.begin()) == "c")
    }

    @Test func bytesCountForTheirWeightByTraffic() {
        var group = TestGroup(weights: [100, 300], .byTraffic, health: .httpd)
        var counts = [0, 0]
        for _ in 0..<400 {
            guard let index = group.begin() else { break }
            counts[index] += 1
            group.balancer.finished(index, .succeeded, byteCount: 3_000, now: group.clock.now)
        }
        #expect(counts == [100, 300])
        // One large answer is made up for by many small ones of the others.
        let large = group.begin() ?? 0
        group.balancer.finished(large, .succeeded, byteCount: 900_000, now: group.clock.now)
        let other = TestGroup.name(1 - large)
        for _ in 0..<20 {
            let index = group.begin()
            #expect(TestGroup.name(index) == other)
            group.balancer.finished(index ?? 0, .succeeded, byteCount: 300, now: group.clock.now)
        }
    }
}
