// Where the chunks of new items come from.
extension CacheStore {
    /// How many items of a class's old end eviction looks at before it takes one that was hit.
    private static let evictionLooksMax = 64

    /// A chunk of a class: free, from a fresh page, or taken from an old item. 0 when there is
    /// none.
    func allocate(_ index: Int, now: UInt32, keeping kept: UInt32) -> UInt32 {
        let chunk = self.slabs.take(from: index, self.arena)
        if chunk != 0 { return chunk }
        if self.takePage(for: index, now: now, keeping: kept) {
            return self.slabs.take(from: index, self.arena)
        }
        if self.makeRoom(index, now: now, keeping: kept) {
            return self.slabs.take(from: index, self.arena)
        }
        self.slabs.classes[index].outOfMemoryCount += 1
        self.statistics.outOfMemoryCount += 1
        return 0
    }

    /// Evicts one item of a class, or takes one whose time is over.
    private func makeRoom(_ index: Int, now: UInt32, keeping kept: UInt32) -> Bool {
        for look in 0..<Self.evictionLooksMax {
            let reference = self.slabs.classes[index].oldest
            guard reference != 0 else { return false }
            let item = Item(self.arena, reference)
            let isGone = self.isGone(item, now: now)
            let isLast = look == Self.evictionLooksMax - 1
            let mayGo = item.state & Item.State.wasHit == 0 || isLast
            if reference == kept || (!isGone && self.settings.evicts && !mayGo) {
                // A second chance: to the new end, with the bit taken.
                item.state &= ~Item.State.wasHit
                self.slabs.unlink(reference, item, self.arena)
                self.slabs.link(reference, item, self.arena)
                continue
            }
            if !isGone, !self.settings.evicts { return false }
            self.countRemoval(item, index, isGone: isGone)
            self.discard(reference, item)
            return true
        }
        return false
    }

    func countRemoval(_ item: Item, _ index: Int, isGone: Bool) {
        let wasFetched = item.state & Item.State.wasFetched != 0
        if isGone {
            self.slabs.classes[index].reclaimedCount += 1
            self.statistics.reclaimedCount += 1
            if !wasFetched { self.statistics.expiredUnfetchedCount += 1 }
        } else {
            self.slabs.classes[index].evictionCount += 1
            self.statistics.evictionCount += 1
            if !wasFetched { self.statistics.evictedUnfetchedCount += 1 }
        }
    }
}
