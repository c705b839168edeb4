/// What was found in the memory that a store was made in.
package struct RecoveryReport: Sendable {
    /// Whether nobody has used the memory before.
    package var wasEmpty = false
    /// Why nothing was taken up of what lay there; nil when it was, or nothing lay there.
    package var refusal: String?
    /// Items taken up, and those left out: over, flushed, or not whole.
    package var itemCount = 0, goneCount = 0, brokenCount = 0
}

/// Takes up the items that another process left in the memory, in whatever state it left it.
///
/// Pages, their classes and the items in them are found by looking through all chunks: those with
/// the bit `isLinked`, which is written last, are items. Table and queues are made anew; within a
/// queue items are ordered by when they were used, as far as some hundred steps tell that.
struct Recovery {
    private let arena: Arena
    private let slabs: Slabs
    private let stripes: Stripes
    private let superblock: Superblock
    private let secret: UInt64
    private var now: UInt32 = 0
    private var report = RecoveryReport()
    private var highestVersion: UInt64 = 0
    private var chainedItems: [UInt32] = []
    private var extras: [UInt32] = []
    /// Of no meaning; that it is kept makes the reads happen.
    private var fetched: UInt32 = 0
    /// By class.
    private var requestedByteCounts: [Int]
    /// By class, place and age.
    private var queues: [ItemQueue]

    private static let ageStepCount = 128

    init(_ arena: Arena, _ slabs: Slabs, _ stripes: Stripes, _ superblock: Superblock) {
        self.arena = arena
        self.slabs = slabs
        self.stripes = stripes
        self.superblock = superblock
        self.secret = superblock.secret
        self.requestedByteCounts = [Int](repeating: 0, count: slabs.classes.count)
        self.queues = [ItemQueue](
            repeating: ItemQueue(), count: slabs.classes.count * 2 * Self.ageStepCount)
    }

    /// Takes up everything; the locks need not be held, as nobody else has the store yet.
    mutating func run(unixNow: Int64) -> RecoveryReport {
        self.now = UInt32(clamping: max(2, unixNow - self.superblock.epoch))
        RedoRecord.redoAll(self.arena)
        self.reserveTables()
        for page in 0..<self.slabs.pages.touchedCount {
            guard let index = self.slabs.pages.owner(of: page) else { continue }
            guard index < self.slabs.classes.count else {
                self.slabs.pages.giveBack(page, discardsContents: false)
                continue
            }
            self.takeUp(page: page, of: index)
        }
        self.takeUpChained()
        self.joinQueues()
        self.writeCounts()
        self.superblock.raiseLastVersion(to: self.highestVersion)
        return self.report
    }

    /// Tables that grow while they are filled would look at every item twice more.
    private func reserveTables() {
        var chunkCount = 0
        for page in 0..<self.slabs.pages.touchedCount {
            guard let index = self.slabs.pages.owner(of: page), index < self.slabs.classes.count
            else { continue }
            chunkCount += self.slabs.classes[index].chunksPerPage
        }
        for stripe in 0..<Stripe.count {
            self.stripes[stripe].table.reserve(chunkCount / Stripe.count)
        }
    }

    private mutating func takeUp(page: Int, of index: Int) {
        self.slabs.classes[index].pageCount += 1
        self.fetchBuckets(ofPage: page, index)
        for chunk in self.slabs.chunks(ofPage: page, index) {
            let item = Item(self.arena, chunk)
            let state = item.state
            if state & Item.State.isLinked != 0 {
                if self.isWhole(item, index) {
                    item.isChained ? self.chainedItems.append(chunk) : self.takeUp(chunk, item)
                } else {
                    self.slabs.markFree(chunk, index)
                }
            } else if state & Item.State.isExtra != 0, item.classIndex == index {
                item.place = Item.Place.taken
                self.slabs.classes[index].otherCount += 1
                self.extras.append(chunk)
            } else {
                self.slabs.markFree(chunk, index)
            }
        }
    }

    /// Reads the buckets that a page's items belong to. They lie all over, and the processor
    /// fetches many of them at once when nothing else depends on them.
    private mutating func fetchBuckets(ofPage page: Int, _ index: Int) {
        for chunk in self.slabs.chunks(ofPage: page, index) {
            let hash = Item(self.arena, chunk).hash
            self.fetched ^= self.stripes[Stripes.index(of: hash)].table.first(hash)
        }
    }

    /// Whether what stands in a header can be, and the item's time is not over.
    private mutating func isWhole(_ item: Item, _ index: Int) -> Bool {
        let whole = Item.headerByteCount + item.keyByteCount + item.valueByteCount
        let fits =
            item.isChained
            ? Item.chainedByteCount(keyByteCount: item.keyByteCount)
                <= self.slabs.classes[index].chunkByteCount
            : whole <= self.slabs.classes[index].chunkByteCount
        guard fits, item.classIndex == index, item.keyByteCount > 0,
            KeyHash.hash(item.key, secret: self.secret) == item.hash
        else {
            self.report.brokenCount += 1
            return false
        }
        self.highestVersion = max(self.highestVersion, item.version)
        let isOver = item.expiry != 0 && item.expiry <= self.now
        if isOver || item.version <= self.superblock.flushedVersion {
            self.report.goneCount += 1
            return false
        }
        return true
    }

    private mutating func takeUp(_ reference: UInt32, _ item: Item) {
        item.pinCount = 0
        let index = self.slabs.sizes.queueIndex(item)
        let isMain = item.place == Item.Place.main
        if !isMain { item.place = Item.Place.small }
        let queue = (index * 2 + (isMain ? 1 : 0)) * Self.ageStepCount
        self.queues[queue + Self.ageStep(self.now &- item.lastAccess)]
            .append(reference, item, self.arena)
        self.requestedByteCounts[index] += item.byteCount
        let stripe = Stripes.index(of: item.hash)
        self.stripes[stripe].noteExpiry(item.expiry)
        self.stripes[stripe].table.insert(reference, item, self.arena)
        self.report.itemCount += 1
    }

    private func writeCounts() {
        for (index, byteCount) in self.requestedByteCounts.enumerated() {
            self.slabs.classes[index].requestedByteCount = byteCount
        }
        self.slabs.statistics.itemCount = self.report.itemCount
        self.slabs.statistics.byteCount = self.requestedByteCounts.reduce(0, +)
    }

    /// The age in steps of a quarter of it: four to each doubling.
    private static func ageStep(_ age: UInt32) -> Int {
        if age < 8 { return Int(age) }
        // The clock may have been set back.
        if age > UInt32(Int32.max) { return 0 }
        let bits = 32 - age.leadingZeroBitCount
        return (bits - 2) * 4 + Int(age >> UInt32(bits - 3) & 3)
    }

    // MARK: Chained items

    private mutating func takeUpChained() {
        for reference in self.chainedItems {
            let item = Item(self.arena, reference)
            if self.hasWholeChain(reference, item) {
                self.takeUp(reference, item)
            } else {
                self.report.brokenCount += 1
                item.retract()
                self.slabs.markFree(reference, item.classIndex)
            }
        }
        for chunk in self.extras where Item(self.arena, chunk).place == Item.Place.taken {
            self.slabs.release(chunk)
        }
    }

    private mutating func hasWholeChain(_ reference: UInt32, _ item: Item) -> Bool {
        var missing = item.valueByteCount
        var chain: [UInt32] = []
        var chunk = item.firstExtra
        while chunk != 0, missing > 0 {
            let page = self.arena.pageNumber(of: chunk)
            guard page < self.slabs.pages.touchedCount, self.slabs.pages.owner(of: page) != nil
            else { return false }
            let extra = Item(self.arena, chunk)
            // A process that died while it gave a chain a new version (`stamp`) left later ones.
            guard extra.state == Item.State.isExtra, extra.version >= item.version,
                extra.place == Item.Place.taken,
                extra.valueByteCount > 0, extra.valueByteCount <= missing
            else { return false }
            missing -= extra.valueByteCount
            chain.append(chunk)
            chunk = extra.nextInBucket
        }
        guard missing == 0, chunk == 0 else { return false }
        for chunk in chain {
            Item(self.arena, chunk).place = Item.Place.extra
            Item(self.arena, chunk).older = reference
            self.highestVersion = max(self.highestVersion, Item(self.arena, chunk).version)
            Item(self.arena, chunk).version = item.version
        }
        return true
    }

    // MARK: Queues

    private mutating func joinQueues() {
        for index in self.slabs.classes.indices {
            let small = (index * 2) * Self.ageStepCount
            let main = (index * 2 + 1) * Self.ageStepCount
            for step in 0..<Self.ageStepCount {
                self.slabs.classes[index].small.prepend(&self.queues[small + step], self.arena)
                self.slabs.classes[index].main.prepend(&self.queues[main + step], self.arena)
            }
        }
    }
}
