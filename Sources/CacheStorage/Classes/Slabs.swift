/// The classes of chunks and the pages. One lock guards all of it; it is taken with a stripe's lock
/// held, never the other way round, but for trying.
final class Slabs {
    /// Guards all that changes here. It stands here and not in the store, whose other fields are
    /// read for each get.
    let lock = StoreLock()
    let arena: Arena
    /// The classes' sizes, which anybody may read at any time.
    let sizes: ChunkSizes
    /// The classes by their numbers less one.
    var classes: [SlabClass]
    var pages: PagePool
    var statistics = StorageStatistics()
    var pageMoves: PageMoves
    /// The page that is being cleared, if one is.
    var clearing: PageClearing?
    /// The last page that could not be cleared, as somebody was at work on it.
    var lastStuckPage: Int?

    init(_ arena: Arena, _ settings: StorageSettings, isZero: Bool) {
        self.arena = arena
        self.sizes = ChunkSizes(settings)
        self.pageMoves = settings.pageMoves
        self.classes = self.sizes.all.map {
            SlabClass(
                chunkByteCount: $0, unitCount: UInt32(arena.unitCount($0)),
                chunksPerPage: Arena.pageByteCount / $0)
        }
        self.pages = PagePool(arena, isUntouchedZero: isZero)
        self.pages.urgentCountMax = self.classes.count
        self.pages.setLimit(memoryLimit: settings.memoryLimit)
    }

    // MARK: Chunks

    /// The chunks of a page that a class has, from its reference on.
    func chunks(ofPage number: Int, _ index: Int) -> StrideTo<UInt32> {
        let page = self.arena.reference(ofPage: number)
        let units = self.classes[index].unitCount
        let end = page + UInt32(self.classes[index].chunksPerPage) * units
        return stride(from: page, to: end, by: Int(units))
    }

    /// Adds a page that was taken to a class: cuts it into free chunks, or lets it be cut by and by
    /// when all its bytes are zero and none of the class's pages is being cut.
    func addPage(_ page: PagePool.Page, to index: Int) {
        let number = page.number
        if page.isZero, self.classes[index].uncut.isEmpty {
            let count = self.classes[index].chunksPerPage
            let start = self.arena.reference(ofPage: number)
            let end = start + UInt32(count) * self.classes[index].unitCount
            self.classes[index].uncut = start..<end
            self.classes[index].freeCount += count
        } else {
            for chunk in self.chunks(ofPage: number, index).reversed() {
                self.markFree(chunk, index)
            }
        }
        self.classes[index].pageCount += 1
        // Last: what lay in the page before is no item of the new class.
        self.pages.assign(number, to: index)
    }

    /// Takes a free chunk; 0 when there is none.
    func take(from index: Int) -> UInt32 {
        var chunk = self.classes[index].free
        while let clearing = self.clearing, chunk != 0, clearing.holds(chunk) {
            self.withdraw(chunk)
            chunk = self.classes[index].free
        }
        if chunk != 0 {
            self.classes[index].free = Item(self.arena, chunk).nextInBucket
        } else if let cut = self.classes[index].cut() {
            chunk = cut
        } else {
            return 0
        }
        let item = Item(self.arena, chunk)
        self.classes[index].freeCount -= 1
        self.classes[index].otherCount += 1
        item.place = Item.Place.taken
        item.classIndex = index
        item.pinCount = 0
        return chunk
    }

    /// Gives a chunk back that is in no queue.
    func release(_ chunk: UInt32) {
        let index = Item(self.arena, chunk).classIndex
        self.classes[index].otherCount -= 1
        self.markFree(chunk, index)
    }

    /// Puts a chunk among the free ones of its class, unless its page is being cleared.
    func markFree(_ chunk: UInt32, _ index: Int) {
        let item = Item(self.arena, chunk)
        item.state = 0
        if let clearing = self.clearing, clearing.holds(chunk) {
            item.place = Item.Place.withdrawn
            return
        }
        item.place = Item.Place.free
        let last = self.classes[index].free
        item.nextInBucket = last
        if last != 0 { Item(self.arena, last).newer = chunk }
        self.classes[index].free = chunk
        self.classes[index].freeCount += 1
    }

    // MARK: Queues

    /// Puts an item that was written into a queue.
    func enqueue(_ reference: UInt32, _ item: Item, isKnown: Bool) {
        let index = self.sizes.queueIndex(item)
        if isKnown {
            item.place = Item.Place.main
            self.classes[index].main.append(reference, item, self.arena)
        } else {
            item.place = Item.Place.small
            self.classes[index].small.append(reference, item, self.arena)
        }
        self.classes[item.classIndex].otherCount -= 1
        self.classes[index].requestedByteCount += item.byteCount
        self.statistics.itemCount += 1
        self.statistics.byteCount += item.byteCount
    }

    /// Puts an item into the queue of another one, at its place, in a chunk of the same class.
    func exchange(_ old: UInt32, _ oldItem: Item, for new: UInt32, _ item: Item) {
        let index = self.sizes.queueIndex(oldItem)
        item.place = oldItem.place
        if item.place == Item.Place.main {
            self.classes[index].main.exchange(oldItem, for: new, item, self.arena)
        } else {
            self.classes[index].small.exchange(oldItem, for: new, item, self.arena)
        }
        // Of the chunks in no queue one is another now, which counts for the same class.
        oldItem.place = Item.Place.taken
    }

    /// Takes an item out of its queue; its chunks are then in none.
    func dequeue(_ reference: UInt32, _ item: Item) {
        let index = self.sizes.queueIndex(item)
        if item.place == Item.Place.main {
            self.classes[index].main.remove(item, self.arena)
        } else {
            self.classes[index].small.remove(item, self.arena)
        }
        item.place = Item.Place.taken
        self.classes[item.classIndex].otherCount += 1
        self.classes[index].requestedByteCount -= item.byteCount
        self.statistics.itemCount -= 1
        self.statistics.byteCount -= item.byteCount
    }

    /// Gives back all chunks of an item that is in no queue.
    func releaseAll(_ reference: UInt32) {
        let item = Item(self.arena, reference)
        if item.isChained { self.releaseChain(item.firstExtra) }
        self.release(reference)
    }

    /// Gives back chained chunks, from one on.
    func releaseChain(_ first: UInt32) {
        var chunk = first
        while chunk != 0 {
            let next = Item(self.arena, chunk).nextInBucket
            self.release(chunk)
            chunk = next
        }
    }
}
