import Base
import EventLoop
import TestSupport
import Testing

@testable import DaemonKit

/// Lines reach who listens, in their order, and nobody who writes waits.
@Suite(.timeLimit(.minutes(1)))
struct LineHubTests {
    @Test func theLastLinesAreRemembered() {
        let hub = LineHub()
        for number in 0..<5_000 { hub.publish("\(number)") }
        #expect(hub.recent(3) == ["4997", "4998", "4999"])
        #expect(hub.recent(.max).count == LineHub.recentCountMax)
        #expect(hub.recent(0) == [])
    }

    @Test func whoListensGetsWhatWasAndWhatComes() throws {
        try runBlocking { loop in
            let hub = LineHub()
            hub.publish("before")
            let (recent, listening) = hub.listen(recent: 10)
            #expect(recent == ["before"])
            hub.publish("one")
            hub.publish("two")
            let first = try #require(await listening.next(within: .seconds(30), on: loop))
            #expect(first.lines == ["one", "two"] && first.lostCount == 0)
            loop.schedule(at: loop.now + .milliseconds(5)) { hub.publish("later") }
            let second = try #require(await listening.next(within: .seconds(30), on: loop))
            #expect(second.lines == ["later"])
            let rest = try #require(await listening.next(within: .milliseconds(5), on: loop))
            #expect(rest.lines == [] && rest.lostCount == 0)
            hub.leave(listening)
            hub.publish("gone")
            let gone = try #require(await listening.next(within: .milliseconds(5), on: loop))
            #expect(gone.lines == [])
        }
    }

    @Test func whoIsSlowIsToldHowManyAreLost() throws {
        try runBlocking { loop in
            let hub = LineHub()
            let (_, listening) = hub.listen(recent: 0)
            for number in 0..<LineHub.waitingCountMax + 7 { hub.publish("\(number)") }
            let all = try #require(await listening.next(within: .seconds(30), on: loop))
            #expect(all.lines.count == LineHub.waitingCountMax && all.lostCount == 7)
        }
    }

    @Test func aClosedHubLetsItsListenersEndOnceTheyHaveRead() throws {
        try runBlocking { loop in
            let hub = LineHub()
            let (_, listening) = hub.listen(recent: 0)
            hub.publish("last")
            hub.close()
            #expect(await listening.next(within: .seconds(30), on: loop)?.lines == ["last"])
            #expect(await listening.next(within: .seconds(30), on: loop) == nil)
            let (_, late) = hub.listen(recent: 0)
            #expect(await late.next(within: .seconds(30), on: loop) == nil)
        }
    }
}

/// Events as their readers get them.
struct EventHubTests {
    @Test func anEventIsOneObjectWithoutWholeSessionIds() throws {
        let hub = EventHub(daemon: "sessiond")
        hub.publish(
            "session_ended", "session 5AF1C2B37D9E40A8B6C5D4E3F2A10987-n1 \"ended\"",
            [("context", "/a\nb")])
        let line = try #require(hub.lines.recent(1).first)
        #expect(line.hasPrefix("{\"unixMilliseconds\":"))
        #expect(
            line.hasSuffix(
                #""daemon":"sessiond","event":"session_ended","message":"session 5AF1C2B3…-n1 "#
                    + #"\"ended\"","context":"/a\\x0Ab"}"#), "\(line)")
    }
}
