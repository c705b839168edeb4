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
        let bucketCount = 1 << service.store.currentStatistics().hashPower
        // One step more: the round may begin in the middle of a table that grows.
        let steps = bucketCount / Self.bucketsAStep + 2
        let before = Progress(service)
        loop.run { self.step(steps, since: before, service, on: loop) }
        return true
    }

    private func step(
        _ left: Int, since before: Progress, _ service: CacheService, on loop: Loop
    ) {
        guard left > 0, !service.isDraining else {
            before.log(Progress(service), to: service.watchers)
            return self.isBusy.store(false, ordering: .releasing)
        }
        service.store.crawl(bucketCount: Self.bucketsAStep, now: service.clock.second(loop.now))
        loop.schedule(at: loop.now) {
            self.step(left - 1, since: before, service, on: loop)
        }
    }
}

extension CrawlRun {
    /// How far looks through all items have come.
    private struct Progress {
        let time = SystemClock.now()
        let examined: Int
        let reclaimed: Int

        init(_ service: CacheService) {
            self.examined = service.store.commandCounts().crawledCount
            self.reclaimed = service.store.currentStatistics().crawlerReclaimedCount
        }

        /// Tells those who watch how far it came until `end`.
        func log(_ end: Progress, to watchers: WatchHub) {
            watchers.logCrawl(
                seconds: Int((end.time - self.time) / .seconds(1)),
                examined: max(0, end.examined - self.examined),
                reclaimed: max(0, end.reclaimed - self.reclaimed))
        }
    }
}
