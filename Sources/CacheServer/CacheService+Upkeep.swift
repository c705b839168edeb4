import Base
import CacheStorage
import EventLoop
import Synchronization

// What a cache does by itself, on the main loop, which serves no client: in small steps all the
// same, as it holds locks.
extension CacheService {
    /// Buckets that are looked through in a row.
    private static let crawlBucketCount = 256
    private static let idleCheckInterval = Duration.milliseconds(500)

    /// Begins to do what is to be done again and again.
    func beginUpkeep(on loop: Loop) {
        self.scheduleUpkeep(CrawlPace(), on: loop)
        self.scheduleIdleCheck(on: loop)
    }

    private func scheduleUpkeep(_ pace: CrawlPace, on loop: Loop) {
        loop.schedule(at: loop.now + CrawlPace.interval) { [self] in
            guard self.options.memory.eviction.hasCrawler else {
                return self.giveBackPages(pace, on: loop)
            }
            let total = 1 << self.store.currentStatistics().hashPower
            self.crawl(pace.bucketCount(of: total), pace, on: loop)
        }
    }

    /// Frees what is over in so many buckets, some of them a turn.
    private func crawl(_ bucketCount: Int, _ pace: CrawlPace, on loop: Loop) {
        if self.isDraining { return }
        var pace = pace
        let count = min(bucketCount, Self.crawlBucketCount)
        let finding = self.store.crawl(bucketCount: count, now: self.clock.second(loop.now))
        if finding.endsRound { self.crawl.countRound() }
        pace.note(finding)
        let left = bucketCount - count
        guard left > 0 else { return self.giveBackPages(pace, on: loop) }
        loop.schedule(at: loop.now) { [pace] in self.crawl(left, pace, on: loop) }
    }

    /// Goes on with pages on their way, a step a turn, then waits for the next time.
    private func giveBackPages(_ pace: CrawlPace, on loop: Loop) {
        if self.isDraining { return }
        guard self.store.advancePages(now: self.clock.second(loop.now)) else {
            return self.scheduleUpkeep(pace, on: loop)
        }
        loop.schedule(at: loop.now) { self.giveBackPages(pace, on: loop) }
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
