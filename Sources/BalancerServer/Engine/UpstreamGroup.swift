package import Base
package import DaemonKit
package import LoadBalancing
import Synchronization
import SystemInterface

/// A group of servers with what is known of them, shared by all loops. Any thread.
package final class UpstreamGroup: Sendable {
    /// What the configuration says.
    package let settings: UpstreamSettings
    /// Whether it matters for the choice what the request is, not only that there is one.
    package let needsQuery: Bool
    private let balancer: Mutex<Balancer>
    /// What operators want, and which servers were told to have failed; by the servers' places.
    private let overrides: Mutex<[Int: ServerOverride]>
    private let failed = Mutex<Set<Int>>([])
    private let hasFailed = Atomic<Bool>(false)
    private let events: EventHub?

    /// Makes a group; a server that was in `old` as well keeps what was known of it, and what an
    /// operator wants of it. Failures are told to `events`.
    package init(
        _ settings: UpstreamSettings, inheriting old: UpstreamGroup?, events: EventHub? = nil
    ) {
        self.events = events
        self.settings = settings
        switch settings.method {
        case .addressHash, .hash: self.needsQuery = true
        default: self.needsQuery = settings.affinity != .none
        }
        var balancer = Balancer(
            peers: settings.peers.map(\.policy), method: settings.method,
            health: settings.health, seed: UInt64(settings.index) &+ 1)
        var overrides: [Int: ServerOverride] = [:]
        if let old {
            let wanted = old.overrides.withLock { $0 }
            let known = old.balancer.withLock { $0.peers }
            for (index, peer) in settings.peers.enumerated() {
                let place = old.settings.peers.firstIndex {
                    $0.address == peer.address && $0.name == peer.name
                }
                guard let place else { continue }
                balancer.inherit(index, from: known[place])
                guard let override = wanted[place] else { continue }
                overrides[index] = override
                balancer.setPolicy(override.applied(to: peer.policy), of: index)
            }
        }
        self.overrides = Mutex(overrides)
        self.balancer = Mutex(balancer)
    }

    /// Chooses a server and counts a request as active there; see `Balancer.choose`.
    package func choose(_ query: PeerQuery, tried: inout TriedPeers, now: Instant) -> Int? {
        self.balancer.withLock { $0.choose(query, tried: &tried, now: now) }
    }

    /// Tells how the request at a server ended; once for each choice.
    package func finished(_ index: Int, _ outcome: PeerOutcome, byteCount: Int64, now: Instant) {
        let isResting = self.balancer.withLock { balancer in
            balancer.finished(index, outcome, byteCount: byteCount, now: now)
            return outcome == .failed
                && balancer.condition(of: index, now: now) == .failed
        }
        // The usual case, that nothing fails, costs one look.
        guard isResting || self.hasFailed.load(ordering: .relaxed) else { return }
        self.note(index, hasFailed: isResting, hasSucceeded: outcome == .succeeded)
    }

    private func note(_ index: Int, hasFailed: Bool, hasSucceeded: Bool) {
        let event: String? = self.failed.withLock { failed in
            defer { self.hasFailed.store(!failed.isEmpty, ordering: .relaxed) }
            if hasFailed { return failed.insert(index).inserted ? "server_failed" : nil }
            return hasSucceeded && failed.remove(index) != nil ? "server_back" : nil
        }
        guard let event else { return }
        let name = self.settings.peers[index].name
        let what = event == "server_failed" ? "fails and is left alone" : "answers again"
        self.events?.publish(
            event, "\(self.settings.name): \(name) \(what)",
            [("upstream", self.settings.name), ("server", name)])
    }

    /// Changes what an operator wants of a server, now and after reloads.
    ///
    /// Who is told to be ready is taken as well, whatever it did before.
    package func change(_ index: Int, duty: ServerOverride.Duty?, weight: Int?) {
        let override = self.overrides.withLock { overrides in
            var override = overrides[index] ?? ServerOverride()
            if let duty { override.duty = duty }
            if let weight { override.weight = weight }
            overrides[index] = override
            return override
        }
        let policy = override.applied(to: self.settings.peers[index].policy)
        self.balancer.withLock { balancer in
            balancer.setPolicy(policy, of: index)
            if duty == .ready { balancer.forgetFailures(of: index) }
        }
    }

    /// Gives a server back to the configuration.
    package func resetOverride(of index: Int) {
        self.overrides.withLock { $0[index] = nil }
        let policy = self.settings.peers[index].policy
        self.balancer.withLock { $0.setPolicy(policy, of: index) }
    }

    /// The places of the servers with a name or an address.
    package func places(of name: String) -> [Int] {
        self.settings.peers.indices.filter { index in
            let peer = self.settings.peers[index]
            return peer.name == name || peer.address.description == name
        }
    }

    /// A server as people and scrapers see it.
    package struct PeerReport: Sendable {
        /// What the configuration says.
        package let peer: UpstreamPeer
        /// What it has done.
        package let state: PeerState
        /// Whether it is used.
        package let condition: PeerCondition
        /// Whether an operator wants something of it.
        package let isOverridden: Bool
    }

    /// All servers as they are now.
    package func report(now: Instant) -> [PeerReport] {
        let overrides = self.overrides.withLock { $0 }
        return self.balancer.withLock { balancer in
            balancer.peers.indices.map { index in
                PeerReport(
                    peer: self.settings.peers[index], state: balancer.peers[index],
                    condition: balancer.condition(of: index, now: now),
                    isOverridden: overrides[index].map { !$0.isEmpty } ?? false)
            }
        }
    }
}
