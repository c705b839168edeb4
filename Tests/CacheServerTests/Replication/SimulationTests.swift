import Base
import CacheReplication
import CacheStorage
import SystemInterface
import TestSupport
import Testing

@testable import CacheServer

/// Caches that replicate over a network that delays, loses, brings late what went before, cuts and
/// parts them, with crashes and restarts, by seed: after the faults have stopped all hold the same,
/// and without crashes they hold the newest state of each key.
///
/// `HOLDFAST_SEED` repeats a run, `HOLDFAST_ROUNDS` makes it longer.
@Suite(.timeLimit(.minutes(10)))
struct SimulationTests {
    private static let usualRounds = 12

    struct Kind: Sendable, CustomTestStringConvertible {
        var nodeCount: Int
        var crashes: Bool
        /// Whether only neighbours know each other.
        var isChain = false
        var testDescription: String {
            "\(self.nodeCount) caches\(self.crashes ? ", crashes" : "")"
                + (self.isChain ? ", a chain" : "")
        }
    }

    @Test(arguments: [
        Kind(nodeCount: 2, crashes: false), Kind(nodeCount: 2, crashes: true),
        Kind(nodeCount: 3, crashes: false), Kind(nodeCount: 3, crashes: true),
        Kind(nodeCount: 4, crashes: false, isChain: true),
    ])
    func allHoldTheSameAfterTheFaults(kind: Kind) throws {
        let seed = TestSeed("allHoldTheSame, \(kind.testDescription)")
        let given = Processes.environment("HOLDFAST_ROUNDS").flatMap { Int($0) }
        for round in 0..<(given ?? Self.usualRounds) {
            let value = seed.value &+ UInt64(round)
            let run = try SimulatedRun(kind, seed: value)
            try run.play()
            try run.settle()
            let differences = run.differences()
            #expect(differences == [], "HOLDFAST_SEED=\(value) HOLDFAST_ROUNDS=1")
            if !differences.isEmpty { return }
        }
    }
}

/// One run of the simulation.
private final class SimulatedRun {
    private static let stepCount = 1_500
    private static let settlingMax = 200_000
    private static let keyCount = 24
    private let kind: SimulationTests.Kind
    private var random: SeededGenerator
    private var nodes: [SimulatedNode] = []
    private var links: [SimulatedLink] = []
    private var partedPairs: Set<[Int]> = []
    /// The newest change of each key, and of all; nothing after a crash.
    private var newest: [[UInt8]: UInt64] = [:]
    private var flushed: UInt64 = 0
    private var micros: Int64 = 100_000_000
    private var nodeNumber: UInt64 = 0
    private let queueCountMax: Int

    init(_ kind: SimulationTests.Kind, seed: UInt64) throws {
        self.kind = kind
        self.random = SeededGenerator(seed: seed)
        self.queueCountMax = [5, 60, 10_000].randomElement(using: &self.random) ?? 60
        for _ in 0..<kind.nodeCount { self.nodes.append(try self.newNode()) }
        for one in 0..<kind.nodeCount {
            for other in 0..<kind.nodeCount where one != other {
                if kind.isChain, abs(one - other) != 1 { continue }
                self.links.append(SimulatedLink(from: one, to: other))
            }
        }
    }

    private var now: UInt32 { UInt32(self.micros / 1_000_000) }

    private func newNode() throws -> SimulatedNode {
        self.nodeNumber += 1
        return try SimulatedNode(
            number: self.nodeNumber, tag: UInt16(self.nodeNumber), queueCountMax: queueCountMax)
    }

    func play() throws {
        for _ in 0..<Self.stepCount {
            self.micros += Int64.random(in: 0...20_000, using: &self.random)
            switch Int.random(in: 0..<1_000, using: &self.random) {
            case 0..<500: self.work()
            case 500..<505: self.part()
            case 505..<512: self.partedPairs = []
            case 512..<517: self.links.randomElement(using: &self.random).map { self.cut($0) }
            case 517..<519 where self.kind.crashes: try self.crash()
            case 519..<521 where self.kind.crashes: self.restart()
            default: try self.move(self.links.randomElement(using: &self.random))
            }
        }
    }

    private func work() {
        let index = Int.random(in: 0..<self.nodes.count, using: &self.random)
        let node = self.nodes[index]
        node.node.keepTime(unixMicroseconds: self.micros)
        let start = node.node.log.end
        node.doSomething(&self.random, keyCount: Self.keyCount, now: self.now)
        guard !self.kind.crashes else { return }
        let count = Int(node.node.log.end - start)
        // Of a short log only the last ones are there; a flush by prefix makes several.
        let first = max(start, node.node.log.start)
        for change in node.node.log.read(from: first, count: count) ?? [] {
            self.note(change.change)
        }
        if first > start { self.isUncertain = true }
    }
    private var isUncertain = false

    private func note(_ change: ChangeLog.Change) {
        switch change {
        case .item(let key, let version), .deletion(let key, let version):
            self.newest[key] = max(self.newest[key] ?? 0, version)
        case .flush(let version): self.flushed = max(self.flushed, version)
        }
    }

    private func part() {
        let one = Int.random(in: 0..<self.nodes.count, using: &self.random)
        let other = Int.random(in: 0..<self.nodes.count, using: &self.random)
        self.partedPairs.insert([one, other].sorted())
        for link in self.links where self.isParted(link) { self.cut(link) }
    }

    private func cut(_ link: SimulatedLink) {
        link.cut(isLost: Bool.random(using: &self.random))
    }

    private func isParted(_ link: SimulatedLink) -> Bool {
        self.partedPairs.contains([link.from, link.to].sorted())
    }

    /// What the node has sent may still arrive, and what was on its way to it does not.
    private func cutLinks(of index: Int) {
        for link in self.links {
            if link.from == index { self.cut(link) }
            if link.to == index { link.end() }
        }
    }

    private func crash() throws {
        let index = Int.random(in: 0..<self.nodes.count, using: &self.random)
        self.cutLinks(of: index)
        self.nodes[index] = try self.newNode()
    }

    private func restart() {
        let index = Int.random(in: 0..<self.nodes.count, using: &self.random)
        self.cutLinks(of: index)
        self.nodeNumber += 1
        self.nodes[index].restart(number: self.nodeNumber, tag: UInt16(self.nodeNumber))
    }

    private func move(_ link: SimulatedLink?) throws {
        guard let link, !self.isParted(link) else { return }
        if Bool.random(using: &self.random) {
            try link.moveTail(&self.random, now: self.now, micros: self.micros)
        }
        if !link.isUp { link.connect(self.nodes[link.from].node, self.nodes[link.to].node) }
        try link.move(&self.random, now: self.now, micros: self.micros)
    }

    /// No more faults, until everybody has heard everything.
    func settle() throws {
        self.partedPairs = []
        // Delayed flushes come due.
        self.micros += 5_000_000
        for node in self.nodes { node.store.crawl(bucketCount: 1 << 16, now: self.now) }
        for _ in 0..<Self.settlingMax {
            try self.move(self.links.randomElement(using: &self.random))
            if self.links.allSatisfy(\.isCaughtUp) { return }
        }
        Issue.record("the caches never came to rest")
    }

    /// What differs between the caches, or from the newest states.
    func differences() -> [String] {
        let first = self.nodes[0].contents(now: self.now)
        var found: [String] = []
        for (index, node) in self.nodes.enumerated().dropFirst() {
            let contents = node.contents(now: self.now)
            for key in Set(first.keys).union(contents.keys) where first[key] != contents[key] {
                let (one, other) = (self.text(first[key]), self.text(contents[key]))
                found.append("\(key): \(one) in 0, \(other) in \(index)")
            }
        }
        guard !self.kind.crashes, !self.isUncertain else { return found }
        for (key, seen) in first {
            let newest = self.newest[Array(key.utf8)] ?? 0
            if seen.version != newest || newest <= self.flushed {
                found.append("\(key): \(self.text(seen)), the newest is \(newest)")
            }
        }
        return found
    }

    private func text(_ seen: SimulatedNode.Seen?) -> String {
        guard let seen else { return "nothing" }
        return "version \(seen.version), \(seen.value.count) bytes, expiry \(seen.expiry)"
    }
}
