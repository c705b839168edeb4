/// What looking through some buckets found.
package struct CrawlFinding: Sendable {
    /// Items that were looked at, those of them that were over and were freed, and those that will
    /// be over within a minute.
    package var examinedCount = 0, reclaimedCount = 0, dueCount = 0
    /// Whether that was the end of a round through all buckets.
    package var endsRound = false

    /// Nothing.
    package init() {}
}

// Frees what nobody asks for any more.
extension CacheStore {
    /// So many seconds ahead an item is due.
    private static let dueSeconds: UInt32 = 60

    /// Frees what has expired in so many buckets; call it again and again, it goes round.
    @discardableResult
    package func crawl(bucketCount: Int, now: UInt32) -> CrawlFinding {
        self.crawlLock.lock()
        defer { self.crawlLock.unlock() }
        var finding = CrawlFinding()
        for _ in 0..<bucketCount {
            self.crawlPlace.hash = self.crawlBucket(self.crawlPlace.hash, now: now, &finding)
            if self.crawlPlace.hash == 0 { finding.endsRound = true }
        }
        return finding
    }

    /// `crawl` with a place of the caller's own, which is moved on, as far as the end of the round.
    package func crawl(
        from place: inout WalkPlace, bucketCount: Int, now: UInt32
    ) -> CrawlFinding {
        var finding = CrawlFinding()
        for _ in 0..<bucketCount where !finding.endsRound {
            place.hash = self.crawlBucket(place.hash, now: now, &finding)
            finding.endsRound = place.hash == 0
        }
        return finding
    }

    private func crawlBucket(
        _ place: UInt32, now: UInt32, _ finding: inout CrawlFinding
    ) -> UInt32 {
        self.withStripe(of: place) { stripe in
            if self.superblock.flushSecond != 0 { self.settleFlush(now: now) }
            var found = CrawlFinding()
            let next = self.visitBucket(place, stripe) { reference, item in
                found.examinedCount += 1
                guard self.isGone(item, now: now) else {
                    if item.expiry != 0, item.expiry <= now &+ Self.dueSeconds {
                        found.dueCount += 1
                    }
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
            finding.dueCount += found.dueCount
            return next
        }
    }
}
