/// How a store is made.
package struct StorageSettings: Sendable {
    /// Bytes for items (`-m`).
    package var memoryLimit = 64 << 20
    /// The largest item with its header (`-I`).
    package var itemByteCountMax = 1 << 20
    /// Each class's chunks are so much larger than the one's before (`-f`).
    package var growthFactor = 1.25
    /// Space for key and value in the smallest chunks (`-n`).
    package var chunkByteCountMin = 48
    /// The largest chunks (`-o slab_chunk_max`), a multiple of 64; larger items are chained.
    package var chunkByteCountMax = 512 << 10
    /// The chunks' sizes, when they are given one by one (`-o slab_sizes`).
    package var slabSizes: [Int] = []
    /// Whether a full store evicts; else it answers 'out of memory' (`-M`).
    package var evicts = true
    /// Whether items have CAS numbers (`-C` takes them away); else they are 0.
    package var hasCASNumbers = true

    /// The hash table begins with 2^`hashPower` buckets (`-o hashpower`), and grows when it gets
    /// full (not `-o no_hashexpand`).
    package var hashPower = 16, hashTableGrows = true
    /// Which pages go from class to class (`-o slab_automove`); may be changed later.
    package var pageMoves = PageMoves()

    /// memcached's defaults.
    package init() {}

    /// The most classes there are (memcached's MAX_NUMBER_OF_SLAB_CLASSES, less the unused first
    /// one).
    private static let classCountMax = 63

    /// The sizes of chunks that the settings ask for, as memcached makes them; the last one is the
    /// largest.
    func chunkSizes() -> [Int] {
        let limit = self.chunkByteCountMax
        let unit = self.unitByteCount
        if !self.slabSizes.isEmpty {
            let sizes = self.slabSizes.lazy.map { ($0 + unit - 1) / unit * unit }
            return sizes.filter { $0 < limit }.prefix(Self.classCountMax - 1) + [limit]
        }
        var sizes: [Int] = []
        var size = Item.peerHeaderByteCount + self.chunkByteCountMin
        while sizes.count < Self.classCountMax - 1,
            Double(size) <= Double(limit) / self.growthFactor
        {
            size = (size + unit - 1) / unit * unit
            sizes.append(size)
            size = Int(Double(size) * self.growthFactor)
        }
        return sizes + [limit]
    }

    /// Tells settings with different chunks apart.
    var chunkSizesHash: UInt32 {
        let start = 0x811C_9DC4 + UInt32(self.unitByteCount / Self.unitByteCountLeast)
        return self.chunkSizes().reduce(start) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }

    /// Whether an item of this size is taken: the same ones as memcached takes, whose items have
    /// some bytes more around key and value.
    package func takes(keyByteCount: Int, valueByteCount: Int, flags: UInt32) -> Bool {
        let overhead = Self.peerOverhead + (flags == 0 ? 0 : 4)
        return keyByteCount + valueByteCount + overhead <= self.itemByteCountMax
    }

    /// memcached's header, CAS number, and the ends of key and value.
    private static let peerOverhead = 48 + 8 + 1 + 2

    /// How much memory the store wants for its limit.
    package var byteCount: Int { self.byteCount(limit: self.memoryLimit) }

    /// What it can do with: then no class gets a page beyond the limit.
    package var leastByteCount: Int { Arena.byteCount(memoryLimit: self.memoryLimit) }

    /// A page more for each class, which may get one beyond the limit.
    private func byteCount(limit: Int) -> Int {
        Arena.byteCount(memoryLimit: limit) + self.chunkSizes().count * Arena.pageByteCount
    }

    /// How much address space lets the limit be raised to the highest one.
    package var addressSpaceByteCount: Int { self.byteCount(limit: self.raisedLimitMax) }

    /// References have 32 bits, and count units of so many bytes, which each chunk is a multiple
    /// of: memcached's 8 as long as they reach everything, else twice as many, and so on.
    var unitByteCount: Int {
        var unit = Self.unitByteCountLeast
        while self.memoryLimit > Self.limitMax(unitByteCount: unit), unit < Self.unitByteCountMost {
            unit *= 2
        }
        return unit
    }

    /// The limit up to which a store that was made with these settings may be raised.
    package var raisedLimitMax: Int { Self.limitMax(unitByteCount: self.unitByteCount) }

    /// The highest limit that a store may be made with.
    package static let memoryLimitMax = Self.limitMax(unitByteCount: Self.unitByteCountMost)

    /// Some pages less than the references reach, for what stands before the pages, and for those
    /// beyond the limit.
    private static func limitMax(unitByteCount: Int) -> Int { unitByteCount * (4_000 << 20) }
    private static let unitByteCountLeast = 8, unitByteCountMost = 64
}

/// When a class that evicts gets a page of another class.
package struct PageMoves: Equatable, Sendable {
    /// Whether pages move by themselves; a class that has none gets one in any case.
    package var isOn = true
    /// Whether each eviction asks for a page (`slab_automove=2`), and not one in a page's worth.
    package var isEager = false
    /// The class's own old end must be younger than this part of the other's
    /// (`slab_automove_ratio`).
    package var ageRatio = 0.8

    /// memcached's defaults.
    package init() {}
}
