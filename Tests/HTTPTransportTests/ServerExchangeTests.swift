import Base
import EventLoop
import HTTPProtocol
import HTTPTransport
import Synchronization
import SystemInterface
import Testing

/// Whole exchanges between the client and the server of this module, over loopback.
@Suite(.timeLimit(.minutes(1))) struct ServerExchangeTests {
    @Test func aRequestIsAnswered() async throws {
        try await withEchoServer { client in
            let response = try await client.send(ClientRequest("GET", "/hello?x=1"))
            #expect(response.status == 200)
            #expect(response.text == "GET /hello?x=1 0\n")
            #expect(response.field("content-length") == "17")
            #expect(response.field("connection") == "keep-alive")
        }
    }

    @Test func aBodyComesBackWhole() async throws {
        try await withEchoServer { client in
            for size in [0, 1, 100, 16_383, 16_384, 100_000, 900_000] {
                var request = ClientRequest("POST", "/body")
                request.body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                let response = try await client.send(request)
                #expect(response.status == 200)
                #expect(response.body == request.body, "body of \(size) bytes")
            }
        }
    }
}

/// Runs `body` on a loop with a client of a server that echoes.
func withEchoServer(
    settings: ServerSettings = ServerSettings(),
    _ body: @escaping @Sendable (HTTPClient) async throws -> Void
) async throws {
    let group = try LoopGroup(count: 1, name: "test")
    defer { group.stop() }
    let listener = try Listener.bind(.ipv4(0x7F00_0001, port: 0))
    let server = HTTPServer(loops: group.loops, settings: settings) { connection in
        while let request = await connection.next() { await echo(request, connection) }
    }
    server.start(listener)
    let failure = Mutex<(any Error)?>(nil)
    await withCheckedContinuation { done in
        group.loops[0].spawn {
            let client = HTTPClient(address: listener.address, on: group.loops[0])
            do {
                try await body(client)
            } catch {
                failure.withLock { $0 = error }
            }
            client.close()
            done.resume()
        }
    }
    server.stopListening()
    if let failure = failure.withLock({ $0 }) { throw failure }
}

/// Answers a request with a body by the same body in chunks, any other with its method and target.
func echo(_ request: RequestHead, _ connection: ServerConnection) async {
    do {
        if request.framing == .none, request.method != .post {
            let text = "\(request.string(request.methodRange)) \(request.string(request.target)) "
            connection.respond(200, text + "\(connection.requestCount - 1)\n")
            return
        }
        connection.beginResponse(200)
        connection.endHead(.stream)
        while true {
            let count = try await connection.nextBodyPart()
            if count == 0 { break }
            let input = connection.connection.input
            connection.write(input.bytes.extracting(first: count))
            connection.consumeBody(count)
            try await connection.relieve()
        }
        connection.finish()
    } catch {
        connection.cut()
    }
}
