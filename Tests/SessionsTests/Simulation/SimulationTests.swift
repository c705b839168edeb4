import Base
import TestSupport
import Testing

@testable import Sessions

/// Whole clusters by seed: commands of requests, repairs and ends in any order, connections that
/// break, nodes that die and come back empty, with old or with all contents.
///
/// A node dies only while another living node holds what was acknowledged last and every server has
/// noticed what happened to the nodes before (with two nodes in the midst of readers and repairs,
/// with more between them): then nothing acknowledged may be lost, every answer is exactly one more
/// than the one before, and a session that has ended is never found again.
@Suite(.timeLimit(.minutes(2)))
struct SimulationTests {
    private static let stepCount = 3_000

    @Test(arguments: [
        ("n1:a:1,n2:b:1", ""), ("n1:a:1,n2:b:1", "n1"), ("n1:a:1,n2:b:1,n3:c:1", ""),
        ("n1:a:1,n2:b:1,n3:c:1,n4:d:1", "n2"),
    ])
    func nothingAcknowledgedIsLostAndNoEndedSessionRises(
        _ configuration: (nodes: String, failover: String)
    ) throws {
        let seed = TestSeed()
        let nodes = try MemcachedNodes(
            memcachedNodes: configuration.nodes, failoverNodes: configuration.failover)
        for offset in 0..<150 {
            let run = SimulatedRun(
                nodes: nodes, serverCount: 2 + offset % 2, seed: seed.value &+ UInt64(offset))
            Self.live(run)
            let tail = run.trace.suffix(25).joined(separator: "\n")
            #expect(
                run.failures.isEmpty,
                "\(seed) + \(offset), \(configuration): \(run.failures.prefix(3))\n\(tail)")
            if !run.failures.isEmpty { return }
        }
    }

    private static func live(_ run: SimulatedRun) {
        run.createSession()
        var dead: Int?
        for step in 0..<Self.stepCount {
            guard run.failures.isEmpty else { return }
            run.tasks.removeAll(where: \.isDone)
            if step == Self.stepCount * 3 / 4 { Self.end(run) }
            switch run.cluster.random(100) {
            case 0: Self.dieOrReturn(run, &dead)
            case 1: run.cluster.takeSnapshot(of: run.cluster.random(run.cluster.caches.count))
            case 2...9: run.cluster.connectSomething()
            case 10...17: Self.startSomething(run)
            default:
                guard !run.tasks.isEmpty else { continue }
                run.tasks[run.cluster.random(run.tasks.count)].step(in: run)
            }
        }
        if run.acknowledged < 5, run.failures.isEmpty { run.failures = ["nothing happened"] }
    }

    private static func dieOrReturn(_ run: SimulatedRun, _ dead: inout Int?) {
        if let node = dead {
            run.cluster.restart(node)
            run.trace.append("node \(node) returns")
            dead = nil
            return
        }
        let node = run.cluster.random(run.cluster.caches.count)
        let mayCutIn = run.cluster.caches.count == 2 && run.cluster.random(2) == 0
        guard !run.isBrowserBusy, run.tasks.isEmpty || mayCutIn,
            !run.isEnding || run.hasEnded
        else { return }
        let isSafe = (0..<run.cluster.caches.count).contains { other in
            guard other != node, let best = run.cluster.best(of: SimulatedRun.base, on: other)
            else {
                return false
            }
            return run.hasEnded ? best.isEnded : best.version >= run.acknowledgedVersion
        }
        guard isSafe, run.cluster.allAreConnected else { return }
        run.cluster.kill(node)
        run.trace.append("node \(node) dies")
        dead = node
    }

    private static func startSomething(_ run: SimulatedRun) {
        let server = run.cluster.random(run.cluster.servers.count)
        let sees = run.cluster.servers[server].view.available.isEmpty == false
        switch run.cluster.random(4) {
        case 0:
            let cookies = run.formerCookies + [run.cookie]
            if sees, run.cookie.node != nil {
                let id = cookies[run.cluster.random(cookies.count)]
                run.startRequest(server: server, id: id, counts: false)
            }
        case 1:
            if let end = run.cluster.servers[server].pendingEnds[SimulatedRun.base] {
                run.startEnd(server: server, id: end.id, content: end.mark)
            } else if run.cluster.servers[server].incomplete.contains(SimulatedRun.base) {
                run.startRepair(server: server)
            }
        default:
            if !run.isBrowserBusy, sees, run.cookie.node != nil, !run.isEnding || run.hasEnded {
                run.startRequest(server: server, id: run.cookie, counts: true)
            }
        }
    }

    private static func end(_ run: SimulatedRun) {
        let server = (0..<run.cluster.servers.count).first {
            !run.cluster.servers[$0].view.available.isEmpty
        }
        guard let server, run.cookie.node != nil else { return }
        run.isEnding = true
        let content = SessionContent(
            version: run.acknowledgedVersion, creationMilliseconds: 0, maxInactiveSeconds: 1_800)
        run.startEnd(server: server, id: run.cookie, content: content)
    }
}
