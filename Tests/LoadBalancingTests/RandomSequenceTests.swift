import Base
import TestSupport
import Testing

@testable import LoadBalancing

/// Long random lives of random groups against the naive model: nobody is chosen who may not be,
/// nobody is refused while somebody may be, and the weights keep their invariants.
@Suite struct RandomSequenceTests {
    private struct Request {
        var tried = TriedPeers()
        var triedSet: Set<Int> = []
        var at: Int?
    }

    private static let methods: [BalancingMethod] = [
        .roundRobin, .leastConnections, .addressHash, .hash(isConsistent: false),
        .hash(isConsistent: true), .random(ofTwo: false), .random(ofTwo: true),
    ]

    private static func policies(_ generator: inout SeededGenerator) -> [PeerPolicy] {
        (0..<Int.random(in: 1...6, using: &generator)).map { index in
            var policy = PeerPolicy()
            policy.name = "10.0.0.\(index):80"
            policy.weight = Int.random(in: 1...5, using: &generator)
            policy.failureCountMax = Int.random(in: 0...3, using: &generator)
            policy.failureWindow = .milliseconds(Int.random(in: 1...40, using: &generator))
            policy.requestCountMax = Int.random(in: 0...4, using: &generator)
            policy.isBackup = Int.random(in: 0..<4, using: &generator) == 0
            policy.isDown = Int.random(in: 0..<8, using: &generator) == 0
            policy.isDraining = Int.random(in: 0..<8, using: &generator) == 0
            policy.route = Bool.random(using: &generator) ? "r\(index)" : ""
            return policy
        }
    }

    @Test(arguments: RandomSequenceTests.methods)
    func nobodyIsChosenWhoMayNotBe(_ method: BalancingMethod) {
        let seed = TestSeed()
        var generator = seed.generator
        for _ in 0..<20 {
            let policies = Self.policies(&generator)
            var balancer = Balancer(
                peers: policies, method: method, seed: generator.next())
            var model = NaiveGroup(policies)
            var clock = ManualClock()
            var running: [Request] = []
            for step in 0..<200 {
                clock.advance(by: .milliseconds(Int.random(in: 0...6, using: &generator)))
                if running.count < 12, Bool.random(using: &generator) || running.isEmpty {
                    running.append(Request())
                }
                let place = Int.random(in: 0..<running.count, using: &generator)
                if running[place].at == nil {
                    Self.choose(&running, place, &balancer, &model, clock.now, &generator, seed)
                } else {
                    Self.end(&running, place, &balancer, &model, clock.now, &generator)
                }
                guard Self.agree(balancer, model, clock.now) else {
                    Issue.record("\(seed): \(method), step \(step): \(policies)")
                    return
                }
            }
        }
    }

    private static func choose(
        _ running: inout [Request], _ place: Int, _ balancer: inout Balancer,
        _ model: inout NaiveGroup, _ now: Instant, _ generator: inout SeededGenerator,
        _ seed: TestSeed
    ) {
        var query = PeerQuery()
        query.key = (0..<4).map { _ in UInt8.random(in: 0...255, using: &generator) }
        if Int.random(in: 0..<3, using: &generator) == 0 {
            query.route = "r\(Int.random(in: 0...6, using: &generator))"
        }
        let tried = running[place].triedSet
        let allowed =
            model.owner(of: query.route, tried: tried, now: now).map { [$0] }
            ?? model.candidates(tried: tried, now: now)
        let chosen = balancer.choose(query, tried: &running[place].tried, now: now)
        guard let chosen else {
            #expect(allowed.isEmpty, "\(seed): nobody was chosen of \(allowed)")
            running.remove(at: place)
            return
        }
        #expect(allowed.contains(chosen), "\(seed): \(chosen) is none of \(allowed)")
        running[place].triedSet.insert(chosen)
        running[place].at = chosen
        model.chose(chosen, now: now)
    }

    private static func end(
        _ running: inout [Request], _ place: Int, _ balancer: inout Balancer,
        _ model: inout NaiveGroup, _ now: Instant, _ generator: inout SeededGenerator
    ) {
        guard let index = running[place].at else { return }
        let outcomes: [PeerOutcome] = [.succeeded, .failed, .undecided]
        let outcome = outcomes[Int.random(in: 0..<3, using: &generator)]
        balancer.finished(index, outcome, now: now)
        model.finished(index, outcome, now: now)
        running[place].at = nil
        if outcome != .failed { running.remove(at: place) }
    }

    private static func agree(_ balancer: Balancer, _ model: NaiveGroup, _ now: Instant) -> Bool {
        zip(balancer.peers, model.servers).allSatisfy { state, server in
            state.activeCount == server.activeCount
                && (0...state.policy.weight).contains(state.effectiveWeight)
        }
            && model.servers.indices.allSatisfy { index in
                let isEligible = balancer.isEligible(index, tried: TriedPeers(), now: now)
                let others = Set(model.servers.indices.filter { $0 != index })
                return balancer.peers.count == 1
                    || isEligible == model.candidates(tried: others, now: now).contains(index)
            }
    }

    @Test func inEveryStretchTheSharesAreThoseOfTheWeights() {
        let seed = TestSeed()
        var generator = seed.generator
        for _ in 0..<40 {
            let weights = (0..<Int.random(in: 2...8, using: &generator)).map { _ in
                Int.random(in: 1...9, using: &generator)
            }
            let total = weights.reduce(0, +)
            var group = TestGroup(weights: weights)
            var counts = weights.map { _ in 0 }
            for number in 1...(3 * total) {
                guard let index = group.begin() else {
                    Issue.record("\(seed): nobody for \(weights)")
                    return
                }
                group.balancer.finished(index, .succeeded, now: group.clock.now)
                counts[index] += 1
                let sum = group.balancer.peers.reduce(0) { $0 + $1.currentWeight }
                #expect(sum == 0, "\(seed): \(weights)")
                for (place, count) in counts.enumerated() {
                    // Never a whole round away from the even share.
                    let distance = abs(count * total - number * weights[place])
                    #expect(distance < total * weights.count, "\(seed): \(weights) \(counts)")
                }
            }
            #expect(counts == weights.map { 3 * $0 }, "\(seed): \(weights)")
        }
    }
}
