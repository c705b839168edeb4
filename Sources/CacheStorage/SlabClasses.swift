/// The classes of chunk sizes, with the free chunks and the items of each.
struct SlabClasses {
    struct Class {
        let chunkByteCount: Int
        let chunksPerPage: Int
        var pageCount = 0
        /// The first free chunk; each names the next in its first field.
        var free: UInt32 = 0
        var freeCount = 0
        var usedCount = 0
        /// The ends of the list of items.
        var newest: UInt32 = 0
        var oldest: UInt32 = 0
        var evictionCount = 0
        var outOfMemoryCount = 0
        var reclaimedCount = 0
        var requestedByteCount = 0
    }

    /// memcached's largest class below a whole page (slab_chunk_max).
    private static let chunkByteCountMax = 512 << 10
    private static let classCountMax = 63

    /// The classes by their numbers less one.
    var classes: [Class] = []

    init(_ settings: StorageSettings, pageByteCount: Int) {
        var size = Item.headerByteCount + settings.chunkByteCountMin
        while self.classes.count < Self.classCountMax - 1,
            Double(size) <= Double(Self.chunkByteCountMax) / settings.growthFactor
        {
            size = (size + 7) / 8 * 8
            self.classes.append(
                Class(chunkByteCount: size, chunksPerPage: pageByteCount / size))
            size = Int(Double(size) * settings.growthFactor)
        }
        if pageByteCount > Self.chunkByteCountMax {
            self.classes.append(
                Class(
                    chunkByteCount: Self.chunkByteCountMax,
                    chunksPerPage: pageByteCount / Self.chunkByteCountMax))
        }
        self.classes.append(Class(chunkByteCount: pageByteCount, chunksPerPage: 1))
    }

    /// The class whose chunks hold so many bytes, nil when none does.
    func index(for byteCount: Int) -> Int? {
        var low = 0
        var high = self.classes.count
        while low < high {
            let middle = (low + high) / 2
            if self.classes[middle].chunkByteCount < byteCount {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < self.classes.count ? low : nil
    }

    /// Cuts a fresh page into free chunks of a class.
    mutating func addPage(_ page: UInt32, to index: Int, _ arena: Arena) {
        let units = self.classes[index].chunkByteCount / Arena.unitByteCount
        for chunk in (0..<self.classes[index].chunksPerPage).reversed() {
            self.release(page + UInt32(chunk * units), to: index, arena)
        }
        self.classes[index].pageCount += 1
    }

    /// Takes a free chunk; 0 when there is none.
    mutating func take(from index: Int, _ arena: Arena) -> UInt32 {
        let chunk = self.classes[index].free
        if chunk == 0 { return 0 }
        self.classes[index].free = Item(arena, chunk).nextInBucket
        self.classes[index].freeCount -= 1
        return chunk
    }

    /// Gives a chunk back.
    mutating func release(_ chunk: UInt32, to index: Int, _ arena: Arena) {
        Item(arena, chunk).nextInBucket = self.classes[index].free
        self.classes[index].free = chunk
        self.classes[index].freeCount += 1
    }

    /// Puts an item at the new end of its class's list.
    mutating func link(_ reference: UInt32, _ item: Item, _ arena: Arena) {
        let index = item.classIndex
        let newest = self.classes[index].newest
        item.older = newest
        item.newer = 0
        if newest != 0 { Item(arena, newest).newer = reference }
        self.classes[index].newest = reference
        if self.classes[index].oldest == 0 { self.classes[index].oldest = reference }
        self.classes[index].usedCount += 1
        self.classes[index].requestedByteCount += item.byteCount
    }

    /// Takes an item out of its class's list.
    mutating func unlink(_ reference: UInt32, _ item: Item, _ arena: Arena) {
        let index = item.classIndex
        if item.newer != 0 {
            Item(arena, item.newer).older = item.older
        } else {
            self.classes[index].newest = item.older
        }
        if item.older != 0 {
            Item(arena, item.older).newer = item.newer
        } else {
            self.classes[index].oldest = item.newer
        }
        self.classes[index].usedCount -= 1
        self.classes[index].requestedByteCount -= item.byteCount
    }
}
