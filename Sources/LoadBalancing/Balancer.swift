package import Base

/// What a request asks of a group.
package struct PeerQuery: Sendable {
    /// The route that its session names; empty for none.
    package var route = ""
    /// Whether it is refused when that server cannot serve it (httpd's `nofailover`).
    package var insistsOnRoute = false
    /// What the hash methods work on: the value of the key, or the client's address in network
    /// order.
    package var key: [UInt8] = []

    /// A request that may go anywhere.
    package init() {}
}

/// How a request at a server ended.
package enum PeerOutcome: Equatable, Sendable {
    /// An answer came, of any kind that `proxy_next_upstream` does not name.
    case succeeded
    /// It counts against the server.
    case failed
    /// It says nothing about the server (the client left; a 404 that is tried elsewhere).
    case undecided
}

/// The live state of one server of a group.
package struct PeerState: Sendable {
    /// What the configuration or the control socket says.
    package var policy: PeerPolicy
    /// Requests at it now.
    package internal(set) var activeCount = 0
    /// Times it was chosen, in all.
    package internal(set) var chosenCount: UInt64 = 0
    /// Failures in all.
    package internal(set) var failedCount: UInt64 = 0
    /// Failures in the present window; at `policy.failureCountMax` it rests.
    package internal(set) var windowFailureCount = 0
    /// Bytes in both directions, for `byTraffic`.
    package internal(set) var transferredByteCount: Int64 = 0

    /// Smooth round robin: how far it is ahead. httpd's lbstatus is the same thing.
    var currentWeight = 0
    /// Its weight now: lowered by failures, back up by one with each round.
    var effectiveWeight: Int
    /// When it failed last; nil when it never did.
    var failedAt: Instant?
    /// When the present window began; nil when it never was chosen.
    var checkedAt: Instant?
    /// httpd: whether it is in error.
    var isInError = false

    init(policy: PeerPolicy) {
        self.policy = policy
        self.effectiveWeight = policy.weight
    }
}

/// What people want to know of a server.
package enum PeerCondition: String, Sendable {
    /// Takes requests.
    case up
    /// Rests after failures.
    case failed
    /// Serves its own sessions only.
    case draining
    /// Switched off.
    case down
    /// Has as many requests as it may.
    case full
}

/// Chooses servers of one group and remembers how they do.
///
/// A value: the owner locks it. `choose` is O(servers); every choice is paid back by exactly one
/// `finished`.
///
/// Invariants: `activeCount` ≥ 0; 0 ≤ effective weight ≤ weight; among servers that took part in
/// all rounds, the current weights of a round robin sum to 0.
package struct Balancer: Sendable {
    /// How a server is chosen.
    package let method: BalancingMethod
    /// When a server rests.
    package let health: HealthRule
    /// The servers, in the order configured.
    package internal(set) var peers: [PeerState]

    var generator: SeededGenerator
    var ring: HashRing?
    /// nginx's `single`: the only server of a group is never left alone.
    let hasOnlyOne: Bool

    /// How many times the hash methods look again before round robin takes over (nginx's 20).
    static let hashRoundCountMax = 20

    /// Makes a group in which all servers are well. `seed` decides the draws of `random`.
    package init(
        peers: [PeerPolicy], method: BalancingMethod = .roundRobin,
        health: HealthRule = .failureWindow, seed: UInt64 = 0
    ) {
        self.method = method
        self.health = health
        self.peers = peers.map { PeerState(policy: $0) }
        self.generator = SeededGenerator(seed: seed)
        self.ring = method == .hash(isConsistent: true) ? HashRing(peers) : nil
        self.hasOnlyOne = peers.count == 1 && health == .failureWindow
    }

    /// Chooses a server, marks it as tried and counts the request as active there.
    ///
    /// - Returns: its index, or nil when none can serve.
    package mutating func choose(
        _ query: PeerQuery = PeerQuery(), tried: inout TriedPeers, now: Instant
    ) -> Int? {
        let index = self.find(query, tried: &tried, now: now)
        guard let index else { return nil }
        tried.insert(index)
        self.peers[index].activeCount += 1
        self.peers[index].chosenCount += 1
        return index
    }

    private mutating func find(
        _ query: PeerQuery, tried: inout TriedPeers, now: Instant
    ) -> Int? {
        if case .errorState(let forcesRecovery) = self.health {
            self.recover(forced: forcesRecovery, now: now)
        }
        if !query.route.isEmpty {
            if let index = self.findByRoute(query.route, tried: tried, now: now) { return index }
            if query.insistsOnRoute, self.peers.contains(where: { $0.policy.route == query.route })
            {
                return nil
            }
        }
        if self.hasOnlyOne { return self.onlyPeer(tried) }
        switch self.method {
        case .byRequests, .byTraffic, .byBusyness:
            return self.findInSets(tried: tried)
        case .roundRobin:
            return self.inTiers { balancer, isBackup in
                balancer.roundRobin(isBackup: isBackup, tried: tried, now: now)
            }
        case .leastConnections:
            return self.inTiers { balancer, isBackup in
                balancer.leastConnections(isBackup: isBackup, tried: tried, now: now)
            }
        case .addressHash, .hash, .random:
            return self.findByHash(query.key, tried: &tried, now: now)
                ?? self.inTiers { balancer, isBackup in
                    balancer.roundRobin(isBackup: isBackup, tried: tried, now: now)
                }
        }
    }

    /// The ordinary servers first, then the backups.
    private mutating func inTiers(
        _ find: (inout Balancer, _ isBackup: Bool) -> Int?
    ) -> Int? {
        find(&self, false) ?? find(&self, true)
    }

    private func onlyPeer(_ tried: TriedPeers) -> Int? {
        guard !self.peers[0].policy.isDown, !self.peers[0].policy.isDraining,
            !self.peers[0].isFull, !tried.contains(0)
        else { return nil }
        return 0
    }

    /// Whether a server can be chosen for a request that tried others before.
    func isEligible(_ index: Int, tried: TriedPeers, now: Instant) -> Bool {
        // Field by field: a copy of the server would count references to its names.
        return !tried.contains(index) && !self.peers[index].policy.isDown
            && !self.peers[index].policy.isDraining && !self.peers[index].isFull
            && !self.isResting(index, now: now)
    }
}

extension PeerState {
    /// Whether it has as many requests as it may.
    var isFull: Bool {
        self.policy.requestCountMax > 0 && self.activeCount >= self.policy.requestCountMax
    }
}
