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
    /// Whether a full store evicts; else it answers 'out of memory' (`-M`).
    package var evicts = true

    /// memcached's defaults.
    package init() {}

    /// A page holds the largest item.
    var pageByteCount: Int { max(1 << 20, (self.itemByteCountMax + 7) / 8 * 8) }

    /// Whether an item of this size is taken: the same ones as memcached takes, whose items have
    /// some bytes more around key and value.
    package func takes(keyByteCount: Int, valueByteCount: Int, flags: UInt32) -> Bool {
        let overhead = Self.peerOverhead + (flags == 0 ? 0 : 4)
        return keyByteCount + valueByteCount + overhead <= self.itemByteCountMax
    }

    /// memcached's header, CAS number, and the ends of key and value.
    private static let peerOverhead = 48 + 8 + 1 + 2

    /// How much memory the store wants for its limit.
    package var byteCount: Int {
        Arena.byteCount(memoryLimit: self.memoryLimit, pageByteCount: self.pageByteCount)
    }

    /// How much address space lets the limit be raised to the highest one.
    package var addressSpaceByteCount: Int {
        Arena.byteCount(memoryLimit: Self.memoryLimitMax, pageByteCount: self.pageByteCount)
    }

    /// The highest limit: references reach 32 GiB.
    package static let memoryLimitMax = 32_000 << 20
}

/// What a store counts.
package struct StorageStatistics: Sendable {
    /// Items now, and stored ever.
    package var itemCount = 0, totalItemCount = 0
    /// Bytes that the items take, headers included.
    package var byteCount = 0
    /// Items that gave way, items whose time was over, and those never fetched.
    package var evictionCount = 0, reclaimedCount = 0, evictedUnfetchedCount = 0
    /// Expired items never fetched, items crawled over, stores that found no room.
    package var expiredUnfetchedCount = 0, crawledCount = 0, outOfMemoryCount = 0
    /// Gets that met an expired or flushed item.
    package var getExpiredCount = 0, getFlushedCount = 0
    /// Pages that went from one class to another.
    package var movedPageCount = 0
    /// Buckets of the hash table, as a power of two.
    package var hashPower = 0
}

/// What one class of chunks holds.
package struct ClassStatistics: Sendable {
    /// The class's number, from 1.
    package var number = 0
    /// Bytes of a chunk, chunks of a page, pages.
    package var chunkSize = 0, chunksPerPage = 0, pageCount = 0
    /// Chunks with an item, and without.
    package var usedChunkCount = 0, freeChunkCount = 0
    /// As in `StorageStatistics`, of this class.
    package var evictionCount = 0, outOfMemoryCount = 0, reclaimedCount = 0
    /// Bytes asked for, without what the chunks waste.
    package var requestedByteCount = 0
    /// Seconds since the oldest item was stored or hit.
    package var age = 0
}
