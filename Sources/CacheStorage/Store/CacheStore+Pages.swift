// How pages come to classes, go from one class to another, and are given back. The classes' lock is
// held in all that takes them, and one stripe's.
extension CacheStore {
    /// A page for a class without free chunks: one that nobody has, or one of another class that
    /// needs it less.
    ///
    /// A class gets its first page beyond the limit, as in memcached; another class gives one back
    /// for it by and by (`advancePages`).
    func takePage(_ slabs: Slabs, for index: Int, _ room: Room) -> Bool {
        let isFirst = slabs.classes[index].pageCount == 0
        if self.addFree(slabs, to: index, isUrgent: isFirst) { return true }
        // A class does not lose its last page, nor without eviction any, while it wants one.
        if slabs.clearing?.index == index,
            slabs.classes[index].pageCount == 1 || !self.settings.evicts
        {
            let before = slabs.classes[index].freeCount
            self.keepPage(slabs, of: index)
            if slabs.classes[index].freeCount > before { return true }
        }
        // Whoever needs a chunk does a part of the work, whoever has nothing to evict all of it.
        let hasNothing = slabs.classes[index].itemCount == 0
        let isWhole = hasNothing || !self.settings.evicts
        let isMine = slabs.clearing?.target == index
        let step = self.advanceClearing(slabs, room, whole: isWhole)
        if isMine, step == .moved { return true }
        if step == .givenBack, self.addFree(slabs, to: index, isUrgent: isFirst) { return true }
        guard slabs.clearing == nil, hasNothing || self.mayTakeOver(slabs, index),
            let donor = self.donor(slabs, for: index, room, isSpare: hasNothing && !isFirst)
        else { return false }
        return self.move(slabs, pageOf: donor, to: index, room, whole: isWhole)
    }

    /// Gives a class a page that nobody has; whether there was one.
    private func addFree(_ slabs: Slabs, to index: Int, isUrgent: Bool) -> Bool {
        guard var page = slabs.pages.take(isUrgent: isUrgent) else { return false }
        if !page.isZero { page.isZero = self.arena.giveBack(page: page.number) }
        slabs.addPage(page, to: index)
        return true
    }

    /// Begins to move a page that holds old items to another class.
    ///
    /// - Returns: whether the class has it; only when the whole work was asked for.
    func move(
        _ slabs: Slabs, pageOf donor: Int, to index: Int, _ room: Room, whole: Bool
    ) -> Bool {
        guard slabs.clearing == nil, let page = self.pageToGive(slabs, of: donor, room) else {
            return false
        }
        slabs.beginClearing(page: page, of: donor, for: index)
        return whole && self.advanceClearing(slabs, room, whole: true) == .moved
    }

    /// Changes when pages move by themselves.
    package func setPageMoves(_ moves: PageMoves) { self.withSlabs { $0.pageMoves = moves } }

    /// A class whose items nobody asked for again has so many pages' worth of evictions for each.
    private static let pagesWithoutUse = 4

    /// Whether it is time to look at the other classes: for each eviction where that was asked for,
    /// else once for each page's worth. Later when nothing was asked for again meanwhile: a burst
    /// of values that are written once is not to take the pages of what is read.
    private func mayTakeOver(_ slabs: Slabs, _ index: Int) -> Bool {
        guard slabs.pageMoves.isOn else { return false }
        // What cannot evict can only hope for a page.
        guard self.settings.evicts else { return true }
        let evicted = slabs.classes[index].counts.evicted
        let sinceLook = evicted - slabs.classes[index].evictedAtLook
        let used = slabs.classes[index].counts.promoted + slabs.classes[index].counts.returned
        let pages = used == slabs.classes[index].usedAtLook ? Self.pagesWithoutUse : 1
        let wanted = slabs.pageMoves.isEager ? 1 : pages * slabs.classes[index].chunksPerPage
        guard sinceLook >= wanted else { return false }
        slabs.classes[index].evictedAtLook = evicted
        slabs.classes[index].usedAtLook = used
        return true
    }

    /// Changes the limit. What is above a lower one goes with `advancePages`, as long as that says
    /// that there is more; until then no class gets another page.
    package func setMemoryLimit(_ byteCount: Int) {
        self.withSlabs { $0.pages.setLimit(memoryLimit: byteCount) }
    }

    /// Takes a step with the page that is on its way; when none is, begins to give one back if
    /// more are in use than the limit allows.
    ///
    /// - Returns: whether there is more to do at once.
    package func advancePages(now: UInt32) -> Bool {
        self.withStripe(of: 0) { stripe in
            self.withSlabs { slabs in
                let room = Room(stripe: stripe, kept: 0, now: now)
                switch self.advanceClearing(slabs, room) {
                case .more: return slabs.clearing?.stuckCount == 0
                case .moved, .givenBack: return true
                case .givenUp: return false
                case .none: break
                }
                guard slabs.pages.isOverLimit, let donor = self.donor(slabs, for: nil, room),
                    let page = self.pageToGive(slabs, of: donor, room)
                else { return false }
                slabs.beginClearing(page: page, of: donor, for: nil)
                return true
            }
        }
    }

    /// Begins to move a page from one class to another, for `slabs reassign`; `advancePages` goes
    /// on with it. What the class has no other chunks for goes.
    ///
    /// - Parameters:
    ///   - source: the number of a class, 0 for the pages that nobody has, or nil for the class
    ///     that misses one least.
    ///   - target: the number of another class; 0 to give the page back.
    package func reassignPage(from source: Int?, to target: Int, now: UInt32) -> PageMove {
        let numbers = 0...self.sizes.all.count
        guard numbers.contains(target), source.map(numbers.contains) ?? true else {
            return .badClass
        }
        return self.withStripe(of: 0) { stripe in
            self.withSlabs { slabs in
                let room = Room(stripe: stripe, kept: 0, now: now)
                let index = target == 0 ? nil : target - 1
                if source == 0 {
                    guard let index, slabs.pages.freeCount > 0, let page = slabs.pages.takePooled()
                    else { return .noSpare }
                    slabs.addPage(page, to: index)
                    return .begun
                }
                let donor = source.map { $0 - 1 } ?? self.donor(slabs, for: index, room)
                guard let donor else { return .badClass }
                guard slabs.classes[donor].pageCount > 1 else { return .noSpare }
                guard slabs.clearing == nil, let page = self.pageToGive(slabs, of: donor, room)
                else { return .busy }
                slabs.beginClearing(page: page, of: donor, for: index)
                return .begun
            }
        }
    }
}

/// How the move of a page began.
package enum PageMove: Sendable {
    /// It has begun; there is no such class; the class has one page only; another page is on its
    /// way.
    case begun, badClass, noSpare, busy
}
