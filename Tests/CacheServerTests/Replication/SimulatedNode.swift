import Base
import CacheReplication
import CacheStorage
import SystemInterface

@testable import CacheServer

/// A cache of a simulated network: its store, and what clients did to it.
final class SimulatedNode {
    /// What a client reads.
    struct Seen: Equatable {
        var value: [UInt8]
        var flags: UInt32
        var expiry: UInt32
        var cas: UInt64
        var version: UInt64
        var isStale: Bool
    }

    private static let memoryLimit = 64 << 20
    let store: CacheStore
    private(set) var node: ReplicaNode
    private let queueCountMax: Int

    init(
        number: UInt64, tag: UInt16, queueCountMax: Int, memoryLimit: Int = memoryLimit
    ) throws {
        var settings = StorageSettings()
        settings.memoryLimit = memoryLimit
        settings.itemByteCountMax = 4 << 20
        settings.chunkByteCountMax = 16 << 10
        let memory = try SharedMemory(byteCount: settings.byteCount)
        // SAFETY: the store keeps the memory's owner.
        self.store = unsafe CacheStore(
            settings, memory: memory.bytes, owner: memory,
            origin: StoreOrigin(secret: number, epoch: 0, unixNow: 2), giveBack: memory.giveBack)
        self.queueCountMax = queueCountMax
        self.node = ReplicaNode(self.store, number: number, tag: tag, queueCountMax: queueCountMax)
        self.store.observer = self.node
    }

    /// Another process takes the items up: what it had heard of others is forgotten.
    func restart(number: UInt64, tag: UInt16) {
        self.node = ReplicaNode(self.store, number: number, tag: tag, queueCountMax: queueCountMax)
        self.store.observer = self.node
    }

    /// All that clients could read.
    func contents(now: UInt32) -> [String: Seen] {
        var found: [String: Seen] = [:]
        var place = CacheStore.WalkPlace()
        var hasMore = true
        while hasMore {
            hasMore = self.store.walk(&place, itemCount: 100, now: now) { key, item in
                let value = ByteBuffer()
                item.appendValue(to: value)
                found[key.makeString()] = Seen(
                    value: value.makeArray(), flags: item.flags, expiry: item.expiry,
                    cas: item.cas, version: item.version, isStale: item.isStale)
            }
        }
        return found
    }

    /// What some client does: each command that changes something, by a random choice.
    func doSomething(_ random: inout SeededGenerator, keyCount: Int, now: UInt32) {
        let name = "key\(Int.random(in: 0..<keyCount, using: &random))"
        let key = Array(name.utf8)
        let expiry: UInt32 = Int.random(in: 0..<8, using: &random) == 0 ? now + 3 : 0
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40: self.put(key, .set, expiry, &random, now)
        case 40..<47: self.put(key, .add, expiry, &random, now)
        case 47..<54: self.put(key, .append, expiry, &random, now)
        case 54..<60: self.put(key, .replace, expiry, &random, now)
        case 60..<75: _ = self.store.delete(key.span, now: now)
        case 75..<83:
            _ = self.store.change(
                key.span, by: 7, isIncrement: Bool.random(using: &random), now: now)
        case 83..<91:
            _ = self.store.read(key.span, now: now, as: .touch, expiry: now + 100) { _ in }
        case 91..<95:
            _ = self.store.markStale(key.span, cas: nil, expiry: nil, now: now)
        case 95..<97: self.put(key, .set, 0, &random, now, byteCount: 100_000)
        case 97: self.store.flush(at: 0, now: now)
        case 98: self.store.flush(at: now + 2, now: now)
        default:
            var flush = self.store.beginFlush(prefix: Array("key1".utf8).span)
            while self.store.advance(&flush, bucketCount: 1 << 12) {}
        }
    }

    private func put(
        _ key: [UInt8], _ mode: CacheStore.Mode, _ expiry: UInt32,
        _ random: inout SeededGenerator, _ now: UInt32, byteCount: Int? = nil
    ) {
        let isNumber = byteCount == nil && Bool.random(using: &random)
        let value =
            isNumber
            ? Array("\(Int.random(in: 0..<1_000, using: &random))".utf8)
            : [UInt8](
                repeating: UInt8.random(in: 0x61...0x7A, using: &random),
                count: byteCount ?? Int.random(in: 0..<300, using: &random))
        _ = self.store.store(
            key.span, value.span, mode: mode, flags: UInt32.random(in: 0...9, using: &random),
            expiry: expiry, now: now)
    }
}
