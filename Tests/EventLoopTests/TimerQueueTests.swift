import Base
import TestSupport
import Testing

@testable import EventLoop

/// The heap against a sorted array, by seed.
struct TimerQueueTests {
    @Test func firesInOrderOfDeadlinesAndNeverWhatWasCancelled() {
        var random = TestSeed().generator
        for _ in 0..<200 {
            var queue = TimerQueue()
            var expected: [Int64] = []
            var handles: [TimerHandle] = []
            var fired: [Int64] = []
            for _ in 0..<Int.random(in: 0..<60, using: &random) {
                let deadline = Int64.random(in: 0..<100, using: &random)
                let handle = TimerHandle(deadline: Instant(nanoseconds: deadline)) {
                    fired.append(deadline)
                }
                handles.append(handle)
                queue.add(handle)
            }
            for handle in handles {
                if Bool.random(using: &random) {
                    handle.cancel()
                } else {
                    expected.append(handle.deadline.nanoseconds)
                }
            }
            var now: Int64 = 0
            while now < 120 {
                while let work = queue.takeDue(now: Instant(nanoseconds: now)) { work() }
                #expect(fired == expected.filter { $0 <= now }.sorted())
                now += Int64.random(in: 1..<20, using: &random)
            }
            while let work = queue.takeDue(now: .distantFuture) { work() }
            #expect(fired == expected.sorted())
            #expect(queue.nextDeadline() == nil)
        }
    }
}
