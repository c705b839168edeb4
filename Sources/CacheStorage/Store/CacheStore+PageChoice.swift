// Which page goes when another class needs one. The classes' lock is held, and one stripe's.
extension CacheStore {
    /// The class that misses a page least, for another class or to give the page back: one with a
    /// page's worth of free chunks, else the one whose old end is oldest. No class gives its last
    /// page while there is something in it; nor, without eviction, any page with items that it has
    /// no other chunks for.
    ///
    /// - Parameter isSpare: whether only a class with so many free chunks may be it.
    func donor(
        _ slabs: Slabs, for index: Int?, _ room: Room, isSpare: Bool = false
    ) -> Int? {
        let isNew = index.map { slabs.classes[$0].itemCount == 0 } ?? true
        let ownAge = index.map { self.age(slabs, $0, now: room.now) } ?? 0
        var best: (index: Int, age: Int)?
        for other in slabs.classes.indices where other != index {
            let entry = slabs.classes[other].pageFacts
            if entry.pageCount == 0 || room.now < slabs.classes[other].mayGiveFrom { continue }
            if entry.freeCount >= entry.chunksPerPage { return other }
            guard self.settings.evicts, !isSpare, entry.pageCount > 1, entry.itemCount > 0 else {
                continue
            }
            let age = self.age(slabs, other, now: room.now)
            guard let known = best else {
                best = (other, age)
                continue
            }
            let hasMore = entry.pageCount > slabs.classes[known.index].pageCount
            if age > known.age || age == known.age && hasMore { best = (other, age) }
        }
        guard let best, isNew || Double(ownAge) < Double(best.age) * slabs.pageMoves.ageRatio
        else { return nil }
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
    func pageToGive(_ slabs: Slabs, of index: Int, _ room: Room) -> Int? {
        let spared = room.kept == 0 ? nil : self.arena.pageNumber(of: room.kept)
        let pages = slabs.pages.pages(of: index).filter {
            $0 != spared && $0 != slabs.lastStuckPage
        }
        var best: (page: Int, newest: (access: UInt32, version: UInt64))?
        let step = max(1, pages.count / Self.pagesCompared)
        for place in stride(from: 0, to: pages.count, by: step) {
            let newest = self.newestUse(slabs, page: pages[place], of: index)
            if let best, best.newest <= newest { continue }
            best = (pages[place], newest)
        }
        return best?.page
    }

    /// The latest use, and the latest version, among some items of a page.
    private func newestUse(
        _ slabs: Slabs, page: Int, of index: Int
    ) -> (access: UInt32, version: UInt64) {
        let count = slabs.classes[index].chunksPerPage
        let units = slabs.classes[index].unitCount
        let first = self.arena.reference(ofPage: page)
        var newest: (access: UInt32, version: UInt64) = (0, 0)
        for sample in 0..<min(count, Self.chunksSampled) {
            let number = sample * count / min(count, Self.chunksSampled)
            let chunk = Item(self.arena, first + UInt32(number) * units)
            // A page that somebody is at work on is the last choice.
            if chunk.place == Item.Place.taken { return (.max, .max) }
            let isExtra = chunk.place == Item.Place.extra
            let item = isExtra ? Item(self.arena, chunk.older) : chunk
            guard item.place == Item.Place.small || item.place == Item.Place.main else { continue }
            if newest < (item.lastAccess, item.version) {
                newest = (item.lastAccess, item.version)
            }
        }
        return newest
    }
}
