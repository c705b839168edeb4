import CacheStorage

/// Tells those who watch of items that had to make room.
final class EvictionObserver: StoreObserver {
    private let hub: WatchHub

    init(_ hub: WatchHub) { self.hub = hub }

    func itemChanged(_ key: Span<UInt8>, version: UInt64, from peer: UInt16) {}
    func itemDeleted(_ key: Span<UInt8>, version: UInt64, from peer: UInt16) {}
    func flushed(upTo version: UInt64, from peer: UInt16) {}
    func itemEvicted(_ key: Span<UInt8>, _ facts: EvictionFacts) {
        self.hub.logEviction(key, facts)
    }
}
