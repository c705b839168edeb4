import Base
import CacheStorage
import DaemonKit
import EventLoop

/// Flushes of all items with a prefix: what has it now is gone at once, what is stored later
/// stays. The memory is freed in steps on the main loop. Any thread.
final class PrefixFlushRuns: Sendable {
    /// So many may go on at once; each makes looking at an item a little dearer.
    static let runCountMax = 16
    /// Buckets of a step.
    private static let bucketsAStep = 256

    /// Flushes begun, and the items that they freed.
    let startCounter = Counter(), itemCounter = Counter()

    /// Flushes a prefix, and waits until its items' memory is free.
    ///
    /// - Returns: how many items it were; nil when there are too many flushes already.
    func run(_ prefix: [UInt8], _ service: CacheService, on loop: Loop) async -> Int? {
        guard service.store.prefixFlushCount < Self.runCountMax else { return nil }
        self.startCounter.add()
        var flush = service.store.beginFlush(prefix: prefix.span)
        var counted = 0
        var hasMore = true
        while hasMore {
            hasMore = service.store.advance(&flush, bucketCount: Self.bucketsAStep)
            self.itemCounter.add(flush.flushedCount - counted)
            counted = flush.flushedCount
            if hasMore { await loop.yield() }
        }
        return counted
    }
}
