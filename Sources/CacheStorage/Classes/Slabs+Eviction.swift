// How items move between the queues of a class, and what is counted when they go.
extension Slabs {
    /// Lets an item go round once more.
    func moveToNewEnd(_ reference: UInt32, _ item: Item, isSmall: Bool) {
        let index = self.sizes.queueIndex(item)
        if isSmall {
            self.classes[index].small.remove(item, self.arena)
            self.classes[index].small.append(reference, item, self.arena)
        } else {
            self.classes[index].main.remove(item, self.arena)
            self.classes[index].main.append(reference, item, self.arena)
            self.classes[index].counts.recycled += 1
        }
    }

    /// Lets an item be that somebody is at work on.
    func passOver(_ reference: UInt32, _ item: Item, isSmall: Bool) {
        self.classes[self.sizes.queueIndex(item)].counts.busy += 1
        self.moveToNewEnd(reference, item, isSmall: isSmall)
    }

    /// Puts a new item that was hit among those that stay.
    func promote(_ reference: UInt32, _ item: Item) {
        let index = self.sizes.queueIndex(item)
        self.classes[index].small.remove(item, self.arena)
        self.classes[index].main.append(reference, item, self.arena)
        self.classes[index].counts.promoted += 1
        item.place = Item.Place.main
    }

    /// Whether a new item was here before and went not long ago.
    func wasEvictedLately(_ item: Item) -> Bool {
        let index = self.sizes.queueIndex(item)
        guard self.classes[index].ghost.remove(item.hash) else { return false }
        self.classes[index].counts.returned += 1
        return true
    }

    /// Counts an item that goes though its time is not over, and remembers it.
    func countEvicted(_ item: Item, now: UInt32) {
        let index = self.sizes.queueIndex(item)
        let wasFetched = item.state & Item.State.wasFetched != 0
        self.classes[index].counts.evicted += 1
        self.statistics.evictionCount += 1
        if item.expiry != 0 { self.classes[index].counts.evictedNonzero += 1 }
        if !wasFetched {
            self.classes[index].counts.evictedUnfetched += 1
            self.statistics.evictedUnfetchedCount += 1
        }
        self.classes[index].counts.evictedTime = max(0, Int(now) - Int(item.lastAccess))
        if item.place == Item.Place.small {
            self.classes[index].ghost.insert(
                item.hash, itemCount: self.classes[index].itemCount)
        }
    }

    /// Counts an item that goes as its time is over.
    func countReclaimed(_ item: Item, byCrawler: Bool) {
        let index = self.sizes.queueIndex(item)
        let wasFetched = item.state & Item.State.wasFetched != 0
        self.classes[index].counts.reclaimed += 1
        self.statistics.reclaimedCount += 1
        if byCrawler {
            self.classes[index].counts.crawlerReclaimed += 1
            self.statistics.crawlerReclaimedCount += 1
        }
        if !wasFetched {
            self.classes[index].counts.expiredUnfetched += 1
            self.statistics.expiredUnfetchedCount += 1
        }
    }
}
