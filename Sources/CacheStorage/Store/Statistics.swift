/// What a store counts.
package struct StorageStatistics: Sendable {
    /// Items now, and stored ever.
    package var itemCount = 0, totalItemCount = 0
    /// Bytes that the items take, headers included.
    package var byteCount = 0
    /// Items that gave way, items whose time was over, and those never fetched.
    package var evictionCount = 0, reclaimedCount = 0, evictedUnfetchedCount = 0
    /// Expired items never fetched, expired items found by looking through all, stores that found
    /// no room.
    package var expiredUnfetchedCount = 0, crawlerReclaimedCount = 0, outOfMemoryCount = 0
    /// Pages that went from one class to another; items, and chunks of chained items, that went to
    /// other chunks before.
    package var movedPageCount = 0, relocatedItemCount = 0, relocatedChunkCount = 0
    /// Buckets of the hash table, as a power of two; the bytes they take; whether it grows.
    package var hashPower = 0, hashByteCount = 0, isHashGrowing = false
    /// Pages that no class has.
    package var freePageCount = 0
    /// Pages that were given back and that no class has taken again; whether one is on its way.
    package var pooledPageCount = 0, isPageMoving = false
}

/// What one class of chunks holds.
package struct ClassStatistics: Sendable {
    /// The class's number, from 1.
    package var number = 0
    /// Bytes of a chunk, chunks of a page, pages.
    package var chunkSize = 0, chunksPerPage = 0, pageCount = 0
    /// Chunks in use, and free ones.
    package var usedChunkCount = 0, freeChunkCount = 0
    /// Items that are new, and those that were hit and stay (S3-FIFO's two queues).
    package var smallCount = 0, mainCount = 0
    /// As in `StorageStatistics`, of this class.
    package var evictionCount = 0, outOfMemoryCount = 0, reclaimedCount = 0
    /// Evicted items that had an expiry, that were never fetched; expired ones never fetched.
    package var evictedNonzeroCount = 0, evictedUnfetchedCount = 0, expiredUnfetchedCount = 0
    /// Expired items found by looking through all.
    package var crawlerReclaimedCount = 0
    /// Seconds that the last evicted item had not been used for.
    package var evictedTime = 0
    /// Items that went from new to stay, and that went round.
    package var promotedCount = 0, recycledCount = 0
    /// Items passed over as somebody else was at work on them.
    package var busyCount = 0
    /// Bytes asked for, without what the chunks waste.
    package var requestedByteCount = 0
    /// Seconds since the oldest item was stored or hit, of the new ones and of those that stay.
    package var smallAge = 0, mainAge = 0
    /// What was found in the class.
    package var hits = ClassHits()

    /// All items.
    package var itemCount: Int { self.smallCount + self.mainCount }
    /// The age of the older end of the two.
    package var age: Int { max(self.smallAge, self.mainAge) }
}
