import CacheStorage

/// Tells those who watch of items that had to make room.
final class EvictionObserver: StoreObserver {
    private let hub: WatchHub

    init(_ hub: WatchHub) { self.hub = hub }

    func itemChanged(_ key: Span<UInt8>, hash: UInt32, version: UInt64) {}
    func itemDeleted(_ key: Span<UInt8>, hash: UInt32, version: UInt64) {}
    func flushed(upTo version: UInt64) {}
    func itemEvicted(_ key: Span<UInt8>, _ facts: EvictionFacts) {
        self.hub.logEviction(key, facts)
    }
}
