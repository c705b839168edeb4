import Base
import EventLoop
import HTTPProtocol
import HTTPTransport
import SystemInterface
import TestSupport
import Testing

/// Which connections rest, for how long, and who gets them.
@Suite(.timeLimit(.minutes(1))) struct UpstreamPoolTests {
    private static let timeout = RawConnection.limit

    /// Makes connections, asks once over each, and puts them to rest in their order.
    private static func fill(
        _ pool: UpstreamPool, _ server: ScriptedServer, _ count: Int
    ) async throws -> [UpstreamConnection] {
        var all: [UpstreamConnection] = []
        for _ in 0..<count {
            let upstream = try await pool.connect(to: server.address, timeout: Self.timeout)
            _ = try await upstream.ask()
            all.append(upstream)
        }
        for upstream in all { pool.put(upstream) }
        return all
    }

    private static func withPool(
        _ settings: UpstreamPoolSettings = UpstreamPoolSettings(),
        _ body: @escaping @Sendable (UpstreamPool, ScriptedServer, Loop) async throws -> Void
    ) async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let server = try ScriptedServer(on: loop, answering: rawAnswer(200, "ok"))
            let pool = UpstreamPool(on: loop, settings: settings)
            try await body(pool, server, loop)
            pool.closeAll()
            server.stop()
        }
    }

    @Test func theNewestIsTakenFirst() async throws {
        try await Self.withPool { pool, server, _ in
            let all = try await Self.fill(pool, server, 3)
            #expect(pool.idleCount == 3)
            #expect(pool.take(server.address) === all[2])
            #expect(pool.take(server.address) === all[1])
            #expect(pool.idleCount == 1 && pool.reusedCount == 2 && pool.openedCount == 3)
        }
    }

    @Test func aConnectionServesItsOwnServerOnly() async throws {
        try await Self.withPool { pool, server, loop in
            let other = try ScriptedServer(on: loop, answering: rawAnswer(200, "other"))
            _ = try await Self.fill(pool, server, 1)
            #expect(pool.take(other.address) == nil)
            let fresh = try await pool.connection(to: other.address, timeout: Self.timeout)
            #expect(try await fresh.ask().body == "other")
            fresh.close()
            #expect(pool.take(server.address) != nil)
            other.stop()
        }
    }

    @Test func theOneThatRestsLongestMakesRoom() async throws {
        var settings = UpstreamPoolSettings()
        settings.idleCountMax = 2
        try await Self.withPool(settings) { pool, server, _ in
            let all = try await Self.fill(pool, server, 3)
            #expect(pool.idleCount == 2)
            #expect(all[0].connection.isClosed)
            #expect(!all[1].connection.isClosed && !all[2].connection.isClosed)
        }
    }

    @Test func aPoolOfNoneKeepsNone() async throws {
        var settings = UpstreamPoolSettings()
        settings.idleCountMax = 0
        try await Self.withPool(settings) { pool, server, _ in
            let all = try await Self.fill(pool, server, 1)
            #expect(pool.idleCount == 0 && all[0].connection.isClosed)
        }
    }

    @Test func aConnectionIsClosedAfterItsLastRequest() async throws {
        var settings = UpstreamPoolSettings()
        settings.requestCountMax = 2
        try await Self.withPool(settings) { pool, server, _ in
            let all = try await Self.fill(pool, server, 1)
            #expect(pool.take(server.address) === all[0])
            _ = try await all[0].ask()
            pool.put(all[0])
            #expect(pool.idleCount == 0 && all[0].connection.isClosed)
        }
    }

    @Test func aConnectionThatIsOldIsClosed() async throws {
        var settings = UpstreamPoolSettings()
        settings.ageMax = .zero
        try await Self.withPool(settings) { pool, server, _ in
            let all = try await Self.fill(pool, server, 1)
            #expect(all[0].connection.isClosed)
        }
    }

    @Test func aConnectionThatRestedLongEnoughIsClosed() async throws {
        var settings = UpstreamPoolSettings()
        settings.idleTimeout = .milliseconds(30)
        try await Self.withPool(settings) { pool, server, loop in
            let all = try await Self.fill(pool, server, 2)
            let end = loop.now + RawConnection.limit
            while pool.idleCount > 0, loop.now < end {
                await loop.sleep(until: loop.now + .milliseconds(5))
            }
            #expect(pool.idleCount == 0 && all.allSatisfy { $0.connection.isClosed })
        }
    }

    @Test(arguments: ["closes", "resets", "speaks"])
    func aConnectionWhoseServerStirsIsNotUsedAgain(_ manner: String) async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let server = try ScriptedServer(on: loop) { peer, _, server in
                _ = try await server.request(of: peer)
                try await peer.send(rawAnswer(200, "ok"))
                // The second connection's request is the sign that the first one rests.
                while server.connectionCount < 2 { await loop.sleep(until: loop.now) }
                switch manner {
                case "closes": peer.close()
                case "resets": peer.reset()
                default:
                    try await peer.send("HTTP/1.1 408 Too Late\r\n\r\n")
                    _ = try await peer.rest()
                }
            }
            let pool = UpstreamPool(on: loop)
            let all = try await Self.fill(pool, server, 1)
            let probe = try await RawConnection.connect(to: server.address, on: loop)
            try await probe.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            _ = try await probe.answer()
            _ = try await probe.head()
            #expect(pool.take(server.address) == nil)
            #expect(all[0].connection.isClosed && pool.idleCount == 0)
            server.stop()
        }
    }

    @Test func aConnectionWithAHalfReadAnswerDoesNotRest() async throws {
        try await Self.withPool { pool, server, _ in
            let upstream = try await pool.connect(to: server.address, timeout: Self.timeout)
            upstream.beginRequest(.get)
            upstream.connection.output.append("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            upstream.requestIsWhole()
            try await upstream.flush(timeout: Self.timeout)
            _ = try await upstream.readHead(timeout: Self.timeout)
            #expect(!upstream.isReusable)
            pool.put(upstream)
            #expect(pool.idleCount == 0 && upstream.connection.isClosed)
        }
    }

    @Test func aPoolThatIsClosedKeepsNothingMore() async throws {
        try await Self.withPool { pool, server, _ in
            let resting = try await Self.fill(pool, server, 2)
            let busy = try await pool.connect(to: server.address, timeout: Self.timeout)
            _ = try await busy.ask()
            pool.closeAll()
            #expect(resting.allSatisfy { $0.connection.isClosed })
            pool.put(busy)
            #expect(busy.connection.isClosed && pool.idleCount == 0)
        }
    }

    @Test func whoCannotBeReachedIsAFailure() async throws {
        try await Self.withPool { pool, _, _ in
            let dead = try DeadAddress()
            await #expect(throws: HTTPTransportError.connection(.system(.connectionRefused))) {
                _ = try await pool.connection(to: dead.address, timeout: Self.timeout)
            }
            #expect(pool.openedCount == 0)
        }
    }
}
