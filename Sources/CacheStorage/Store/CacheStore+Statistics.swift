// What a store tells of itself.
extension CacheStore {
    /// Sets the counters back that `stats reset` sets back.
    package func resetStatistics() {
        for stripe in 0..<Stripe.count {
            self.stripes.lock(stripe)
            self.stripes[stripe].resetCounts()
            self.stripes.unlock(stripe)
        }
        for lane in self.stripes.allLanes { lane.resetCounts() }
        self.withSlabs { slabs in
            let kept = slabs.statistics
            slabs.statistics = StorageStatistics()
            slabs.statistics.itemCount = kept.itemCount
            slabs.statistics.byteCount = kept.byteCount
            for index in slabs.classes.indices {
                slabs.classes[index].counts = SlabClass.ClassCounts()
                slabs.classes[index].evictedAtLook = 0
                slabs.classes[index].usedAtLook = 0
            }
        }
    }

    /// What the store holds and what happened in it.
    package func currentStatistics() -> StorageStatistics {
        var current = self.withSlabs { slabs in
            var statistics = slabs.statistics
            statistics.freePageCount = slabs.pages.freeCount
            statistics.pooledPageCount = slabs.pages.pooledCount
            statistics.isPageMoving = slabs.clearing != nil
            return statistics
        }
        for stripe in 0..<Stripe.count {
            self.stripes.lock(stripe)
            current.totalItemCount += self.stripes[stripe].overwriteCount
            current.hashByteCount += self.stripes[stripe].table.byteCount
            current.hashPower = max(current.hashPower, self.stripes[stripe].table.power)
            current.isHashGrowing = current.isHashGrowing || self.stripes[stripe].table.isGrowing
            self.stripes.unlock(stripe)
        }
        current.hashPower += Stripe.count.trailingZeroBitCount
        return current
    }

    /// What was asked of the store.
    package func commandCounts() -> CommandCounts {
        var sum = CommandCounts()
        for stripe in 0..<Stripe.count {
            self.stripes.lock(stripe)
            sum += self.stripes[stripe].counts
            self.stripes.unlock(stripe)
        }
        for lane in self.stripes.allLanes { sum.getMisses += lane.missCount }
        for hits in self.hitsByClass() { sum.hits += hits }
        return sum
    }

    private func hitsByClass() -> [ClassHits] {
        var sums = [ClassHits](repeating: ClassHits(), count: self.sizes.all.count)
        for stripe in 0..<Stripe.count {
            self.stripes.lock(stripe)
            self.stripes[stripe].appendHits(to: &sums)
            self.stripes.unlock(stripe)
        }
        for lane in self.stripes.allLanes { lane.appendHits(to: &sums) }
        return sums
    }

    /// What the classes hold, those without pages left out.
    package func classStatistics(now: UInt32) -> [ClassStatistics] {
        let hits = self.hitsByClass()
        return self.withSlabs { slabs in
            slabs.classes.indices.compactMap { index in
                guard slabs.classes[index].pageCount > 0 else { return nil }
                var statistics = slabs.classes[index].statistics(number: index + 1)
                statistics.smallAge = self.age(slabs.classes[index].small, now: now)
                statistics.mainAge = self.age(slabs.classes[index].main, now: now)
                statistics.hits = hits[index]
                statistics.usedChunkCount -= slabs.withdrawnCount(of: index)
                return statistics
            }
        }
    }

    /// Seconds since the item at the old end of a queue was stored or hit. The classes' lock is
    /// held.
    func age(_ queue: ItemQueue, now: UInt32) -> Int {
        guard queue.oldest != 0 else { return 0 }
        return max(0, Int(now) - Int(Item(self.arena, queue.oldest).lastAccess))
    }

    /// Pages that no class has taken yet.
    package var freePageCount: Int { self.withSlabs { $0.pages.freeCount } }
}

extension SlabClass {
    fileprivate func statistics(number: Int) -> ClassStatistics {
        var statistics = ClassStatistics()
        statistics.number = number
        statistics.chunkSize = self.chunkByteCount
        statistics.chunksPerPage = self.chunksPerPage
        statistics.pageCount = self.pageCount
        statistics.usedChunkCount = self.pageCount * self.chunksPerPage - self.freeCount
        statistics.freeChunkCount = self.freeCount
        statistics.smallCount = self.small.count
        statistics.mainCount = self.main.count
        statistics.requestedByteCount = self.requestedByteCount
        statistics.evictionCount = self.counts.evicted
        statistics.evictedNonzeroCount = self.counts.evictedNonzero
        statistics.evictedUnfetchedCount = self.counts.evictedUnfetched
        statistics.evictedTime = self.counts.evictedTime
        statistics.outOfMemoryCount = self.counts.outOfMemory
        statistics.reclaimedCount = self.counts.reclaimed
        statistics.expiredUnfetchedCount = self.counts.expiredUnfetched
        statistics.crawlerReclaimedCount = self.counts.crawlerReclaimed
        statistics.promotedCount = self.counts.promoted
        statistics.recycledCount = self.counts.recycled
        statistics.busyCount = self.counts.busy
        return statistics
    }
}
