import Base
import EventLoop
import SystemInterface
import TestSupport
import Testing

@testable import MemcacheClient

/// The client against Debian's memcached itself.
@Suite(.timeLimit(.minutes(1)), .enabled(if: (try? Files.status("/usr/bin/memcached")) != nil))
struct CacheNodeTests {
    @Test func doesWhatTheCommandsSay() async throws {
        let peer = try #require(try PeerProcess.memcached())
        try await runOnLoop { group in
            let node = CacheNode(address: .unix(peer.socketPath), on: group.loops[0])
            let value = [UInt8](repeating: 65, count: 100_000)
            #expect(await node.send(.get(key: "k")) == .missing)
            #expect(await node.send(.look(key: "k")) == .missing)
            #expect(await node.send(.set(key: "k", flags: 9, expiry: 0, value: value)) == .done)
            guard case .item(let item) = await node.send(.get(key: "k")),
                case .item(let look) = await node.send(.look(key: "k"))
            else { return #expect(Bool(false), "the item is there") }
            #expect(item.value == value && item.flags == 9)
            #expect(look.flags == 9 && look.cas == item.cas)
            #expect(
                await node.send(.add(key: "k", flags: 0, expiry: 0, value: [1])) == .notStored)
            let stale = CacheRequest.compareAndSet(
                key: "k", flags: 0, expiry: 0, value: [1], cas: item.cas + 1_000)
            #expect(await node.send(stale) == .changed)
            let current = CacheRequest.compareAndSet(
                key: "k", flags: 0, expiry: 0, value: [1], cas: item.cas)
            #expect(await node.send(current) == .done)
            #expect(await node.send(.touch(key: "k", expiry: 100)) == .done)
            #expect(await node.send(.delete(key: "k")) == .done)
            #expect(await node.send(.delete(key: "k")) == .missing)
            #expect(await node.send(.version) == .done)
            #expect(node.state == .up)
            node.stop()
        }
    }

    @Test func manyTasksShareOneConnectionAndGetTheirOwnAnswers() async throws {
        let peer = try #require(try PeerProcess.memcached())
        try await runOnLoop { group in
            let loop = group.loops[0]
            let node = LoopBound(CacheNode(address: .unix(peer.socketPath), on: loop), loop: loop)
            let wrong = LoopBound(Counter(), loop: loop)
            let done = LoopBound(Counter(), loop: loop)
            for index in 0..<500 {
                loop.spawn {
                    let value = Array("value \(index)".utf8)
                    _ = await node.value.send(
                        .set(key: "k\(index)", flags: 0, expiry: 0, value: value))
                    if case .item(let item) = await node.value.send(.get(key: "k\(index)")),
                        item.value == value
                    {
                    } else {
                        wrong.value.count += 1
                    }
                    done.value.count += 1
                }
            }
            let limit = loop.now + .seconds(20)
            while done.value.count < 500, loop.now < limit {
                await loop.sleep(until: loop.now + .milliseconds(1))
            }
            #expect(done.value.count == 500 && wrong.value.count == 0)
            node.value.stop()
        }
    }

    @Test func failsAtOnceWhileTheCacheIsDeadAndComesBackByItself() async throws {
        let peer = try #require(try PeerProcess.memcached())
        try await runOnLoop { group in
            let loop = group.loops[0]
            let node = CacheNode(address: .unix(peer.socketPath), on: loop)
            #expect(await node.send(.version) == .done)
            peer.stop(9)
            let limit = loop.now + .seconds(20)
            while node.state != .down, loop.now < limit {
                await loop.sleep(until: loop.now + .milliseconds(1))
            }
            #expect(await node.send(.get(key: "k")) == .failed(.unreachable))
            try peer.start()
            while node.state != .up, loop.now < limit {
                await loop.sleep(until: loop.now + .milliseconds(1))
            }
            #expect(await node.send(.version) == .done)
            node.stop()
        }
    }

    @Test func aCacheThatIsBackIsReachedAtOnceWhenAskedFor() async throws {
        let peer = try #require(try PeerProcess.memcached())
        peer.stop(9)
        try await runOnLoop { group in
            let loop = group.loops[0]
            var settings = CacheNodeSettings()
            settings.redialPauseFirst = .seconds(1_000)
            settings.redialPauseMax = .seconds(1_000)
            let node = CacheNode(address: .unix(peer.socketPath), settings: settings, on: loop)
            await node.reach()
            #expect(node.state == .down)
            #expect(await node.send(.version) == .failed(.unreachable))
            await loop.sleep(until: loop.now + settings.reachSpacing)
            try peer.start()
            await loop.sleep(until: loop.now)
            await node.reach()
            #expect(node.state == .up)
            #expect(await node.send(.version) == .done)
            node.stop()
        }
    }

    @Test func aSlowCacheCostsATimeOutAndIsNotDead() async throws {
        let peer = try #require(try PeerProcess.memcached())
        try await runOnLoop { group in
            let loop = group.loops[0]
            var settings = CacheNodeSettings()
            settings.operationTimeout = .milliseconds(30)
            settings.silentTimeoutsMax = 1_000
            let node = CacheNode(address: .unix(peer.socketPath), settings: settings, on: loop)
            #expect(await node.send(.set(key: "k", flags: 1, expiry: 0, value: [1])) == .done)
            peer.signal(19)
            let limit = loop.now + .seconds(20)
            // A thread of the cache may still answer before the signal reaches it.
            while await node.send(.get(key: "k")) != .failed(.timedOut), loop.now < limit {}
            #expect(await node.send(.get(key: "k")) == .failed(.timedOut))
            #expect(node.state == .up)
            peer.signal(18)
            var answer = CacheAnswer.missing
            while loop.now < limit {
                answer = await node.send(.look(key: "k"))
                if case .item = answer { break }
            }
            guard case .item(let item) = answer else {
                return #expect(Bool(false), "the cache answers again: \(answer)")
            }
            #expect(item.flags == 1)
            node.stop()
        }
    }

    private final class Counter {
        var count = 0
    }
}
