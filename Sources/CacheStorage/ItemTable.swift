import Base

/// Finds items by key: chained buckets of references. Doubles when it is one and a half times full,
/// moving a few buckets with each change, so that no command waits for the whole table.
struct ItemTable: ~Copyable {
    private static let initialPower = 16
    private static let bucketsMovedAtOnce = 16

    private var buckets: [UInt32]
    private var old: [UInt32] = []
    /// The first bucket of `old` that was not moved yet.
    private var nextOld = 0
    private(set) var count = 0

    init() { self.buckets = [UInt32](repeating: 0, count: 1 << Self.initialPower) }

    /// The number of buckets, as a power of two.
    var power: Int { self.buckets.count.trailingZeroBitCount }

    /// A hash of a key (FNV-1a over words, mixed).
    static func hash(_ key: Span<UInt8>) -> UInt32 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in key.indices {
            hash = (hash ^ UInt64(key[index])) &* 0x100_0000_01B3
        }
        hash ^= hash >> 32
        hash = hash &* 0xD6E8_FEB8_6659_FD93
        return UInt32(truncatingIfNeeded: hash ^ (hash >> 32))
    }

    /// The item with a key, 0 when there is none.
    func find(_ key: Span<UInt8>, _ hash: UInt32, _ arena: Arena) -> UInt32 {
        var reference = self.first(hash)
        while reference != 0 {
            let item = Item(arena, reference)
            if item.hash == hash, item.keyByteCount == key.count, item.key.isEqual(to: key) {
                return reference
            }
            reference = item.nextInBucket
        }
        return 0
    }

    private func first(_ hash: UInt32) -> UInt32 {
        if !self.old.isEmpty {
            let index = Int(hash) & (self.old.count - 1)
            if index >= self.nextOld { return self.old[index] }
        }
        return self.buckets[Int(hash) & (self.buckets.count - 1)]
    }

    /// Adds an item whose key is not there yet.
    mutating func insert(_ reference: UInt32, _ item: Item, _ arena: Arena) {
        self.moveSome(arena)
        let hash = item.hash
        item.nextInBucket = self.first(hash)
        self.setFirst(hash, reference)
        self.count += 1
        if self.old.isEmpty, self.count > self.buckets.count * 3 / 2 { self.beginGrowth() }
    }

    /// Takes an item out.
    mutating func remove(_ reference: UInt32, _ item: Item, _ arena: Arena) {
        self.count -= 1
        let hash = item.hash
        var current = self.first(hash)
        if current == reference { return self.setFirst(hash, item.nextInBucket) }
        while current != 0 {
            let entry = Item(arena, current)
            if entry.nextInBucket == reference {
                entry.nextInBucket = item.nextInBucket
                return
            }
            current = entry.nextInBucket
        }
        preconditionFailure("an item that is linked is in the table")
    }

    private mutating func setFirst(_ hash: UInt32, _ reference: UInt32) {
        if !self.old.isEmpty {
            let index = Int(hash) & (self.old.count - 1)
            if index >= self.nextOld {
                self.old[index] = reference
                return
            }
        }
        self.buckets[Int(hash) & (self.buckets.count - 1)] = reference
    }

    private mutating func beginGrowth() {
        swap(&self.old, &self.buckets)
        self.buckets = [UInt32](repeating: 0, count: self.old.count * 2)
        self.nextOld = 0
    }

    private mutating func moveSome(_ arena: Arena) {
        if self.old.isEmpty { return }
        for _ in 0..<Self.bucketsMovedAtOnce {
            var reference = self.old[self.nextOld]
            while reference != 0 {
                let item = Item(arena, reference)
                let next = item.nextInBucket
                let bucket = Int(item.hash) & (self.buckets.count - 1)
                item.nextInBucket = self.buckets[bucket]
                self.buckets[bucket] = reference
                reference = next
            }
            self.nextOld += 1
            if self.nextOld == self.old.count {
                self.old = []
                return
            }
        }
    }

    /// The items of some buckets from `start` on, for walking over all; answers where to go on, 0
    /// at the end.
    func references(
        from start: Int, bucketCount: Int, _ arena: Arena
    ) -> (references: [UInt32], next: Int) {
        var found: [UInt32] = []
        let end = min(self.buckets.count, start + bucketCount)
        for bucket in start..<end {
            var reference = self.buckets[bucket]
            while reference != 0 {
                found.append(reference)
                reference = Item(arena, reference).nextInBucket
            }
        }
        return (found, end == self.buckets.count ? 0 : end)
    }
}
