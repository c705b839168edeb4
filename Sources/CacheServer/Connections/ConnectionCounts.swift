import Base
import EventLoop
import Synchronization

/// The connections of a cache, counted by all loops and read anywhere.
final class ConnectionCounts: Sendable {
    struct Numbers: Sendable {
        /// Connections that are open.
        var current = 0
        /// Connections accepted since the start, or since `stats reset`.
        var total = 0
        /// Connections turned away because there were too many.
        var rejected = 0
        /// Connections closed for having been at rest too long.
        var idleKicks = 0
        /// How often, and how long, none was accepted because there were too many.
        var pauseCount = 0, pausedTime = Duration.zero
        /// Whether that is so now.
        var isPaused = false
    }

    private struct State {
        var numbers = Numbers()
        var pausedSince = Instant(nanoseconds: 0)
        /// Who was accepted while there was no room.
        var waiters: [Suspension] = []
    }

    private let state = Mutex(State())

    /// The numbers now.
    var numbers: Numbers { self.state.withLock { $0.numbers } }

    /// Counts a connection in; false when there are `limit` already.
    func admit(limit: Int) -> Bool {
        self.state.withLock { state in
            guard state.numbers.current < limit else { return false }
            state.numbers.current += 1
            state.numbers.total += 1
            return true
        }
    }

    /// Counts a connection that was turned away.
    func reject() { self.state.withLock { $0.numbers.rejected += 1 } }

    /// Counts a connection in as soon as there is room for it. `pause` is called for the first that
    /// has to wait.
    func admitLater(limit: Int, at time: Instant, pause: () -> Void) async {
        await Suspension.wait { suspension in
            let (isReady, isFirst) = self.state.withLock { state in
                if state.numbers.current < limit {
                    state.numbers.current += 1
                    state.numbers.total += 1
                    return (true, false)
                }
                state.waiters.append(suspension)
                if state.numbers.isPaused { return (false, false) }
                state.numbers.isPaused = true
                state.numbers.pauseCount += 1
                state.pausedSince = time
                return (false, true)
            }
            if isFirst { pause() }
            if isReady { suspension.resume() }
        }
    }

    /// Counts out a connection that was admitted; its place goes to who waits for one.
    ///
    /// - Returns: whether there is room again for those that were not accepted.
    func leave(at time: Instant) -> Bool {
        let (next, hasRoom) = self.state.withLock { state in
            if !state.waiters.isEmpty {
                state.numbers.total += 1
                return (Suspension?.some(state.waiters.removeFirst()), false)
            }
            state.numbers.current -= 1
            guard state.numbers.isPaused else { return (nil, false) }
            state.numbers.isPaused = false
            state.numbers.pausedTime += time - state.pausedSince
            return (nil, true)
        }
        next?.resume()
        return hasRoom
    }

    /// Counts a connection that was closed for having been at rest too long.
    func kick() { self.state.withLock { $0.numbers.idleKicks += 1 } }

    /// Sets back what `stats reset` sets back.
    func reset() {
        self.state.withLock {
            $0.numbers = Numbers(
                current: $0.numbers.current, isPaused: $0.numbers.isPaused)
        }
    }
}
