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
    }

    private let sum = Mutex(Numbers())

    /// The numbers now.
    var numbers: Numbers { self.sum.withLock { $0 } }

    /// Counts a connection in; false, and counted as rejected, when there are `limit` already.
    func admit(limit: Int) -> Bool {
        self.sum.withLock { numbers in
            guard numbers.current < limit else {
                numbers.rejected += 1
                return false
            }
            numbers.current += 1
            numbers.total += 1
            return true
        }
    }

    /// Counts out a connection that was admitted.
    func leave() { self.sum.withLock { $0.current -= 1 } }

    /// Counts a connection that was closed for having been at rest too long.
    func kick() { self.sum.withLock { $0.idleKicks += 1 } }

    /// Sets back what `stats reset` sets back.
    func reset() { self.sum.withLock { $0 = Numbers(current: $0.current) } }
}
