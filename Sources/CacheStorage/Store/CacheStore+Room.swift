/// What is to be spared when room is made.
struct Room {
    /// The stripe whose lock is held.
    var stripe: Int
    /// An item that stays where it is; 0 for none.
    var kept: UInt32
    var now: UInt32
}

// Where the chunks of new items come from: free ones, a fresh page, or old items (S3-FIFO, Yang and
// others, "FIFO Queues are All You Need for Cache Eviction", SOSP 2023).
extension CacheStore {
    /// How many items eviction looks at before it takes one that was hit.
    private static let evictionLooksMax = 64
    /// So many chained items go for a chunk of another class: each leaves a part of a page, and
    /// more would not help.
    private static let chainedEvictionsMax = 8
    /// New items give way while they are more than one of so many.
    private static let smallShare = 10
    /// A new item that was hit so often stays (Docs/decisions/0005-eviction.md).
    private static let usesToStay: UInt16 = 1

    /// A chunk of a class; 0 when there is none. The classes' lock is held.
    @inline(__always)
    func allocate(_ slabs: Slabs, _ index: Int, _ room: Room) -> UInt32 {
        let chunk = slabs.take(from: index)
        return chunk != 0 ? chunk : self.allocateAnew(slabs, index, room)
    }

    private func allocateAnew(_ slabs: Slabs, _ index: Int, _ room: Room) -> UInt32 {
        // Rather than another page is taken, or nothing, what is over anyhow goes.
        let isOver =
            (slabs.pages.freeCount > 0 || !self.settings.evicts)
            && self.reclaimOldest(slabs, index, room)
        if isOver || self.takePage(slabs, for: index, room) {
            let chunk = slabs.take(from: index)
            if chunk != 0 { return chunk }
        }
        let chunk = self.settings.evicts ? self.evictUntilFree(slabs, index, room) : 0
        if chunk != 0 { return chunk }
        slabs.classes[index].counts.outOfMemory += 1
        slabs.statistics.outOfMemoryCount += 1
        return 0
    }

    /// Evicts until a class has a free chunk; 0 when it has none after some dozen items.
    private func evictUntilFree(_ slabs: Slabs, _ index: Int, _ room: Room) -> UInt32 {
        // When all its chunks are parts of chained items, those are in the last class's queues.
        let last = slabs.sizes.lastIndex
        let source = slabs.classes[index].itemCount == 0 ? last : index
        for _ in 0..<(source == index ? Self.evictionLooksMax : Self.chainedEvictionsMax) {
            guard self.makeRoom(slabs, source, room) else { break }
            let chunk = slabs.take(from: index)
            if chunk != 0 { return chunk }
            // What went may have left a page empty.
            let free = slabs.classes[source].pageFacts
            if source != index, free.freeCount >= free.chunksPerPage,
                self.move(slabs, pageOf: source, to: index, room, whole: true)
            {
                return slabs.take(from: index)
            }
        }
        // All that went lay in the page that the class is about to lose.
        self.keepPage(slabs, of: index)
        return slabs.take(from: index)
    }

    /// Evicts one item of a class, or takes one whose time is over.
    private func makeRoom(_ slabs: Slabs, _ index: Int, _ room: Room) -> Bool {
        for look in 0..<Self.evictionLooksMax {
            let (smallCount, mainCount) = (
                slabs.classes[index].small.count, slabs.classes[index].main.count
            )
            let isSmall =
                smallCount > 0
                && (mainCount == 0 || smallCount * Self.smallShare > smallCount + mainCount)
            let reference =
                isSmall ? slabs.classes[index].small.oldest : slabs.classes[index].main.oldest
            guard reference != 0 else { return false }
            let item = Item(self.arena, reference)
            let stripe = Stripes.index(of: item.hash)
            let isHeld = stripe == room.stripe
            guard reference != room.kept, isHeld || self.stripes.tryLock(stripe) else {
                slabs.passOver(reference, item, isSmall: isSmall)
                continue
            }
            defer { if !isHeld { self.stripes.unlock(stripe) } }
            // One that is being sent would free nothing now.
            if item.pinCount > 0 {
                slabs.passOver(reference, item, isSmall: isSmall)
                continue
            }
            let mustGo = look == Self.evictionLooksMax - 1
            if !self.isGone(item, now: room.now), !mustGo,
                self.keep(slabs, reference, item, isSmall: isSmall)
            {
                continue
            }
            self.evict(slabs, reference, item, stripe, now: room.now)
            return true
        }
        return false
    }

    /// Gives an item that was used another round; whether it stays.
    private func keep(_ slabs: Slabs, _ reference: UInt32, _ item: Item, isSmall: Bool) -> Bool {
        let uses = item.state & Item.State.uses
        guard isSmall else {
            guard uses > 0 else { return false }
            item.state &-= 1
            slabs.moveToNewEnd(reference, item, isSmall: false)
            return true
        }
        guard uses >= Self.usesToStay else { return false }
        item.state &= ~Item.State.uses
        slabs.promote(reference, item)
        return true
    }

    /// Frees one of the two oldest items of a class if its time is over.
    private func reclaimOldest(_ slabs: Slabs, _ index: Int, _ room: Room) -> Bool {
        let (small, main) = (
            slabs.classes[index].small.oldest, slabs.classes[index].main.oldest
        )
        return self.reclaim(slabs, small, room) || self.reclaim(slabs, main, room)
    }

    private func reclaim(_ slabs: Slabs, _ reference: UInt32, _ room: Room) -> Bool {
        guard reference != 0, reference != room.kept else { return false }
        let item = Item(self.arena, reference)
        let stripe = Stripes.index(of: item.hash)
        let isHeld = stripe == room.stripe
        guard isHeld || self.stripes.tryLock(stripe) else { return false }
        defer { if !isHeld { self.stripes.unlock(stripe) } }
        guard self.isGone(item, now: room.now) else { return false }
        self.evict(slabs, reference, item, stripe, now: room.now)
        return true
    }

    /// Takes an item out to make room. Its stripe's lock and that of the classes are held.
    func evict(_ slabs: Slabs, _ reference: UInt32, _ item: Item, _ stripe: Int, now: UInt32) {
        if self.isGone(item, now: now) {
            slabs.countReclaimed(item, byCrawler: false)
            self.rememberRemoval(item, stripe)
        } else {
            slabs.countEvicted(item, now: now)
            self.observer?.itemEvicted(
                item.key,
                EvictionFacts(
                    classNumber: slabs.sizes.queueIndex(item) + 1,
                    idleSeconds: Int(now) - Int(item.lastAccess),
                    secondsLeft: item.expiry == 0 ? -1 : Int(item.expiry) - Int(now),
                    wasFetched: item.state & Item.State.wasFetched != 0,
                    valueByteCount: item.valueByteCount))
        }
        item.retract()
        self.stripes[stripe].table.remove(reference, item, self.arena)
        slabs.dequeue(reference, item)
        if item.pinCount == 0 { slabs.releaseAll(reference) }
    }
}
