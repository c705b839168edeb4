// How pages come to classes, go from one class to another, and are given back.
extension CacheStore {
    /// A class may take a page when its own old end is younger than this part of another's, as
    /// memcached's slab_automove_ratio has it.
    private static let ageRatio = 0.8

    /// A page for a class without free chunks: one that nobody has, or one of another class that
    /// needs it less. memcached lets a class begin with a page beyond the limit; here the limit
    /// holds and another class gives one.
    ///
    /// - Parameter kept: an item that stays where it is; 0 for none.
    func takePage(for index: Int, now: UInt32, keeping kept: UInt32) -> Bool {
        if let page = self.arena.takePage(for: index) {
            self.slabs.addPage(page, to: index, self.arena)
            return true
        }
        guard self.mayTakeOver(index),
            let donor = self.donor(for: index, now: now),
            let page = self.pageToGive(of: donor, keeping: kept)
        else { return false }
        self.clearPage(page)
        self.arena.giveBack(page, discardsContents: false)
        guard let taken = self.arena.takePage(for: index) else { return false }
        self.slabs.addPage(taken, to: index, self.arena)
        self.statistics.movedPageCount += 1
        return true
    }

    /// Whether it is time to look at the other classes: always for a class that has nothing, else
    /// once for each page's worth of evictions.
    private func mayTakeOver(_ index: Int) -> Bool {
        let own = self.slabs.classes[index]
        guard own.pageCount > 0 else { return true }
        guard self.settings.evicts else { return false }
        guard own.evictionCount - own.evictionCountAtLook >= own.chunksPerPage else { return false }
        self.slabs.classes[index].evictionCountAtLook = own.evictionCount
        return true
    }

    /// The class that misses a page least: one with a page's worth of free chunks, else the one
    /// whose old end is oldest. Without eviction only free chunks are given.
    private func donor(for index: Int, now: UInt32) -> Int? {
        let own = self.slabs.classes[index]
        let ownAge = own.pageCount > 0 ? self.age(of: own, now: now) : -1
        var best: (index: Int, age: Int)?
        for (other, entry) in self.slabs.classes.enumerated() where other != index {
            guard entry.pageCount > 0 else { continue }
            if entry.freeCount > entry.chunksPerPage || entry.usedCount == 0 { return other }
            guard self.settings.evicts else { continue }
            let age = self.age(of: entry, now: now)
            if age > best?.age ?? -1 { best = (other, age) }
        }
        guard let best, Double(ownAge) < Double(best.age) * Self.ageRatio || own.pageCount == 0
        else { return nil }
        return best.index
    }

    /// Seconds since the item at the old end of a class was stored or hit.
    private func age(of entry: SlabClasses.Class, now: UInt32) -> Int {
        guard entry.oldest != 0 else { return 0 }
        return Int(now) - Int(Item(self.arena, entry.oldest).lastAccess)
    }

    /// The page of a class that holds old items only, as far as that can be told: that of an item a
    /// page's worth from the old end. The oldest item itself often shares its page with the newest,
    /// which have just taken the chunks of older ones.
    private func pageToGive(of index: Int, keeping kept: UInt32) -> Int? {
        let spared = kept == 0 ? nil : self.arena.pageNumber(of: kept)
        let entry = self.slabs.classes[index]
        var reference = entry.oldest
        for _ in 0..<min(entry.chunksPerPage, entry.usedCount / 2) {
            reference = Item(self.arena, reference).newer
        }
        if reference != 0 {
            let page = self.arena.pageNumber(of: reference)
            if page != spared { return page }
        }
        return self.arena.firstPage(of: index, except: spared)
    }

    /// Takes all items of a page out and its chunks from the free ones of its class.
    private func clearPage(_ page: Int) {
        let index = self.arena.owner(of: page)
        for chunk in self.slabs.chunks(ofPage: self.arena.reference(ofPage: page), index) {
            let item = Item(self.arena, chunk)
            guard item.state & Item.State.isLinked != 0 else { continue }
            self.countRemoval(item, index, isGone: false)
            self.discard(chunk, item)
        }
        self.slabs.removePage(self.arena.reference(ofPage: page), from: index, self.arena)
    }

    // MARK: The limit

    /// Changes the limit. What is above a lower one goes with `giveBackPage`, as long as that says
    /// that there is more; until then no class gets another page.
    package func setMemoryLimit(_ byteCount: Int) {
        self.arena.setLimit(memoryLimit: byteCount)
    }

    /// Gives one page back if more are in use than the limit allows, and its items with it.
    ///
    /// - Returns: whether there was one to give back.
    package func giveBackPage(now: UInt32) -> Bool {
        guard self.arena.isOverLimit else { return false }
        var best: (index: Int, age: Int)?
        for (index, entry) in self.slabs.classes.enumerated() where entry.pageCount > 0 {
            let isSpare = entry.freeCount >= entry.chunksPerPage
            let age = isSpare ? Int.max : self.age(of: entry, now: now)
            if age > best?.age ?? -1 { best = (index, age) }
        }
        guard let best, let page = self.pageToGive(of: best.index, keeping: 0) else { return false }
        self.clearPage(page)
        self.arena.giveBack(page, discardsContents: true)
        return true
    }
}
