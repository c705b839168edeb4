/// A page that goes to another class, or back to the system: its chunks are withdrawn and its items
/// go in steps, so that nobody waits for all of them. One page at a time.
struct PageClearing {
    /// Given up after so many steps, or seconds, in a row that found somebody at work on the page.
    static let stuckCountMax = 1_000, stuckSecondsMax: UInt32 = 2
    /// For so many seconds after that its class is not asked for a page.
    static let restSeconds: UInt32 = 10

    let page: Int
    /// The class that has it.
    let index: Int
    /// The class that gets it; nil when it is given back.
    let target: Int?
    /// Its chunks, from the first to the end of the last.
    fileprivate let references: Range<UInt32>
    /// Those that were never cut, and are among no free ones.
    fileprivate let uncut: Range<UInt32>
    /// Chunks that were seen to.
    var doneCount = 0
    /// Steps in a row that came no further, and when the first of them was.
    var stuckCount = 0, stuckSince: UInt32 = 0

    /// Notes a step that came no further; whether it is time to give up.
    mutating func isStuck(after doneCount: Int, now: UInt32) -> Bool {
        self.doneCount = doneCount
        if self.stuckCount == 0 { self.stuckSince = now }
        self.stuckCount += 1
        return self.stuckCount >= Self.stuckCountMax
            || now >= self.stuckSince &+ Self.stuckSecondsMax
    }

    /// Whether a chunk lies in the page.
    @inline(__always)
    func holds(_ chunk: UInt32) -> Bool { self.references.contains(chunk) }
}

// All of it with the classes' lock held.
extension Slabs {
    /// Begins to clear a page of a class: no new item gets a chunk of it.
    func beginClearing(page: Int, of index: Int, for target: Int?) {
        precondition(self.clearing == nil, "one page at a time")
        let start = self.arena.reference(ofPage: page)
        let end = start + UInt32(self.arena.unitCount(Arena.pageByteCount))
        var uncut: Range<UInt32> = 0..<0
        if (start..<end).contains(self.classes[index].uncut.lowerBound) {
            swap(&uncut, &self.classes[index].uncut)
            self.classes[index].freeCount -= uncut.count / Int(self.classes[index].unitCount)
        }
        self.clearing = PageClearing(
            page: page, index: index, target: target, references: start..<end, uncut: uncut)
    }

    /// Takes a chunk of the page out of the free ones of its class.
    func withdraw(_ chunk: UInt32) {
        guard let clearing = self.clearing else { return }
        let item = Item(self.arena, chunk)
        if clearing.uncut.contains(chunk) {
            item.place = Item.Place.withdrawn
            return
        }
        // The chunk itself need not know its class yet.
        let index = clearing.index
        let next = item.nextInBucket
        if self.classes[index].free == chunk {
            self.classes[index].free = next
        } else {
            Item(self.arena, item.newer).nextInBucket = next
            if next != 0 { Item(self.arena, next).newer = item.newer }
        }
        self.classes[index].freeCount -= 1
        item.place = Item.Place.withdrawn
    }

    /// How many chunks of a class are among neither the free ones nor those in use.
    func withdrawnCount(of index: Int) -> Int {
        guard let clearing = self.clearing, clearing.index == index else { return 0 }
        return self.chunks(ofPage: clearing.page, index).count {
            Item(self.arena, $0).place == Item.Place.withdrawn || clearing.uncut.contains($0)
        }
    }

    /// Lets the class have its page again.
    func cancelClearing() {
        guard let clearing = self.clearing else { return }
        self.clearing = nil
        for chunk in self.chunks(ofPage: clearing.page, clearing.index)
        where Item(self.arena, chunk).place == Item.Place.withdrawn
            || clearing.uncut.contains(chunk)
        {
            self.markFree(chunk, clearing.index)
        }
    }

    /// Takes a page from its class, all of whose chunks are withdrawn, and gives it to the other
    /// one, or back.
    ///
    /// - Returns: whether the other class has it: there may be fewer pages than there were.
    func endClearing() -> Bool {
        guard let clearing = self.clearing else { return false }
        self.clearing = nil
        self.classes[clearing.index].pageCount -= 1
        self.pages.giveBack(clearing.page, discardsContents: clearing.target == nil)
        guard let target = clearing.target,
            !self.pages.isOverLimit || self.classes[target].itemCount == 0,
            var page = self.pages.takePooled()
        else { return false }
        // The page that was just given back, which the kernel need not make anew.
        page.isZero = false
        self.addPage(page, to: target)
        self.statistics.movedPageCount += 1
        return true
    }
}
