// How pages come to classes, go from one class to another, and are given back. The classes' lock is
// held in all of it, and one stripe's.
extension CacheStore {
    /// A page for a class without free chunks: one that nobody has, or one of another class that
    /// needs it less. memcached lets a class begin with a page beyond the limit; here the limit
    /// holds and another class gives one.
    func takePage(_ slabs: Slabs, for index: Int, _ room: Room) -> Bool {
        if let page = slabs.pages.take() {
            slabs.addPage(page, to: index)
            return true
        }
        guard self.mayTakeOver(slabs, index),
            let donor = self.donor(slabs, for: index, room)
        else { return false }
        return self.movePage(slabs, from: donor, to: index, room)
    }

    /// Whether a page of a class went to another one; its items are gone then.
    private func movePage(_ slabs: Slabs, from donor: Int, to index: Int, _ room: Room) -> Bool {
        let isMoved = self.tryMovingPage(slabs, from: donor, to: index, room)
        self.observer?.pageMoved(from: donor + 1, to: index + 1, isMoved: isMoved)
        return isMoved
    }

    private func tryMovingPage(
        _ slabs: Slabs, from donor: Int, to index: Int, _ room: Room
    ) -> Bool {
        guard let page = self.pageToGive(slabs, of: donor, room),
            self.clearPage(slabs, page, of: donor, room)
        else { return false }
        slabs.pages.giveBack(page, discardsContents: false)
        guard let taken = slabs.pages.take() else { return false }
        slabs.addPage(taken, to: index)
        slabs.statistics.movedPageCount += 1
        return true
    }

    /// Changes when pages move by themselves.
    package func setPageMoves(_ moves: PageMoves) { self.withSlabs { $0.pageMoves = moves } }

    /// Whether it is time to look at the other classes: always for a class that has nothing, else
    /// once for each page's worth of evictions, or for each one.
    private func mayTakeOver(_ slabs: Slabs, _ index: Int) -> Bool {
        guard slabs.classes[index].pageCount > 0 else { return true }
        guard self.settings.evicts, slabs.pageMoves.isOn else { return false }
        let evicted = slabs.classes[index].counts.evicted
        let sinceLook = evicted - slabs.classes[index].evictedAtLook
        let wanted = slabs.pageMoves.isEager ? 1 : slabs.classes[index].chunksPerPage
        guard sinceLook >= wanted else { return false }
        slabs.classes[index].evictedAtLook = evicted
        return true
    }

    /// The class that misses a page least: one with a page's worth of free chunks, else the one
    /// whose old end is oldest. Without eviction only free chunks are given.
    private func donor(_ slabs: Slabs, for index: Int, _ room: Room) -> Int? {
        let now = room.now
        let spared = room.kept == 0 ? nil : self.arena.pageNumber(of: room.kept)
        let keeper = spared.flatMap { slabs.pages.owner(of: $0) }
        let isNew = slabs.classes[index].pageCount == 0
        let ownAge = isNew ? -1 : self.age(slabs, index, now: now)
        var best: (index: Int, age: Int)?
        for other in slabs.classes.indices where other != index {
            // Nor one whose only page is that of the item that stays.
            guard slabs.classes[other].pageCount > (other == keeper ? 1 : 0) else { continue }
            let hasSpare =
                slabs.classes[other].freeCount > slabs.classes[other].chunksPerPage
            let isUnused =
                slabs.classes[other].itemCount == 0 && slabs.classes[other].otherCount == 0
            if hasSpare || isUnused { return other }
            guard self.settings.evicts, slabs.classes[other].itemCount > 0 else { continue }
            let age = self.age(slabs, other, now: now)
            if age > best?.age ?? -1 { best = (other, age) }
        }
        guard let best, isNew || Double(ownAge) < Double(best.age) * slabs.pageMoves.ageRatio
        else {
            return nil
        }
        return best.index
    }

    /// Seconds since the item at the old end of a class was stored or hit.
    private func age(_ slabs: Slabs, _ index: Int, now: UInt32) -> Int {
        max(
            self.age(slabs.classes[index].small, now: now),
            self.age(slabs.classes[index].main, now: now))
    }

    /// The page of a class that holds old items only, as far as that can be told: that of an item a
    /// page's worth from the old end. The oldest item itself often shares its page with the newest,
    /// which have just taken the chunks of older ones.
    private func pageToGive(_ slabs: Slabs, of index: Int, _ room: Room) -> Int? {
        let spared = room.kept == 0 ? nil : self.arena.pageNumber(of: room.kept)
        let isMain = slabs.classes[index].main.count > slabs.classes[index].small.count
        let queue = isMain ? slabs.classes[index].main : slabs.classes[index].small
        var reference = queue.oldest
        for _ in 0..<min(slabs.classes[index].chunksPerPage, queue.count / 2) {
            reference = Item(self.arena, reference).newer
        }
        if reference != 0 {
            let chunk = Item(self.arena, reference)
            let page = self.arena.pageNumber(of: chunk.isChained ? chunk.firstExtra : reference)
            if page != spared, slabs.pages.owner(of: page) == index { return page }
        }
        return slabs.pages.pages(of: index).first { $0 != spared }
    }

    /// Takes all items of a page out and its chunks from the free ones of its class. False when
    /// somebody is at work on one of them; some are gone then all the same.
    private func clearPage(_ slabs: Slabs, _ page: Int, of index: Int, _ room: Room) -> Bool {
        for chunk in slabs.chunks(ofPage: page, index) {
            guard self.clear(slabs, chunk, room) else { return false }
        }
        slabs.removePage(page, from: index)
        return true
    }

    /// Evicts the item that has a chunk, if one has it.
    private func clear(_ slabs: Slabs, _ chunk: UInt32, _ room: Room) -> Bool {
        var reference = chunk
        if Item(self.arena, chunk).place == Item.Place.extra {
            reference = Item(self.arena, chunk).older
        }
        let item = Item(self.arena, reference)
        if item.place == Item.Place.free { return true }
        guard item.place != Item.Place.taken, reference != room.kept else { return false }
        let stripe = Stripes.index(of: item.hash)
        let isHeld = stripe == room.stripe
        guard isHeld || self.stripes.tryLock(stripe) else { return false }
        defer { if !isHeld { self.stripes.unlock(stripe) } }
        guard item.pinCount == 0 else { return false }
        self.evict(slabs, reference, item, stripe, now: room.now)
        return true
    }

    // MARK: The limit

    /// Changes the limit. What is above a lower one goes with `giveBackPage`, as long as that says
    /// that there is more; until then no class gets another page.
    package func setMemoryLimit(_ byteCount: Int) {
        self.withSlabs { $0.pages.setLimit(memoryLimit: byteCount) }
    }

    /// Gives one page back if more are in use than the limit allows, and its items with it.
    ///
    /// - Returns: whether there was one to give back.
    package func giveBackPage(now: UInt32) -> Bool {
        self.withStripe(of: 0) { stripe in
            self.withSlabs { slabs in
                guard slabs.pages.isOverLimit else { return false }
                return self.giveBackPage(slabs, Room(stripe: stripe, kept: 0, now: now))
            }
        }
    }

    private func giveBackPage(_ slabs: Slabs, _ room: Room) -> Bool {
        var best: (index: Int, age: Int)?
        for index in slabs.classes.indices where slabs.classes[index].pageCount > 0 {
            let isSpare =
                slabs.classes[index].freeCount >= slabs.classes[index].chunksPerPage
            let age = isSpare ? Int.max : self.age(slabs, index, now: room.now)
            if age > best?.age ?? -1 { best = (index, age) }
        }
        guard let best, let page = self.pageToGive(slabs, of: best.index, room),
            self.clearPage(slabs, page, of: best.index, room)
        else { return false }
        slabs.pages.giveBack(page, discardsContents: true)
        return true
    }

    /// Moves a page from one class to another, for `slabs reassign`. What was in it is gone.
    ///
    /// - Parameters:
    ///   - source: the number of a class, or nil for the one that misses it least.
    ///   - target: the number of another class.
    package func reassignPage(
        from source: Int?, to target: Int, now: UInt32
    ) -> PageMove {
        let numbers = 1...self.sizes.all.count
        guard numbers.contains(target), source.map(numbers.contains) ?? true else {
            return .badClass
        }
        if source == target { return .same }
        return self.withStripe(of: 0) { stripe in
            self.withSlabs { slabs in
                let room = Room(stripe: stripe, kept: 0, now: now)
                let donor =
                    source.map { $0 - 1 } ?? self.donor(slabs, for: target - 1, room)
                guard let donor, slabs.classes[donor].pageCount > 1 else { return .noSpare }
                return self.movePage(slabs, from: donor, to: target - 1, room) ? .moved : .busy
            }
        }
    }
}

/// How the move of a page ended.
package enum PageMove: Sendable {
    /// It was moved; there is no such class; the class has one page only; both are the same;
    /// somebody is at work on the page.
    case moved, badClass, noSpare, same, busy
}
