/// A point on the monotonic clock, in nanoseconds since an arbitrary start.
///
/// Everything below the loop takes the present as a parameter; only `SystemInterface` reads the
/// clock. Deadlines are instants, time-outs (`Duration`) exist only in settings.
package struct Instant: Comparable, Hashable, Sendable {
    /// Nanoseconds since the clock's start.
    package var nanoseconds: Int64

    /// Makes the instant `nanoseconds` after the clock's start.
    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Later than any real deadline: 'no time-out'.
    package static let distantFuture = Instant(nanoseconds: .max)

    package static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The instant `duration` later; stays at `distantFuture` instead of overflowing.
    package static func + (instant: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.nanoseconds)
        return overflow ? .distantFuture : Instant(nanoseconds: sum)
    }

    /// The instant `nanoseconds` later; stays at `distantFuture` instead of overflowing.
    ///
    /// For what is done for each request: `Duration` is 128 bits wide and costs thirty times as
    /// much.
    package func adding(nanoseconds: Int64) -> Instant {
        let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
        return overflow ? .distantFuture : Instant(nanoseconds: sum)
    }

    /// The time from `earlier` to `later`, negative when they are the other way round.
    package static func - (later: Instant, earlier: Instant) -> Duration {
        .nanoseconds(later.nanoseconds - earlier.nanoseconds)
    }
}

extension Duration {
    /// The duration in seconds.
    package var fractionalSeconds: Double {
        Double(self.components.seconds) + Double(self.components.attoseconds) / 1e18
    }

    /// The whole duration in nanoseconds, clamped to what 64 bits hold (292 years).
    package var nanoseconds: Int64 {
        let attoseconds = self.attoseconds
        let high = attoseconds >> 64
        // One division by the processor for what time-outs are; it would trap on a wider quotient.
        if high >= 0, high < 500_000_000 {
            let low = UInt64(truncatingIfNeeded: attoseconds)
            let divisor: UInt64 = 1_000_000_000
            let wide = (UInt64(truncatingIfNeeded: high), low)
            return Int64(clamping: divisor.dividingFullWidth(wide).quotient)
        }
        return Int64(clamping: attoseconds / 1_000_000_000)
    }

    /// The whole duration in milliseconds, rounded towards zero.
    package var milliseconds: Int64 { self.nanoseconds / 1_000_000 }
}
