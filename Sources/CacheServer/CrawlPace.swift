import Base
import CacheStorage

/// How fast a cache looks through its items by itself: slowly while little expires, so that a cache
/// that nobody asks costs next to nothing, and fast while much does.
struct CrawlPace {
    /// How often some buckets are looked through.
    static let interval = Duration.milliseconds(100)
    /// Intervals that a round takes: 3 seconds, or 15.
    private static let fastRound = 30, slowRound = 150
    /// One in so many items is over, or soon will be: that is much.
    private static let muchShare = 100

    private var isFast = false
    private var sum = CrawlFinding()

    /// How many buckets of so many are looked through in an interval.
    func bucketCount(of total: Int) -> Int {
        let intervals = self.isFast ? Self.fastRound : Self.slowRound
        return (total + intervals - 1) / intervals
    }

    /// Takes note of what was found; the pace changes at the end of a round.
    mutating func note(_ finding: CrawlFinding) {
        self.sum.examinedCount += finding.examinedCount
        self.sum.reclaimedCount += finding.reclaimedCount
        self.sum.dueCount += finding.dueCount
        guard finding.endsRound else { return }
        let ending = self.sum.reclaimedCount + self.sum.dueCount
        self.isFast = ending > 0 && ending * Self.muchShare >= self.sum.examinedCount
        self.sum = CrawlFinding()
    }
}
