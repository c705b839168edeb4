/// Which stripe is looked through next for items that are over, and when.
///
/// A stripe is due when the first of its items may be over, or something was flushed, and it has
/// rested: a short while after a look that freed much of what it saw, a long one after looks that
/// freed little. So a cache in which nothing expires is never looked through, and one in which
/// little does seldom.
struct CrawlSchedule {
    /// A look that frees one in `muchShare` items halves the rest, one that frees less than one in
    /// `littleShare` doubles it.
    private static let muchShare = 8, littleShare = 32
    private static let restSecondsLeast: UInt32 = 2, restSecondsMost: UInt32 = 120

    /// One stripe's looks.
    private struct Turns {
        var restSeconds = CrawlSchedule.restSecondsLeast
        var mayBeginAt: UInt32 = 0
        /// What was flushed when the last look began.
        var flushedVersion: UInt64 = 0
    }

    private var turns = [Turns](repeating: Turns(), count: Stripe.count)
    /// The stripe that is being looked through.
    private(set) var current: Int?
    /// The hash at which the look goes on.
    var place: UInt32 = 0
    private var examinedCount = 0, reclaimedCount = 0
    private var last = Stripe.count - 1

    /// A stripe to be looked through now, the one after the last where several are.
    ///
    /// - Parameters:
    ///   - flushedVersion: the last version that was flushed.
    ///   - dueFrom: the second from which on something in a stripe may be over.
    func next(now: UInt32, flushedVersion: UInt64, dueFrom: (Int) -> UInt32) -> Int? {
        for step in 1...Stripe.count {
            let stripe = (self.last + step) % Stripe.count
            let turns = self.turns[stripe]
            guard turns.mayBeginAt <= now else { continue }
            if turns.flushedVersion != flushedVersion || dueFrom(stripe) <= now { return stripe }
        }
        return nil
    }

    /// Begins to look through a stripe.
    mutating func begin(_ stripe: Int, flushedVersion: UInt64) {
        self.current = stripe
        self.last = stripe
        self.place = UInt32(stripe) << UInt32(ItemTable.hashBitCount)
        self.turns[stripe].flushedVersion = flushedVersion
        self.examinedCount = 0
        self.reclaimedCount = 0
    }

    /// Takes note of a bucket of the current stripe; `next` is the place behind it.
    mutating func note(_ found: CrawlFinding, next: UInt32, now: UInt32) {
        self.examinedCount += found.examinedCount
        self.reclaimedCount += found.reclaimedCount
        self.place = next
        guard let current = self.current, next == 0 || Stripes.index(of: next) != current
        else { return }
        self.current = nil
        var rest = self.turns[current].restSeconds
        if self.reclaimedCount * Self.muchShare >= self.examinedCount {
            rest = max(Self.restSecondsLeast, rest / 2)
        } else if self.reclaimedCount * Self.littleShare < self.examinedCount {
            rest = min(Self.restSecondsMost, rest * 2)
        }
        self.turns[current].restSeconds = rest
        self.turns[current].mayBeginAt = now &+ rest
    }
}
