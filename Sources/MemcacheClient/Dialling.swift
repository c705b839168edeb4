import Base
import EventLoop

/// The attempts to connect to one cache: the pause between two of them, and who waits for what
/// comes of the present one. Loop thread only.
final class Dialling {
    /// One who waits for a word or for a time, whichever is first.
    private final class Waiter {
        private var suspension: Suspension?

        init(_ suspension: Suspension) { self.suspension = suspension }

        func resume() {
            self.suspension?.resume()
            self.suspension = nil
        }
    }

    /// Whether a task dials, or pauses between two attempts.
    var isUnderWay = false
    /// When the present attempt, or the last one, began.
    var attemptBegan = Instant(nanoseconds: 0)
    /// Whether the last attempt ended without an answer of any kind.
    var wasSilent = false
    private var pausing: Waiter?
    private var waiters: [Waiter] = []

    /// Whether the next attempt waits for its time.
    var isPausing: Bool { self.pausing != nil }

    /// Waits before the next attempt, unless `endPause` comes first.
    func pause(on loop: Loop, _ duration: Duration) async {
        await Suspension.wait { suspension in
            let waiter = Waiter(suspension)
            self.pausing = waiter
            loop.schedule(at: loop.now + duration) { [self] in
                if self.pausing === waiter { self.endPause() }
            }
        }
    }

    /// Makes the next attempt due.
    func endPause() {
        self.pausing?.resume()
        self.pausing = nil
    }

    /// Waits for what comes of the present attempt, or of the one that was just made due.
    func outcome(on loop: Loop, limit: Duration) async {
        await Suspension.wait { suspension in
            let waiter = Waiter(suspension)
            self.waiters.append(waiter)
            loop.schedule(at: loop.now + limit) { waiter.resume() }
        }
    }

    /// Lets all go on that wait for an outcome.
    func settle() {
        let waiters = self.waiters
        self.waiters = []
        for waiter in waiters { waiter.resume() }
    }
}
