import Base
import CacheStorage
import EventLoop
import Synchronization

/// Looks through all items for those whose time is over, when `lru_crawler crawl` asks for it. In
/// steps, on the main loop, which serves no client.
final class CrawlRun: Sendable {
    /// Buckets of a step.
    private static let bucketsAStep = 256

    private let isBusy = Atomic<Bool>(false)
    private let startCounter = Atomic<Int>(0)

    /// Whether one goes on.
    var isRunning: Bool { self.isBusy.load(ordering: .relaxed) }
    /// How many began.
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
        loop.run { self.step(steps, service, on: loop) }
        return true
    }

    private func step(_ left: Int, _ service: CacheService, on loop: Loop) {
        guard left > 0, !service.isDraining else {
            return self.isBusy.store(false, ordering: .releasing)
        }
        service.store.crawl(bucketCount: Self.bucketsAStep, now: service.clock.second(loop.now))
        loop.schedule(at: loop.now) { self.step(left - 1, service, on: loop) }
    }
}
