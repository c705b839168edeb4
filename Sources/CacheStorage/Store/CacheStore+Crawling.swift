/// What looking through some buckets found.
package struct CrawlFinding: Equatable, Sendable {
    /// Items that were looked at, and those of them that were over and were freed.
    package var examinedCount = 0, reclaimedCount = 0
    /// Whether nothing is left to be looked at for now.
    package var isOver = false

    /// Nothing.
    package init() {}
}

// Frees what nobody asks for any more.
extension CacheStore {
    /// Frees what has expired or was flushed in up to so many buckets, where anything may have:
    /// call it again and again, it goes on where it was.
    ///
    /// - Parameter itemCountMax: it stops after so many items, at the end of a bucket.
    @discardableResult
    package func crawl(
        bucketCount: Int, itemCountMax: Int = .max, now: UInt32
    ) -> CrawlFinding {
        self.crawlLock.lock()
        defer { self.crawlLock.unlock() }
        if self.superblock.flushSecond != 0 { self.settleFlush(now: now) }
        var finding = CrawlFinding()
        for _ in 0..<bucketCount where finding.examinedCount < itemCountMax {
            guard self.crawlSchedule.current != nil || self.beginNextCrawl(now: now) else {
                finding.isOver = true
                break
            }
            var found = CrawlFinding()
            let next = self.crawlBucket(
                self.crawlSchedule.place, now: now, notesExpiries: true, &found)
            self.crawlSchedule.note(found, next: next, now: now)
            finding.examinedCount += found.examinedCount
            finding.reclaimedCount += found.reclaimedCount
        }
        return finding
    }

    /// Begins to look through a stripe that is due; false when none is.
    private func beginNextCrawl(now: UInt32) -> Bool {
        let flushedVersion = self.superblock.flushedVersion
        let next = self.crawlSchedule.next(now: now, flushedVersion: flushedVersion) { stripe in
            self.stripes.lock(stripe)
            defer { self.stripes.unlock(stripe) }
            return self.stripes[stripe].dueFrom
        }
        guard let next else { return false }
        self.stripes.lock(next)
        self.stripes[next].forgetExpiries()
        self.stripes.unlock(next)
        self.crawlSchedule.begin(next, flushedVersion: flushedVersion)
        return true
    }

    /// Frees what has expired or was flushed from a place of the caller's own on, which is moved
    /// on, whether or not anything may have.
    ///
    /// - Parameter itemCountMax: it stops after so many items, at the end of a bucket.
    package func crawl(
        from place: inout WalkPlace, bucketCount: Int, itemCountMax: Int = .max, now: UInt32
    ) -> CrawlFinding {
        var finding = CrawlFinding()
        if self.superblock.flushSecond != 0 { self.settleFlush(now: now) }
        for _ in 0..<bucketCount
        where !finding.isOver && finding.examinedCount < itemCountMax {
            place.hash = self.crawlBucket(place.hash, now: now, notesExpiries: false, &finding)
            finding.isOver = place.hash == 0
        }
        return finding
    }

    private func crawlBucket(
        _ place: UInt32, now: UInt32, notesExpiries: Bool, _ finding: inout CrawlFinding
    ) -> UInt32 {
        self.withStripe(of: place) { stripe in
            var found = CrawlFinding()
            let next = self.visitBucket(place, stripe) { reference, item in
                found.examinedCount += 1
                guard self.isGone(item, now: now) else {
                    if notesExpiries { self.stripes[stripe].noteExpiry(item.expiry) }
                    return
                }
                found.reclaimedCount += 1
                self.withSlabs { $0.countReclaimed(item, byCrawler: true) }
                self.rememberRemoval(item, stripe)
                self.discard(reference, item, stripe)
            }
            self.stripes[stripe].counts.crawledCount += found.examinedCount
            finding.examinedCount += found.examinedCount
            finding.reclaimedCount += found.reclaimedCount
            return next
        }
    }
}
