package import LoadBalancing

/// What an operator wants of a server, whatever the configuration says. It lasts over reloads, as
/// long as the server stays in its group, and ends with the process.
package struct ServerOverride: Equatable, Sendable {
    /// What a server is to do.
    package enum Duty: String, CaseIterable, Sendable {
        /// Take requests.
        case ready
        /// Serve its own sessions only, and take no new ones.
        case drain
        /// Take nothing.
        case maint
    }

    /// The heaviest weight that may be given, as in nginx's and HAProxy's run-time interfaces.
    package static let weightMax = 65_535

    /// What it is to do; nil as the configuration says.
    package var duty: Duty?
    /// Its weight; nil as the configuration says.
    package var weight: Int?

    /// Nothing: all as the configuration says.
    package init() {}

    /// Whether it says anything.
    package var isEmpty: Bool { self.duty == nil && self.weight == nil }

    /// The configured policy with what is wanted laid over it.
    package func applied(to configured: PeerPolicy) -> PeerPolicy {
        var policy = configured
        if let duty {
            policy.isDown = duty == .maint
            policy.isDraining = duty == .drain
        }
        if let weight { policy.weight = weight }
        return policy
    }
}

extension PeerPolicy {
    /// What it lets a server do.
    package var duty: ServerOverride.Duty {
        self.isDown ? .maint : self.isDraining ? .drain : .ready
    }
}
