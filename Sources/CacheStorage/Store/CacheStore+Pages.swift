// How pages come to classes, go from one class to another, and are given back. The classes' lock is
// held in all of it, and one stripe's.
extension CacheStore {
    /// A page for a class without free chunks: one that nobody has, or one of another class that
    /// needs it less. memcached lets a class begin with a page beyond the limit; here the limit
    /// holds and another class gives one.
    func takePage(_ slabs: Slabs, for index: Int, _ room: Room) -> Bool {
        if var page = slabs.pages.take() {
            if !page.isZero { page.isZero = self.arena.giveBack(page: page.number) }
            slabs.addPage(page, to: index)
            return true
        }
        // Whoever needs a chunk does a part of the work, whoever needs a first page all of it.
        let needsOne = slabs.classes[index].pageCount == 0
        let isMine = slabs.clearing?.target == index
        let step = self.advanceClearing(slabs, room, whole: needsOne)
        if isMine, step == .moved { return true }
        guard slabs.clearing == nil, self.mayTakeOver(slabs, index),
            let donor = self.donor(slabs, for: index, room),
            let page = self.pageToGive(slabs, of: donor, room)
        else { return false }
        slabs.beginClearing(page: page, of: donor, for: index)
        return needsOne && self.advanceClearing(slabs, room, whole: true) == .moved
    }

    /// How far a step of a clearing came.
    enum ClearingStep {
        /// There is more to do; the page went to its class; it was given back; it stays where it is
        /// as somebody is at work on it; none is being cleared.
        case more, moved, givenBack, givenUp, none
    }

    /// So many chunks are seen to at once.
    private static let chunksAtOnce = 128

    /// Goes on with the page that is being cleared: a step, or the whole of it, which is given up
    /// when somebody is at work on it.
    func advanceClearing(_ slabs: Slabs, _ room: Room, whole: Bool = false) -> ClearingStep {
        guard let clearing = slabs.clearing else { return .none }
        let total = slabs.classes[clearing.index].chunksPerPage
        let end = whole ? total : min(total, clearing.doneCount + Self.chunksAtOnce)
        let units = UInt32(
            slabs.classes[clearing.index].chunkByteCount / Arena.unitByteCount)
        let first = self.arena.reference(ofPage: clearing.page)
        for number in clearing.doneCount..<end {
            guard self.clear(slabs, first + UInt32(number) * units, room) else {
                slabs.clearing?.doneCount = number
                slabs.clearing?.stuckCount += 1
                let isTooMuch = clearing.stuckCount >= PageClearing.stuckCountMax
                guard whole || isTooMuch else { return .more }
                return self.endMove(slabs, clearing, isDone: false)
            }
        }
        slabs.clearing?.doneCount = end
        slabs.clearing?.stuckCount = 0
        return end < total ? .more : self.endMove(slabs, clearing, isDone: true)
    }

    private func endMove(
        _ slabs: Slabs, _ clearing: PageClearing, isDone: Bool
    ) -> ClearingStep {
        if !isDone { slabs.cancelClearing() }
        let isMoved = isDone && slabs.endClearing()
        if let target = clearing.target {
            self.observer?.pageMoved(
                from: clearing.index + 1, to: target + 1, isMoved: isMoved)
        }
        if isMoved { return .moved }
        return isDone ? .givenBack : .givenUp
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

    /// So many pages of a class are compared, and so many chunks of each looked at.
    private static let pagesCompared = 64, chunksSampled = 8

    /// The page of a class that holds old items only, as far as some of its chunks tell that. That
    /// of the oldest item is often not it: the newest ones have just taken chunks of older ones.
    private func pageToGive(_ slabs: Slabs, of index: Int, _ room: Room) -> Int? {
        let spared = room.kept == 0 ? nil : self.arena.pageNumber(of: room.kept)
        let pages = slabs.pages.pages(of: index)
        var best: (page: Int, newest: (access: UInt32, version: UInt64))?
        let step = max(1, pages.count / Self.pagesCompared)
        for place in stride(from: 0, to: pages.count, by: step) where pages[place] != spared {
            let newest = self.newestUse(slabs, page: pages[place], of: index)
            if let best, best.newest <= newest { continue }
            best = (pages[place], newest)
        }
        return best?.page ?? pages.first { $0 != spared }
    }

    /// The latest use, and the latest version, among some items of a page.
    private func newestUse(
        _ slabs: Slabs, page: Int, of index: Int
    ) -> (access: UInt32, version: UInt64) {
        let count = slabs.classes[index].chunksPerPage
        let units = slabs.classes[index].chunkByteCount / Arena.unitByteCount
        let first = self.arena.reference(ofPage: page)
        var newest: (access: UInt32, version: UInt64) = (0, 0)
        for sample in 0..<min(count, Self.chunksSampled) {
            let number = sample * count / min(count, Self.chunksSampled)
            let chunk = Item(self.arena, first + UInt32(number * units))
            let isExtra = chunk.place == Item.Place.extra
            let item = isExtra ? Item(self.arena, chunk.older) : chunk
            guard item.place == Item.Place.small || item.place == Item.Place.main else { continue }
            if newest < (item.lastAccess, item.version) {
                newest = (item.lastAccess, item.version)
            }
        }
        return newest
    }

    /// Evicts the item that has a chunk of the page that is being cleared, if one has it. False
    /// when somebody is at work on it.
    private func clear(_ slabs: Slabs, _ chunk: UInt32, _ room: Room) -> Bool {
        var reference = chunk
        if Item(self.arena, chunk).place == Item.Place.extra {
            reference = Item(self.arena, chunk).older
        }
        let item = Item(self.arena, reference)
        if item.place == Item.Place.withdrawn { return true }
        if item.place == Item.Place.free {
            slabs.withdraw(chunk)
            return true
        }
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

    /// Takes a step to give a page back if more are in use than the limit allows, and its items
    /// with it; or goes on with a page that is on its way to another class.
    ///
    /// - Returns: whether there is more to do.
    package func giveBackPage(now: UInt32) -> Bool {
        self.withStripe(of: 0) { stripe in
            self.withSlabs { slabs in
                let room = Room(stripe: stripe, kept: 0, now: now)
                switch self.advanceClearing(slabs, room) {
                case .more: return slabs.clearing?.stuckCount == 0
                case .moved, .givenBack: return true
                case .givenUp: return false
                case .none: break
                }
                return slabs.pages.isOverLimit && self.beginGivingBack(slabs, room)
            }
        }
    }

    private func beginGivingBack(_ slabs: Slabs, _ room: Room) -> Bool {
        var best: (index: Int, age: Int)?
        for index in slabs.classes.indices where slabs.classes[index].pageCount > 0 {
            let isSpare =
                slabs.classes[index].freeCount >= slabs.classes[index].chunksPerPage
            let age = isSpare ? Int.max : self.age(slabs, index, now: room.now)
            if age > best?.age ?? -1 { best = (index, age) }
        }
        guard let best, let page = self.pageToGive(slabs, of: best.index, room) else {
            return false
        }
        slabs.beginClearing(page: page, of: best.index, for: nil)
        return true
    }

    /// Begins to move a page from one class to another, for `slabs reassign`; `giveBackPage` goes
    /// on with it. What is in it goes.
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
                guard slabs.clearing == nil, let page = self.pageToGive(slabs, of: donor, room)
                else { return .busy }
                slabs.beginClearing(page: page, of: donor, for: target - 1)
                return .begun
            }
        }
    }
}

/// How the move of a page began.
package enum PageMove: Sendable {
    /// It has begun; there is no such class; the class has one page only; both are the same;
    /// another page is on its way.
    case begun, badClass, noSpare, same, busy
}
