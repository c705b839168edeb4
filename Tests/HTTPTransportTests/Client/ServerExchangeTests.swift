import Base
import EventLoop
import HTTPProtocol
import HTTPTransport
import TestSupport
import Testing

/// Whole exchanges between the client and the server of this module, over loopback.
@Suite(.timeLimit(.minutes(1))) struct ServerExchangeTests {
    @Test func aRequestIsAnswered() async throws {
        try await withServer { server in
            let client = HTTPClient(address: server.address, on: server.loop)
            let response = try await client.send(ClientRequest("GET", "/hello?x=1"))
            #expect(response.status == 200)
            #expect(response.text == "GET /hello?x=1 0\n")
            #expect(response.field("content-length") == "17")
            #expect(response.field("connection") == "keep-alive")
            client.close()
        }
    }

    @Test func aBodyComesBackWhole() async throws {
        try await withServer { server in
            let client = HTTPClient(address: server.address, on: server.loop)
            for size in [0, 1, 100, 16_383, 16_384, 100_000, 900_000] {
                var request = ClientRequest("POST", "/body")
                request.body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                let response = try await client.send(request)
                #expect(response.status == 200)
                #expect(response.body == request.body, "body of \(size) bytes")
            }
            client.close()
        }
    }

    @Test func aConnectionIsUsedAgain() async throws {
        try await withServer { server in
            let client = HTTPClient(address: server.address, on: server.loop)
            for _ in 0..<5 { _ = try await client.send(ClientRequest("GET", "/")) }
            #expect(server.server.statistics.acceptedCount == 1)
            #expect(server.server.statistics.requestCount == 5)
            client.close()
        }
    }
}

/// A client's kept connection that its server has closed, and answers that fail. Method: servers
/// by script.
@Suite(.timeLimit(.minutes(1))) struct StaleConnectionTests {
    /// A server that closes each connection when its second request has come.
    private static func closesAtTheSecond(on loop: Loop, after partial: String = "") throws
        -> ScriptedServer
    {
        try ScriptedServer(on: loop) { peer, _, server in
            _ = try await server.request(of: peer)
            try await peer.send(rawAnswer(200, "first"))
            _ = try await server.request(of: peer)
            if !partial.isEmpty { try await peer.send(partial) }
        }
    }

    @Test(arguments: ["GET", "HEAD", "PUT", "DELETE"])
    func aRequestThatMayBeRepeatedIsSentAgain(_ method: String) async throws {
        try await runOnLoop { group in
            let server = try Self.closesAtTheSecond(on: group.loops[0])
            let client = HTTPClient(address: server.address, on: group.loops[0])
            _ = try await client.send(ClientRequest("GET", "/1"))
            let response = try await client.send(ClientRequest(method, "/2"))
            #expect(response.status == 200)
            #expect(server.requests.map(\.target) == ["/1", "/2", "/2"])
            #expect(server.connectionCount == 2)
            client.close()
            server.stop()
        }
    }

    @Test func aRequestThatMayNotBeRepeatedIsNot() async throws {
        try await runOnLoop { group in
            let server = try Self.closesAtTheSecond(on: group.loops[0])
            let client = HTTPClient(address: server.address, on: group.loops[0])
            _ = try await client.send(ClientRequest("GET", "/1"))
            await #expect(throws: HTTPTransportError.noMessage) {
                _ = try await client.send(ClientRequest("POST", "/2"))
            }
            #expect(server.requests.map(\.target) == ["/1", "/2"])
            server.stop()
        }
    }

    @Test func anAnswerThatBeganIsNotAskedForAgain() async throws {
        try await runOnLoop { group in
            let server = try Self.closesAtTheSecond(
                on: group.loops[0], after: "HTTP/1.1 200 OK\r\nContent-Le")
            let client = HTTPClient(address: server.address, on: group.loops[0])
            _ = try await client.send(ClientRequest("GET", "/1"))
            await #expect(throws: HTTPTransportError.invalidMessage(.truncated)) {
                _ = try await client.send(ClientRequest("GET", "/2"))
            }
            #expect(server.requests.count == 2)
            server.stop()
        }
    }

    @Test func aBodyBeyondTheLimitIsRefused() async throws {
        try await runOnLoop { group in
            let server = try ScriptedServer(
                on: group.loops[0], answering: rawAnswer(200, "0123456789"))
            let client = HTTPClient(address: server.address, on: group.loops[0])
            client.bodyByteCountMax = 9
            await #expect(throws: HTTPTransportError.bodyTooLarge) {
                _ = try await client.send(ClientRequest("GET", "/"))
            }
            client.bodyByteCountMax = 10
            #expect(try await client.send(ClientRequest("GET", "/")).text == "0123456789")
            client.close()
            server.stop()
        }
    }
}
