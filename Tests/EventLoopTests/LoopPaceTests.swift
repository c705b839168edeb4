import Base
import SystemInterface
import TestSupport
import Testing

@testable import EventLoop

/// When the timer that keeps a busy loop's processor awake runs.
@Suite(.timeLimit(.minutes(1)))
struct LoopPaceTests {
    private var clock = ManualClock()

    private mutating func rest(
        _ pace: inout LoopPace, count: Int, each interval: Duration, eventCount: Int = 1
    ) {
        for _ in 0..<count {
            self.clock.advance(by: interval)
            pace.loopWaited(for: eventCount, at: self.clock.now)
        }
    }

    @Test mutating func aLoopThatRestsOftenIsKeptAwakeUntilItDoesNot() throws {
        var pace = try LoopPace(now: self.clock.now)
        self.rest(&pace, count: 1_000, each: .milliseconds(1))
        let isTicking1 = pace.isTicking
        #expect(!isTicking1, "a thousand rests a second are few")
        self.rest(&pace, count: 100, each: .microseconds(100))
        let isTicking2 = pace.isTicking
        #expect(isTicking2)
        for _ in 0..<10 {
            self.rest(&pace, count: 20, each: .microseconds(100))
            pace.tick(at: self.clock.now)
            let isTicking3 = pace.isTicking
            #expect(isTicking3)
        }
        self.rest(&pace, count: 2, each: .milliseconds(1))
        pace.tick(at: self.clock.now)
        let isTicking4 = pace.isTicking
        #expect(!isTicking4)
        self.rest(&pace, count: 31, each: .microseconds(100))
        let isTicking5 = pace.isTicking
        #expect(!isTicking5, "it is counted from the start again")
    }

    @Test mutating func whoFindsManyEventsEachTimeDoesNotRest() throws {
        var pace = try LoopPace(now: self.clock.now)
        self.rest(&pace, count: 1_000, each: .microseconds(10), eventCount: 3)
        let isTicking = pace.isTicking
        #expect(!isTicking)
        self.rest(&pace, count: 1_000, each: .microseconds(10), eventCount: 2)
        let isTickingWithFew = pace.isTicking
        #expect(isTickingWithFew)
    }

    @Test mutating func aBurstAfterALongSilenceIsNoBusyLoop() throws {
        var pace = try LoopPace(now: self.clock.now)
        self.rest(&pace, count: 20, each: .microseconds(10))
        self.clock.advance(by: .seconds(60))
        self.rest(&pace, count: 12, each: .microseconds(10))
        let isTicking6 = pace.isTicking
        #expect(!isTicking6)
    }

    @Test mutating func onlyTimersThatAreFarAreLeftToTheTicks() throws {
        var pace = try LoopPace(now: self.clock.now)
        let far = self.clock.now + .seconds(1)
        let isMet7 = pace.meets(far, now: self.clock.now)
        #expect(!isMet7)
        self.rest(&pace, count: 32, each: .microseconds(10))
        let isMet8 = pace.meets(far, now: self.clock.now)
        #expect(isMet8)
        let isMet9 = pace.meets(self.clock.now + .milliseconds(4), now: self.clock.now)
        #expect(!isMet9)
        let isMet10 = pace.meets(self.clock.now, now: self.clock.now + .seconds(1))
        #expect(!isMet10)
    }

    @Test mutating func theTimerFiresWhileItRunsAndOnlyThen() throws {
        var pace = try LoopPace(now: self.clock.now)
        let poll = try EventPoll()
        try poll.watchLevel(of: pace.number, token: 7)
        #expect(try poll.wait(timeoutMilliseconds: 20) == 0)
        self.rest(&pace, count: 32, each: .microseconds(10))
        #expect(try poll.wait(timeoutMilliseconds: 10_000) == 1)
        #expect(poll.event(at: 0).token == 7)
        self.rest(&pace, count: 10, each: .microseconds(10))
        pace.tick(at: self.clock.now)
        #expect(try poll.wait(timeoutMilliseconds: 10_000) == 1, "it fires again")
        pace.tick(at: self.clock.now)
        #expect(try poll.wait(timeoutMilliseconds: 20) == 0)
    }

    @Test func timersFireInTimeOnABusyLoop() async throws {
        try await runOnLoop(loopCount: 2) { group in
            let loop = group.loops[0]
            let other = LoopBound(group.loops[1], loop: group.loops[1])
            // Two loops wake each other all the time.
            let limit = loop.now + .seconds(10)
            for delay in [1, 3, 9, 30] {
                let deadline = loop.now + .milliseconds(delay)
                let (wakes, wake) = AsyncStream.makeStream(of: Instant.self)
                loop.spawn {
                    await loop.sleep(until: deadline)
                    wake.yield(loop.now)
                    wake.finish()
                }
                var woken: Instant?
                let waiter = Task(executorPreference: loop) {
                    for await time in wakes { woken = time }
                    return woken
                }
                while loop.now < deadline {
                    await withCheckedContinuation { continuation in
                        other.loop.run { loop.run { continuation.resume() } }
                    }
                }
                let time = await waiter.value
                #expect(time.map { $0 >= deadline && $0 < limit } == true)
            }
        }
    }
}
