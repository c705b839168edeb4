/// How a cache is treated.
package struct CacheNodeSettings: Sendable {
    /// How long an answer may take (memcached-session-manager's operationTimeout).
    package var operationTimeout = Duration.milliseconds(1_000)
    /// How long connecting may take.
    package var connectTimeout = Duration.milliseconds(1_000)
    /// The pause before the first redial; it doubles each time…
    package var redialPauseFirst = Duration.milliseconds(20)
    /// …up to this.
    package var redialPauseMax = Duration.milliseconds(1_000)
    /// How long `reach` waits for an attempt to connect…
    package var reachLimit = Duration.milliseconds(100)
    /// …and how old the last one must be before another is made on demand.
    package var reachSpacing = Duration.milliseconds(1)
    /// How many requests may wait for answers; one more fails at once as unreachable.
    package var waitingCountMax = 65_536
    /// After how many operation time-outs in a row without a byte the connection is given up.
    package var silentTimeoutsMax = 3

    /// The usual values.
    package init() {}
}

/// Whether a cache can be used, as far as its loop knows.
package enum CacheNodeState: Equatable, Sendable {
    /// Not asked for yet, or the first connection is on its way.
    case unknown
    /// It has answered, and nothing has failed since.
    case up
    /// The connection failed; it is dialled again by and by.
    case down
}
