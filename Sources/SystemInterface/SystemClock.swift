package import Base
import Glibc

/// The two clocks. Only the loop and the start-up code read them; all else is told the time.
package enum SystemClock {
    /// The monotonic clock (CLOCK_MONOTONIC): for deadlines and durations.
    package static func now() -> Instant { Instant(nanoseconds: Self.read(CLOCK_MONOTONIC)) }

    /// The processor time that the calling thread has had.
    package static func threadTime() -> Duration {
        .nanoseconds(Self.read(CLOCK_THREAD_CPUTIME_ID))
    }

    /// Nanoseconds since 1970 (CLOCK_REALTIME): for dates that people and protocols see.
    package static func unixNanoseconds() -> Int64 { Self.read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // SAFETY: `time` is a local that outlives the call.
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
