import Base
import EventLoop
import Synchronization
import SystemInterface
import TestSupport
import Testing

@testable import DaemonKit

/// One loop that is stuck among several is enough: the manager is told nothing any more.
@Suite(.timeLimit(.minutes(1)))
struct WatchdogTests {
    @Test func aStuckLoopStopsTheFeeding() async throws {
        let others = try LoopGroup(count: 2, name: "watched")
        defer { others.stop() }
        let fed = Atomic<Int>(0)
        let isStuck = Atomic<Bool>(false)
        let mayGoOn = Atomic<Bool>(false)
        try await runOnLoop { group in
            let loop = group.loops[0]
            let watchdog = Watchdog(loops: others.loops, limit: .milliseconds(20))
            loop.spawn {
                await watchdog.run(on: loop) { fed.wrappingAdd(1, ordering: .relaxed) }
            }
            try await Self.wait(on: loop) { fed.load(ordering: .relaxed) > 3 }
            others.loops[1].run {
                isStuck.store(true, ordering: .releasing)
                while !mayGoOn.load(ordering: .acquiring) { Processes.sleep(.milliseconds(1)) }
            }
            try await Self.wait(on: loop) { isStuck.load(ordering: .acquiring) }
            // What was under way may still come: its sign was given before.
            await loop.sleep(until: loop.now + .milliseconds(20))
            let before = fed.load(ordering: .relaxed)
            await loop.sleep(until: loop.now + .milliseconds(100))
            #expect(fed.load(ordering: .relaxed) == before, "twenty ticks without a sign")
            mayGoOn.store(true, ordering: .releasing)
            try await Self.wait(on: loop) { fed.load(ordering: .relaxed) > before + 3 }
        }
    }

    private static func wait(on loop: Loop, until holds: () -> Bool) async throws {
        let deadline = loop.now + .seconds(20)
        while !holds() {
            guard loop.now < deadline else { throw Errno.timedOut }
            await loop.sleep(until: loop.now + .milliseconds(1))
        }
    }
}
