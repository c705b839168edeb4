import Base
import TestSupport

@testable import LoadBalancing

/// A group of servers called a, b, c … and a clock that only the test moves.
struct TestGroup {
    var balancer: Balancer
    var clock = ManualClock()

    /// Makes a group of servers with these weights; `configure` says what else is told of them.
    init(
        weights: [Int], _ method: BalancingMethod = .roundRobin,
        health: HealthRule = .failureWindow, seed: UInt64 = 0,
        _ configure: (inout [PeerPolicy]) -> Void = { _ in }
    ) {
        var policies = weights.enumerated().map { index, weight in
            var policy = PeerPolicy()
            policy.name = Self.name(index)
            policy.weight = weight
            return policy
        }
        configure(&policies)
        self.balancer = Balancer(peers: policies, method: method, health: health, seed: seed)
    }

    static func name(_ index: Int?) -> String {
        guard let index else { return "-" }
        return String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index)))
    }

    /// Chooses for a request that tries its first server, and leaves it running.
    mutating func begin(_ query: PeerQuery = PeerQuery()) -> Int? {
        var tried = TriedPeers()
        return self.balancer.choose(query, tried: &tried, now: self.clock.now)
    }

    /// The server of one request that ends at once; `-` for none.
    mutating func one(_ outcome: PeerOutcome = .succeeded, _ query: PeerQuery = PeerQuery())
        -> String
    {
        let index = self.begin(query)
        if let index { self.balancer.finished(index, outcome, now: self.clock.now) }
        return Self.name(index)
    }

    /// The servers of so many requests that each end at once, as one word.
    mutating func run(_ count: Int) -> String {
        (0..<count).map { _ in self.one() }.joined()
    }

    /// All servers that one request comes to when each of them fails, as one word.
    mutating func failEverywhere(_ query: PeerQuery = PeerQuery()) -> String {
        var tried = TriedPeers()
        var word = ""
        while let index = self.balancer.choose(query, tried: &tried, now: self.clock.now) {
            self.balancer.finished(index, .failed, now: self.clock.now)
            word += Self.name(index)
        }
        return word
    }

    /// What is told of each server.
    var conditions: [PeerCondition] {
        self.balancer.peers.indices.map {
            self.balancer.condition(of: $0, now: self.clock.now)
        }
    }
}

extension PeerQuery {
    /// A request of a session of this route.
    static func route(_ route: String, insists: Bool = false) -> PeerQuery {
        var query = PeerQuery()
        query.route = route
        query.insistsOnRoute = insists
        return query
    }

    /// A request with this text or these bytes for the hash methods.
    static func key(_ key: some Sequence<UInt8>) -> PeerQuery {
        var query = PeerQuery()
        query.key = Array(key)
        return query
    }
}

extension HealthRule {
    /// httpd's default.
    static let httpd = HealthRule.errorState(forcesRecovery: true)
}
