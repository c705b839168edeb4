/// One size of chunks: its free chunks and its items.
struct SlabClass {
    let chunkByteCount: Int
    /// So many units of the arena a chunk has.
    let unitCount: UInt32
    let chunksPerPage: Int
    var pageCount = 0
    /// The first free chunk; each names the next in its first field.
    var free: UInt32 = 0
    /// The part of a page that was not cut into chunks yet: as its bytes are zero, it reads as free
    /// ones. Cutting a page at once would touch all of it, which takes the kernel half a
    /// millisecond.
    var uncut: Range<UInt32> = 0..<0
    /// Free chunks, those that are not cut yet among them.
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
    /// The second from which on it may be asked for a page again, after one could not be cleared.
    var mayGiveFrom: UInt32 = 0
    /// `counts.evicted`, and `promoted` and `returned`, when the class last asked another for a
    /// page.
    var evictedAtLook = 0, usedAtLook = 0

    /// Cuts a chunk; nil when nothing is left to be cut.
    mutating func cut() -> UInt32? {
        guard let chunk = self.uncut.first else { return nil }
        self.uncut = chunk + self.unitCount..<self.uncut.upperBound
        return chunk
    }

    /// What tells whether a class can do without a page.
    var pageFacts: (pageCount: Int, chunksPerPage: Int, freeCount: Int, itemCount: Int) {
        (self.pageCount, self.chunksPerPage, self.freeCount, self.itemCount)
    }

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
