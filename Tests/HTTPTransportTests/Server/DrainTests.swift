import Base
import EventLoop
import HTTPProtocol
import HTTPTransport
import SystemInterface
import TestSupport
import Testing

/// What happens to connections when a server ends.
@Suite(.timeLimit(.minutes(1))) struct DrainTests {
    private static let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func answersFromThenOnSayThatTheConnectionEnds() async throws {
        try await withServer { server in
            let client = try await server.connect()
            try await client.send(Self.request)
            #expect(try await client.answer()?["connection"] == "keep-alive")
            server.server.beginDrain()
            #expect(server.server.isDraining)
            try await client.send(Self.request)
            let answer = try await client.answer()
            #expect(answer?.status == 200 && answer?["connection"] == "close")
            #expect(try await client.hasEnded())
        }
    }

    @Test func nobodyIsAcceptedAnyMore() async throws {
        // A path is nobody else's; a port that is free again may be another's the next moment.
        let nonce = SecureRandom.bytes(6).map { String($0, radix: 16) }.joined()
        let address = SocketAddress.unix("/tmp/holdfast-drain-\(nonce).sock")
        try await withServer(at: address) { server in
            let before = try await server.connect()
            before.close()
            server.server.beginDrain()
            await #expect(throws: ConnectionError.system(.noSuchFile)) {
                _ = try await server.connect()
            }
        }
    }

    @Test func whatHasBegunIsFinished() async throws {
        try await withServer(handler: { await gather($0, $1) }) { server in
            let client = try await server.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe")
            #expect(await server.waits { server.server.statistics.busyCount == 1 })
            server.server.beginDrain()
            try await client.send("llo")
            let answer = try await client.answer()
            #expect(answer?.text == "hello" && answer?["connection"] == "close")
            let cutCount = await server.server.drain(
                deadline: server.loop.now + RawConnection.limit)
            #expect(cutCount == 0)
        }
    }

    @Test func whatIsStillOpenAtTheEndIsCut() async throws {
        try await withServer(handler: { await gather($0, $1) }) { server in
            let client = try await server.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe")
            #expect(await server.waits { server.server.statistics.busyCount == 1 })
            let cutCount = await server.server.drain(
                deadline: server.loop.now + .milliseconds(30))
            #expect(cutCount == 1)
            #expect(try await client.hasEnded())
            #expect(await server.waits { server.server.statistics.openCount == 0 })
        }
    }

    @Test func connectionsAtRestAreClosedAfterAWhileAndNotCounted() async throws {
        try await withServer { server in
            let used = try await server.connect()
            try await used.send(Self.request)
            #expect(try await used.answer()?.status == 200)
            let fresh = try await server.connect()
            #expect(await server.waits { server.server.statistics.openCount == 2 })
            let began = server.loop.now
            let cutCount = await server.server.drain(
                deadline: server.loop.now + RawConnection.limit)
            #expect(cutCount == 0)
            #expect(server.loop.now - began >= HTTPServer.drainRestLimit)
            #expect(try await used.hasEnded())
            #expect(try await fresh.hasEnded())
        }
    }
}
