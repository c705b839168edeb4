/// Remembers which items of a class were evicted lately, by a few bits of their hashes: one that
/// comes back goes straight to the items that stay (S3-FIFO, SOSP 2023, section 4).
///
/// Entries lie in groups of four, each with 16 bits of the hash and 16 bits of the time at which it
/// was evicted, counted in evictions. As many evictions later as the class has items it is
/// forgotten. Four bytes an entry; no memory before the first eviction.
struct GhostTable {
    private static let groupSize = 4
    private static let smallest = 256
    /// How many steps of the clock the lifetime of an entry has.
    private static let stepsALife = 64

    private var entries: [UInt32] = []
    private var evictionCount = 0
    private var evictionsAStep = 1

    /// Bytes of the table.
    var byteCount: Int { self.entries.count * 4 }

    private var step: UInt16 {
        UInt16(truncatingIfNeeded: self.evictionCount / self.evictionsAStep)
    }

    private func group(_ hash: UInt32) -> Int {
        // The low bits choose the group, the fingerprint are the high ones.
        Int(hash) & (self.entries.count - 1) & ~(Self.groupSize - 1)
    }

    private static func fingerprint(_ hash: UInt32) -> UInt32 { hash & 0xFFFF_0000 }

    /// Remembers an evicted item of a class that has `itemCount` items.
    mutating func insert(_ hash: UInt32, itemCount: Int) {
        self.fit(itemCount)
        self.evictionCount += 1
        let group = self.group(hash)
        let step = self.step
        var target = group
        var oldest: UInt16 = 0
        for index in group..<group + Self.groupSize {
            if self.entries[index] == 0 {
                target = index
                break
            }
            let age = step &- UInt16(truncatingIfNeeded: self.entries[index])
            if age >= oldest {
                oldest = age
                target = index
            }
        }
        self.entries[target] = Self.fingerprint(hash) | UInt32(step)
    }

    /// Whether an item was evicted lately; it is forgotten then.
    mutating func remove(_ hash: UInt32) -> Bool {
        guard !self.entries.isEmpty else { return false }
        let group = self.group(hash)
        for index in group..<group + Self.groupSize
        where self.entries[index] != 0
            && Self.fingerprint(self.entries[index]) == Self.fingerprint(hash)
        {
            let age = self.step &- UInt16(truncatingIfNeeded: self.entries[index])
            self.entries[index] = 0
            return age <= UInt16(Self.stepsALife)
        }
        return false
    }

    /// Sees to it that the table has about an entry an item; what it held is forgotten when it
    /// must be made anew, which is seldom.
    private mutating func fit(_ itemCount: Int) {
        guard self.entries.count < itemCount || self.entries.isEmpty else { return }
        var size = Self.smallest
        while size < itemCount { size *= 2 }
        self.entries = [UInt32](repeating: 0, count: size)
        self.evictionCount = 0
        self.evictionsAStep = max(1, size / Self.stepsALife)
    }
}
