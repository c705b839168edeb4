/// The classes of chunk sizes, with the free chunks and the items of each.
struct SlabClasses: ~Copyable {
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
        /// `evictionCount` when the class last asked another for a page.
        var evictionCountAtLook = 0
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

    /// The chunks of a page that a class has, from its reference on.
    func chunks(ofPage page: UInt32, _ index: Int) -> StrideTo<UInt32> {
        let units = UInt32(self.classes[index].chunkByteCount / Arena.unitByteCount)
        let end = page + UInt32(self.classes[index].chunksPerPage) * units
        return stride(from: page, to: end, by: Int(units))
    }

    /// Cuts a page into free chunks of a class.
    mutating func addPage(_ page: UInt32, to index: Int, _ arena: Arena) {
        for chunk in self.chunks(ofPage: page, index).reversed() {
            self.release(chunk, to: index, arena)
        }
        self.classes[index].pageCount += 1
    }

    /// Forgets a page of a class, all of whose chunks are free.
    mutating func removePage(_ page: UInt32, from index: Int, _ arena: Arena) {
        let end = page + UInt32(arena.pageByteCount / Arena.unitByteCount)
        var kept: UInt32 = 0
        var last: UInt32 = 0
        var chunk = self.classes[index].free
        while chunk != 0 {
            let next = Item(arena, chunk).nextInBucket
            if !(page..<end).contains(chunk) {
                if last == 0 { kept = chunk } else { Item(arena, last).nextInBucket = chunk }
                last = chunk
            }
            chunk = next
        }
        if last != 0 { Item(arena, last).nextInBucket = 0 }
        self.classes[index].free = kept
        self.classes[index].freeCount -= self.classes[index].chunksPerPage
        self.classes[index].pageCount -= 1
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
        let item = Item(arena, chunk)
        item.nextInBucket = self.classes[index].free
        item.state = 0
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
