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
                for timer in queue.takeDue(now: Instant(nanoseconds: now)) { timer.fire() }
                #expect(fired == expected.filter { $0 <= now }.sorted())
                now += Int64.random(in: 1..<20, using: &random)
            }
            for timer in queue.takeDue(now: .distantFuture) { timer.fire() }
            #expect(fired == expected.sorted())
            #expect(queue.nextDeadline() == nil)
        }
    }

    @Test func aTimerThatIsDueAndCancelledByAnotherDoesNotFire() {
        var queue = TimerQueue()
        var fired: [Int] = []
        let second = TimerHandle(deadline: Instant(nanoseconds: 2)) { fired.append(2) }
        queue.add(second)
        queue.add(
            TimerHandle(deadline: Instant(nanoseconds: 1)) {
                fired.append(1)
                second.cancel()
            })
        for timer in queue.takeDue(now: Instant(nanoseconds: 3)) { timer.fire() }
        #expect(fired == [1])
    }

    @Test func aTimerThatSetsItselfAgainForNowLetsOthersGo() async throws {
        let turns = try await runOnLoop { group in
            let loop = group.loops[0]
            let begin = loop.turnCount
            var left = 100
            func again() {
                left -= 1
                if left > 0 { loop.schedule(at: loop.now, again) }
            }
            again()
            let limit = loop.now + .seconds(10)
            while left > 0, loop.now < limit { await loop.yield() }
            return loop.turnCount - begin
        }
        #expect(turns >= 99)
    }
}
