package import Base
import Synchronization

/// Wakes one task of a loop, which waits for a moment or until somebody has something for it.
// SAFETY: all but `isSet` is used on the loop's thread.
package final class LoopSignal: @unchecked Sendable {
    private let loop: Loop
    private let isSet = Atomic<Bool>(false)
    private var waiter: Suspension?

    /// Not set.
    package init(on loop: Loop) { self.loop = loop }

    /// Wakes who waits, or who will wait next. Any thread.
    package func set() {
        guard !self.isSet.exchange(true, ordering: .acquiringAndReleasing) else { return }
        self.loop.run { self.wake() }
    }

    private func wake() {
        guard let waiter = self.waiter.take() else { return }
        waiter.resume()
    }

    /// Waits until it is set, or the time has come; it is not set afterwards. Loop thread only, one
    /// task at a time.
    package func wait(until deadline: Instant) async {
        if !self.isSet.load(ordering: .acquiring) {
            let timer = self.loop.schedule(at: deadline) { self.wake() }
            await Suspension.wait { self.waiter = $0 }
            timer.cancel()
        }
        self.isSet.store(false, ordering: .releasing)
    }
}
