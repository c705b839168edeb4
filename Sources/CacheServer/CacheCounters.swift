import Synchronization

/// What the connections of a cache count. Each loop adds its own numbers now and then; read
/// anywhere.
final class CacheCounters: Sendable {
    /// One loop's numbers, or the sum.
    struct Numbers: Sendable {
        var getCount = 0, setCount = 0, flushCount = 0, touchCount = 0, metaCount = 0
        var getHits = 0, getMisses = 0
        var deleteHits = 0, deleteMisses = 0
        var incrementHits = 0, incrementMisses = 0, decrementHits = 0, decrementMisses = 0
        var casHits = 0, casMisses = 0, casBadValues = 0
        var touchHits = 0, touchMisses = 0
        var tooLargeCount = 0, noMemoryCount = 0
        var bytesRead = 0, bytesWritten = 0
        var yieldCount = 0
        var connectionCount = 0, totalConnectionCount = 0, rejectedConnectionCount = 0
    }

    private let sum = Mutex(Numbers())

    /// Changes the numbers.
    func update(_ body: (inout Numbers) -> Void) { self.sum.withLock { body(&$0) } }

    /// The numbers now.
    var numbers: Numbers { self.sum.withLock { $0 } }

    /// Sets back what `stats reset` sets back.
    func reset() {
        self.sum.withLock { numbers in
            var fresh = Numbers()
            fresh.connectionCount = numbers.connectionCount
            numbers = fresh
        }
    }
}
