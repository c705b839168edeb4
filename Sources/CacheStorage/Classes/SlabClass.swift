/// One size of chunks: its free chunks and its items.
struct SlabClass {
    let chunkByteCount: Int
    let chunksPerPage: Int
    var pageCount = 0
    /// The first free chunk; each names the next in its first field.
    var free: UInt32 = 0
    var freeCount = 0
    /// Chunks that are neither free nor in a queue: parts of chained items, and those that somebody
    /// is writing or sending.
    var otherCount = 0
    /// Items that were not hit since they came, as far as eviction has looked; and those that were.
    var small = ItemQueue()
    var main = ItemQueue()
    /// Items that were evicted from `small` lately.
    var ghost = GhostTable()
    var counts = ClassCounts()
    var requestedByteCount = 0
    /// `counts.evicted` when the class last asked another for a page.
    var evictedAtLook = 0

    var itemCount: Int { self.small.count + self.main.count }

    /// What happened in a class.
    struct ClassCounts {
        var evicted = 0, evictedNonzero = 0, evictedUnfetched = 0, outOfMemory = 0
        var reclaimed = 0, expiredUnfetched = 0, crawlerReclaimed = 0, crawled = 0
        /// Items that went from `small` to `main`, that came back from the ghosts, and that went
        /// round in `main`.
        var promoted = 0, returned = 0, recycled = 0
        /// Seconds that the last evicted item had not been used for.
        var evictedTime = 0
        /// Items passed over as somebody else was at work on them.
        var busy = 0
    }
}
