import Base
import CacheStorage
import EventLoop
import Synchronization

// What a cache does by itself, on the main loop, which serves no client: in small steps all the
// same, as it holds locks.
extension CacheService {
    /// Buckets that are looked through in a row.
    private static let crawlBucketCount = 256
    /// How often it is seen to whether something is to be done, so that a cache that nobody asks
    /// costs next to nothing.
    private static let upkeepInterval = Duration.milliseconds(500)
    /// In so many intervals all buckets are looked through when all are due.
    private static let crawlIntervalCount = 6
    private static let idleCheckInterval = Duration.milliseconds(500)

    /// Begins to do what is to be done again and again.
    func beginUpkeep(on loop: Loop) {
        self.scheduleUpkeep(on: loop)
        self.scheduleIdleCheck(on: loop)
    }

    private func scheduleUpkeep(on loop: Loop) {
        loop.schedule(at: loop.now + Self.upkeepInterval) { [self] in
            let eviction = self.options.memory.eviction
            guard eviction.hasCrawler else { return self.giveBackPages(on: loop) }
            let bucketCount = 1 << self.store.currentStatistics().hashPower
            self.crawl(
                upTo: max(1, bucketCount / Self.crawlIntervalCount),
                itemCount: self.crawlItemCountMax, hasBegun: false, on: loop)
        }
    }

    /// How many items a run looks at (`lru_crawler tocrawl`, which is for each class).
    var crawlItemCountMax: Int {
        let count = self.options.memory.eviction.crawlerItemCountMax
        guard count > 0 else { return .max }
        return count * max(1, self.store.classStatistics(now: 0).count { $0.pageCount > 0 })
    }

    /// How long who looks through items rests after so many (`lru_crawler sleep`, which is for a
    /// thousand of them, as in memcached).
    func crawlPause(after itemCount: Int) -> Duration {
        .microseconds(self.options.memory.eviction.crawlerSleep * itemCount / 1_000)
    }

    /// Frees what is over in so many buckets and items, some of them a turn.
    private func crawl(upTo bucketCount: Int, itemCount: Int, hasBegun: Bool, on loop: Loop) {
        if self.isDraining { return }
        let count = min(bucketCount, Self.crawlBucketCount)
        let finding = self.store.crawl(
            bucketCount: count, itemCountMax: itemCount, now: self.clock.second(loop.now))
        if !hasBegun, finding.examinedCount > 0 { self.crawl.countRound() }
        let left = (buckets: bucketCount - count, items: itemCount - finding.examinedCount)
        guard !finding.isOver, left.buckets > 0, left.items > 0 else {
            return self.giveBackPages(on: loop)
        }
        loop.schedule(at: loop.now + self.crawlPause(after: finding.examinedCount)) {
            self.crawl(
                upTo: left.buckets, itemCount: left.items,
                hasBegun: hasBegun || finding.examinedCount > 0, on: loop)
        }
    }

    /// Goes on with pages on their way, a step a turn, then waits for the next time.
    private func giveBackPages(on loop: Loop) {
        if self.isDraining { return }
        guard self.store.advancePages(now: self.clock.second(loop.now)) else {
            return self.scheduleUpkeep(on: loop)
        }
        loop.schedule(at: loop.now) { self.giveBackPages(on: loop) }
    }

    /// Goes on with a page that is on its way to another class, without waiting for the next time.
    func movePages() {
        guard let loop = self.mainLoop.withLock({ $0 }) else { return }
        loop.run { self.movePages(on: loop) }
    }

    private func movePages(on loop: Loop) {
        if self.isDraining || !self.store.advancePages(now: self.clock.second(loop.now)) { return }
        loop.schedule(at: loop.now) { self.movePages(on: loop) }
    }

    /// Closes connections that had no command for too long (`-o idle_timeout`).
    private func scheduleIdleCheck(on loop: Loop) {
        let limit = self.options.network.idleSecondsMax
        guard limit > 0 else { return }
        loop.schedule(at: loop.now + Self.idleCheckInterval) { [self] in
            let oldest = loop.now.nanoseconds - Int64(limit) * 1_000_000_000
            for record in self.table.idle(since: oldest) where record.state != .watching {
                self.connections.kick()
                record.close(because: .idleTimeout)
            }
            if !self.isDraining { self.scheduleIdleCheck(on: loop) }
        }
    }

    /// Begins to look through all items; false when that goes on already.
    func startCrawl() -> Bool {
        guard let loop = self.mainLoop.withLock({ $0 }) else { return false }
        return self.crawl.start(self, on: loop)
    }
}
