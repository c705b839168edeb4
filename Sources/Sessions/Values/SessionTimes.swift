/// How long things live in the store, and how often a life is prolonged.
///
/// A request prolongs the stored items' life only when the last time was more than `refresh` ago,
/// so an item lives `maxInactive + 2 × refresh` and a session ends between `maxInactive` and
/// `maxInactive + refresh` after its last request.
package struct SessionTimes: Hashable, Sendable {
    /// A life is prolonged at the latest after this many milliseconds.
    package static let refreshMillisecondsMax: Int64 = 60_000
    /// An end mark of a session without time-out stays this long: thirty days.
    package static let endMarkSecondsMax: UInt32 = 2_592_000
    /// Longer lives than this are written as a date (memcached's protocol.txt).
    private static let relativeSecondsMax: Int64 = 2_592_000

    /// Milliseconds without a request after which a session ends; nil: never.
    package let maxInactiveMilliseconds: Int64?

    /// The times of a session with this time-out (0 and below: never).
    package init(maxInactiveSeconds: Int32) {
        self.maxInactiveMilliseconds =
            maxInactiveSeconds > 0 ? Int64(maxInactiveSeconds) * 1_000 : nil
    }

    /// How old a recorded access may be before it is recorded anew.
    package var refreshMilliseconds: Int64 {
        min((self.maxInactiveMilliseconds ?? .max) / 16, Self.refreshMillisecondsMax)
    }

    /// The expiry time that items are stored with: 0 for never, seconds up to thirty days, else a
    /// date in seconds since 1970.
    package func expiry(nowMilliseconds: Int64) -> UInt32 {
        guard let inactive = self.maxInactiveMilliseconds else { return 0 }
        let seconds = (inactive + 2 * self.refreshMilliseconds + 1_999) / 1_000
        if seconds <= Self.relativeSecondsMax { return UInt32(seconds) }
        return UInt32(clamping: nowMilliseconds / 1_000 + seconds)
    }

    /// The expiry time of the mark that the session has ended: longer than any copy of it can live.
    package func endMarkExpiry(nowMilliseconds: Int64) -> UInt32 {
        let expiry = self.expiry(nowMilliseconds: nowMilliseconds)
        return expiry == 0 ? Self.endMarkSecondsMax : expiry
    }

    /// Whether the recorded access is so old that it must be recorded anew.
    package func needsRefresh(recordedMilliseconds: Int64, nowMilliseconds: Int64) -> Bool {
        guard self.maxInactiveMilliseconds != nil else { return false }
        return nowMilliseconds - recordedMilliseconds >= self.refreshMilliseconds
    }

    /// Whether a session whose last recorded access was then has ended by now.
    package func hasExpired(recordedMilliseconds: Int64, nowMilliseconds: Int64) -> Bool {
        guard let inactive = self.maxInactiveMilliseconds else { return false }
        return nowMilliseconds - recordedMilliseconds >= inactive + self.refreshMilliseconds
    }
}
