import Base
import Synchronization

/// Prefixes of keys whose items up to a version are flushed. An entry lasts until all items were
/// walked over and those that it covers are gone, so there are few at a time.
// SAFETY: the list is reached with its lock held.
final class PrefixFlushes: Sendable {
    private struct Entry {
        var prefix: [UInt8]
        var version: UInt64
        /// Items that were taken out by others than the walk.
        var takenCount = 0
    }

    private let entries = Mutex<[Entry]>([])
    private let count = Atomic<Int>(0)

    /// How many there are.
    var activeCount: Int { self.count.load(ordering: .relaxed) }
    /// Whether there is any.
    @inline(__always)
    var isActive: Bool { self.count.load(ordering: .relaxed) > 0 }

    /// Whether an item was flushed by its prefix. Its stripe's lock is held.
    func covers(_ item: Item) -> Bool { self.covers(item.key, item.version) }

    /// Whether a state of a key was.
    func covers(_ key: Span<UInt8>, _ version: UInt64) -> Bool {
        self.entries.withLock { entries in
            for entry in entries where version <= entry.version {
                let count = entry.prefix.count
                if key.count >= count, key.extracting(0..<count).isEqual(to: entry.prefix.span) {
                    return true
                }
            }
            return false
        }
    }

    /// Counts an item that is taken out before the walk has come to it, for the first flush that
    /// covers it; answers that one's version. The stripe's lock is held.
    func take(_ item: Item) -> UInt64? {
        self.entries.withLock { entries in
            let index = entries.firstIndex { entry in
                item.version <= entry.version && item.hasKey(prefix: entry.prefix.span)
            }
            guard let index else { return nil }
            entries[index].takenCount += 1
            return entries[index].version
        }
    }

    func add(_ prefix: [UInt8], upTo version: UInt64) {
        self.entries.withLock { entries in
            entries.append(Entry(prefix: prefix, version: version))
            self.count.store(entries.count, ordering: .relaxed)
        }
    }

    /// Ends a flush; how many items others took out for it.
    func remove(_ prefix: [UInt8], upTo version: UInt64) -> Int {
        self.entries.withLock { entries in
            let index = entries.firstIndex { $0.prefix == prefix && $0.version == version }
            guard let index else { return 0 }
            let entry = entries.remove(at: index)
            self.count.store(entries.count, ordering: .relaxed)
            return entry.takenCount
        }
    }
}

/// A flush of all items with a prefix, which takes effect at once; the items' memory is freed by
/// and by.
package struct PrefixFlush: Sendable {
    fileprivate let prefix: [UInt8]
    fileprivate let version: UInt64
    fileprivate var place: UInt32 = 0
    /// Items freed so far; those that reads, the crawler or want of room freed at the end.
    package private(set) var flushedCount = 0

    fileprivate init(_ prefix: [UInt8], _ version: UInt64) {
        self.prefix = prefix
        self.version = version
    }

    fileprivate mutating func advance(to place: UInt32, flushed: Int) {
        self.place = place
        self.flushedCount += flushed
    }
}

extension CacheStore {
    /// How many prefix flushes go on; each costs a look at an item a comparison.
    package var prefixFlushCount: Int { self.prefixFlushes.activeCount }

    /// Flushes what has a prefix now. The caller goes on with `advance` until that answers false.
    package func beginFlush(prefix: Span<UInt8>) -> PrefixFlush {
        let flush = PrefixFlush(prefix.makeArray(), self.versions.ofRemoval())
        self.prefixFlushes.add(flush.prefix, upTo: flush.version)
        return flush
    }

    /// Frees the items of so many buckets that the flush covers.
    ///
    /// - Returns: whether there is more to do.
    package func advance(_ flush: inout PrefixFlush, bucketCount: Int) -> Bool {
        for _ in 0..<bucketCount {
            var freed = 0
            let next = self.withStripe(of: flush.place) { stripe in
                self.visitBucket(flush.place, stripe) { reference, item in
                    guard item.version <= flush.version,
                        item.hasKey(prefix: flush.prefix.span)
                    else { return }
                    freed += 1
                    self.noteDeletion(item.key, stripe, flush.version)
                    self.discard(reference, item, stripe)
                }
            }
            flush.advance(to: next, flushed: freed)
            guard next != 0 else {
                let taken = self.prefixFlushes.remove(flush.prefix, upTo: flush.version)
                flush.advance(to: next, flushed: taken)
                return false
            }
        }
        return true
    }
}
