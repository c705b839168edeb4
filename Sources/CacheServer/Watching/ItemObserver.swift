import CacheStorage

/// Tells those who watch of items that had to make room, and peers of what changed.
final class ItemObserver: StoreObserver {
    private let hub: WatchHub
    private let node: ReplicaNode?

    init(_ hub: WatchHub, _ node: ReplicaNode?) {
        self.hub = hub
        self.node = node
    }

    func itemChanged(_ key: Span<UInt8>, version: UInt64, from peer: UInt16) {
        self.node?.itemChanged(key, version: version, from: peer)
    }

    func itemDeleted(_ key: Span<UInt8>, version: UInt64, from peer: UInt16) {
        self.node?.itemDeleted(key, version: version, from: peer)
    }

    func flushed(upTo version: UInt64, from peer: UInt16) {
        self.node?.flushed(upTo: version, from: peer)
    }

    func itemEvicted(_ key: Span<UInt8>, _ facts: EvictionFacts) {
        self.hub.logEviction(key, facts)
    }

    func pageMoved(from source: Int, to target: Int, isMoved: Bool) {
        self.hub.logPageMove(from: source, to: target, isMoved: isMoved)
    }
}
