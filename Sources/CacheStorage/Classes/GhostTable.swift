/// Remembers which items of a class were evicted lately, by a few bits of their hashes: one that
/// comes back goes straight to the items that stay (S3-FIFO, SOSP 2023, section 4).
///
/// Entries lie in groups of four, each with 16 bits of the hash and 16 bits of the time at which it
/// was evicted, counted in evictions. As many evictions later as the class has items it is
/// forgotten. Four bytes an entry; no memory before the first eviction, and then as much as is
/// used, a segment at a time: zeroing all of a large table would take too long for one turn.
struct GhostTable {
    private static let groupSize = 4
    private static let smallest = 256
    private static let segmentSize = 1 << 10
    /// How many steps of the clock the lifetime of an entry has.
    private static let stepsALife = 64

    /// Empty where nothing was remembered yet.
    private var segments: [[UInt32]] = []
    private var size = 0
    private var evictionCount = 0
    private var evictionsAStep = 1

    /// Bytes of the table.
    var byteCount: Int { self.segments.reduce(0) { $0 + $1.count } * 4 }

    private var step: UInt16 {
        UInt16(truncatingIfNeeded: self.evictionCount / self.evictionsAStep)
    }

    private func group(_ hash: UInt32) -> Int {
        // The low bits choose the group, the fingerprint are the high ones.
        Int(hash) & (self.size - 1) & ~(Self.groupSize - 1)
    }

    /// The segment of a group, and where the group begins in it.
    private static func place(_ group: Int) -> (segment: Int, start: Int) {
        (group / Self.segmentSize, group % Self.segmentSize)
    }

    private static func fingerprint(_ hash: UInt32) -> UInt32 { hash & 0xFFFF_0000 }

    /// Remembers an evicted item of a class that has `itemCount` items.
    mutating func insert(_ hash: UInt32, itemCount: Int) {
        self.fit(itemCount)
        self.evictionCount += 1
        let (segment, start) = Self.place(self.group(hash))
        if self.segments[segment].isEmpty {
            self.segments[segment] = [UInt32](
                repeating: 0, count: min(self.size, Self.segmentSize))
        }
        let step = self.step
        var target = start
        var oldest: UInt16 = 0
        for index in start..<start + Self.groupSize {
            if self.segments[segment][index] == 0 {
                target = index
                break
            }
            let age = step &- UInt16(truncatingIfNeeded: self.segments[segment][index])
            if age >= oldest {
                oldest = age
                target = index
            }
        }
        self.segments[segment][target] = Self.fingerprint(hash) | UInt32(step)
    }

    /// Whether an item was evicted lately; it is forgotten then.
    mutating func remove(_ hash: UInt32) -> Bool {
        guard self.size > 0 else { return false }
        let (segment, start) = Self.place(self.group(hash))
        guard !self.segments[segment].isEmpty else { return false }
        for index in start..<start + Self.groupSize
        where self.segments[segment][index] != 0
            && Self.fingerprint(self.segments[segment][index]) == Self.fingerprint(hash)
        {
            let age = self.step &- UInt16(truncatingIfNeeded: self.segments[segment][index])
            self.segments[segment][index] = 0
            return age <= UInt16(Self.stepsALife)
        }
        return false
    }

    /// Sees to it that the table has about an entry an item; what it held is forgotten when it
    /// must be made anew, which is seldom.
    private mutating func fit(_ itemCount: Int) {
        guard self.size < itemCount || self.size == 0 else { return }
        var size = Self.smallest
        while size < itemCount { size *= 2 }
        self.size = size
        self.segments = [[UInt32]](
            repeating: [], count: (size + Self.segmentSize - 1) / Self.segmentSize)
        self.evictionCount = 0
        self.evictionsAStep = max(1, size / Self.stepsALife)
    }
}
