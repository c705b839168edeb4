import Base
import CacheReplication
import CacheStorage
import Synchronization

/// A cache as its peers know it: its store, whose changes it logs, and what it has heard of whom.
/// Any thread.
final class ReplicaNode: StoreObserver {
    /// How far ahead of this clock a version may be, in microseconds: a peer whose clock runs
    /// further ahead would win against all others for too long.
    private static let clockSkewMax: Int64 = 24 * 3600 * 1_000_000
    /// How many nodes' positions are remembered: every start of a peer is another node.
    private static let positionCountMax = 64

    let store: CacheStore
    let log: ChangeLog
    /// A random number, another one for each start.
    let number: UInt64
    private let tagValue: Atomic<UInt16>
    /// How the Unix second of the store's second 0 is found.
    private let epoch: Int64
    private let positions = Mutex<[(node: UInt64, place: UInt64)]>([])
    /// The nodes that were met, by their number here less one.
    private let peers = Mutex<[UInt64]>([])

    /// Makes `store` a replicated one, before it is used.
    init(_ store: CacheStore, number: UInt64, tag: UInt16, queueCountMax: Int) {
        self.store = store
        self.log = ChangeLog(countMax: queueCountMax)
        self.number = number
        self.tagValue = Atomic(tag)
        self.epoch = store.epoch
        store.versions.distinguish(step: Version.step, tag: UInt64(tag))
    }

    /// What its versions carry.
    var tag: UInt16 { self.tagValue.load(ordering: .relaxed) }

    /// Takes another tag, because a peer has the same one.
    func changeTag(to tag: UInt16) {
        self.tagValue.store(tag, ordering: .relaxed)
        self.store.versions.distinguish(step: Version.step, tag: UInt64(tag))
    }

    /// Sees to it that versions are not behind the time.
    func keepTime(unixMicroseconds: Int64) {
        self.store.versions.raise(to: Version.floor(unixMicroseconds: unixMicroseconds))
    }

    /// Whether a version from elsewhere can be.
    func isPlausible(_ version: UInt64, unixMicroseconds: Int64) -> Bool {
        Version.unixMicroseconds(version) <= unixMicroseconds + Self.clockSkewMax
    }

    // MARK: Time

    /// The Unix second of a second of the store; 0 stays never.
    func unixSecond(_ second: UInt32) -> Int64 { second == 0 ? 0 : self.epoch + Int64(second) }

    /// The store's second of a Unix second; what is before the store's time is long past.
    func second(unix: Int64) -> UInt32 {
        unix == 0 ? 0 : UInt32(clamping: max(1, unix - self.epoch))
    }

    // MARK: What was heard

    /// Up to where in another node's log everything was applied; 0 for nothing.
    func position(in node: UInt64) -> UInt64 {
        self.positions.withLock { positions in
            positions.first { $0.node == node }?.place ?? 0
        }
    }

    /// Remembers it; the nodes heard of last are kept.
    func remember(_ place: UInt64, in node: UInt64) {
        self.positions.withLock { positions in
            if let index = positions.firstIndex(where: { $0.node == node }) {
                positions[index].place = place
                return
            }
            if positions.count == Self.positionCountMax { positions.removeFirst() }
            positions.append((node, place))
        }
    }

    /// Forgets all of it, so that peers send full copies.
    func forgetPositions() { self.positions.withLock { $0 = [] } }

    /// The number that stands for another node here, from 1 on: whom a change was heard of.
    func peerNumber(of node: UInt64) -> UInt16 {
        self.peers.withLock { peers in
            if let index = peers.firstIndex(of: node) { return UInt16(index + 1) }
            // Beyond so many starts of peers they share a number, which costs a full copy at worst.
            guard peers.count < Int(UInt16.max) - 1 else { return .max }
            peers.append(node)
            return UInt16(peers.count)
        }
    }

    // MARK: What changed; with a stripe's lock held

    func itemChanged(_ key: Span<UInt8>, version: UInt64, from peer: UInt16) {
        self.log.append(.item(key: key.makeArray(), version: version), from: peer)
    }

    func itemDeleted(_ key: Span<UInt8>, version: UInt64, from peer: UInt16) {
        self.log.append(.deletion(key: key.makeArray(), version: version), from: peer)
    }

    func flushed(upTo version: UInt64, from peer: UInt16) {
        self.log.append(.flush(version: version), from: peer)
    }

    func itemEvicted(_ key: Span<UInt8>, _ facts: EvictionFacts) {}

    func pageMoved(from source: Int, to target: Int, isMoved: Bool) {}
}
