import Base
import CLinux
import Glibc

/// A timer in the kernel that makes a descriptor readable every so often (timerfd_create(2)). It is
/// used by one thread.
package struct PeriodicTimer: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// Makes it, not running.
    package init() throws(Errno) {
        self.descriptor = Descriptor(adopting: try systemCall { holdfast_timer() })
    }

    /// The number to watch.
    package var number: Int32 { self.descriptor.number }

    /// Fires after each `interval`, which is longer than nothing.
    package borrowing func start(every interval: Duration) {
        precondition(interval > .zero, "a timer that fires all the time")
        self.repeats(interval.nanoseconds)
    }

    /// Fires no more.
    package borrowing func stop() { self.repeats(0) }

    private borrowing func repeats(_ nanoseconds: Int64) {
        let number = self.descriptor.number
        // A descriptor that is a timer, and times that are in their range, cannot be refused.
        _ = try? systemCall { holdfast_timer_repeat(number, Int(nanoseconds)) }
    }

    /// Makes the descriptor unreadable until it fires again.
    package borrowing func reset() {
        var count: UInt64 = 0
        // SAFETY: eight bytes are written into a local.
        _ = unsafe read(self.descriptor.number, &count, 8)
    }
}
