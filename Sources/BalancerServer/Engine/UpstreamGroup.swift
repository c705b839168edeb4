package import Base
package import LoadBalancing
import Synchronization

/// A group of servers with what is known of them, shared by all loops. Any thread.
package final class UpstreamGroup: Sendable {
    /// What the configuration says.
    package let settings: UpstreamSettings
    /// Whether it matters for the choice what the request is, not only that there is one.
    package let needsQuery: Bool
    private let balancer: Mutex<Balancer>

    /// Makes a group; a server that was in `old` as well keeps what was known of it.
    package init(_ settings: UpstreamSettings, inheriting old: UpstreamGroup?) {
        self.settings = settings
        switch settings.method {
        case .addressHash, .hash: self.needsQuery = true
        default: self.needsQuery = settings.affinity != .none
        }
        var balancer = Balancer(
            peers: settings.peers.map(\.policy), method: settings.method,
            health: settings.health, seed: UInt64(settings.index) &+ 1)
        if let old {
            let known = old.balancer.withLock { $0.peers }
            for (index, peer) in settings.peers.enumerated() {
                let place = old.settings.peers.firstIndex {
                    $0.address == peer.address && $0.name == peer.name
                }
                if let place { balancer.inherit(index, from: known[place]) }
            }
        }
        self.balancer = Mutex(balancer)
    }

    /// Chooses a server and counts a request as active there; see `Balancer.choose`.
    package func choose(_ query: PeerQuery, tried: inout TriedPeers, now: Instant) -> Int? {
        self.balancer.withLock { $0.choose(query, tried: &tried, now: now) }
    }

    /// Tells how the request at a server ended; once for each choice.
    package func finished(_ index: Int, _ outcome: PeerOutcome, byteCount: Int64, now: Instant) {
        self.balancer.withLock { balancer in
            balancer.finished(index, outcome, byteCount: byteCount, now: now)
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
    }

    /// All servers as they are now.
    package func report(now: Instant) -> [PeerReport] {
        self.balancer.withLock { balancer in
            balancer.peers.indices.map { index in
                PeerReport(
                    peer: self.settings.peers[index], state: balancer.peers[index],
                    condition: balancer.condition(of: index, now: now))
            }
        }
    }
}
