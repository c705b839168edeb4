import Base
import CacheStorage
import EventLoop
import Synchronization
import SystemInterface

/// Looks through all items for those whose time is over, when `lru_crawler crawl` asks for it. In
/// steps, on the main loop, which serves no client.
final class CrawlRun: Sendable {
    /// Buckets of a step.
    private static let bucketsAStep = 256

    private let isBusy = Atomic<Bool>(false)
    private let startCounter = Atomic<Int>(0)

    /// Whether one goes on.
    var isRunning: Bool { self.isBusy.load(ordering: .relaxed) }
    /// Counts a round that the cache made by itself.
    func countRound() { self.startCounter.wrappingAdd(1, ordering: .relaxed) }
    /// How many began, those that the cache makes by itself among them.
    var startCount: Int { self.startCounter.load(ordering: .relaxed) }
    /// Sets the count back, for `stats reset`.
    func resetCount() { self.startCounter.store(0, ordering: .relaxed) }

    /// Begins a run on `loop`; false when one goes on.
    func start(_ service: CacheService, on loop: Loop) -> Bool {
        guard !self.isBusy.exchange(true, ordering: .acquiringAndReleasing) else { return false }
        self.startCounter.wrappingAdd(1, ordering: .relaxed)
        loop.run { self.step(Round(itemCountMax: service.crawlItemCountMax), service, on: loop) }
        return true
    }

    private func step(_ round: Round, _ service: CacheService, on loop: Loop) {
        var round = round
        let examinedCount = round.goOn(service, now: service.clock.second(loop.now))
        guard !round.isOver, !service.isDraining else {
            round.log(to: service.watchers)
            return self.isBusy.store(false, ordering: .releasing)
        }
        loop.schedule(at: loop.now + service.crawlPause(after: examinedCount)) { [round] in
            self.step(round, service, on: loop)
        }
    }

    /// How far a run has come. It has a place of its own: the cache goes round by itself meanwhile.
    private struct Round {
        private let begin = SystemClock.now()
        private var place = CacheStore.WalkPlace()
        private var examinedCount = 0, reclaimedCount = 0
        private let itemCountMax: Int
        /// Whether it has come to its end.
        private(set) var isOver = false

        init(itemCountMax: Int) { self.itemCountMax = itemCountMax }

        /// Looks through some buckets; at how many items.
        mutating func goOn(_ service: CacheService, now: UInt32) -> Int {
            let found = service.store.crawl(
                from: &self.place, bucketCount: CrawlRun.bucketsAStep,
                itemCountMax: self.itemCountMax - self.examinedCount, now: now)
            self.examinedCount += found.examinedCount
            self.reclaimedCount += found.reclaimedCount
            self.isOver = found.isOver || self.examinedCount >= self.itemCountMax
            return found.examinedCount
        }

        /// Tells those who watch what it found.
        func log(to watchers: WatchHub) {
            watchers.logCrawl(
                seconds: Int((SystemClock.now() - self.begin) / .seconds(1)),
                examined: self.examinedCount, reclaimed: self.reclaimedCount)
        }
    }
}
