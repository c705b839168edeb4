import HTTPProtocol
import HTTPTransport
import TestSupport
import Testing

/// Bodies of requests: limits, those that nobody reads, and clients that wait for 100 Continue.
@Suite(.timeLimit(.minutes(1))) struct RequestBodyTests {
    private static let next = "GET /next HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

    private static func post(_ body: String, isChunked: Bool, _ fields: String = "") -> String {
        let size = String(body.utf8.count, radix: 16)
        let framed = isChunked ? "\(size)\r\n\(body)\r\n0\r\n\r\n" : body
        let framing =
            isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.utf8.count)"
        return "POST /body HTTP/1.1\r\nHost: h\r\n\(fields)\(framing)\r\n\r\n\(framed)"
    }

    @Test(arguments: [false, true])
    func aBodyMayBeAsLargeAsTheLimitAndNoLarger(_ isChunked: Bool) async throws {
        let handler: TestServer.Handler = { request, connection in
            do throws(HTTPTransportError) {
                let body = try await connection.readWholeBody(limit: 10)
                connection.respond(200, "\(body.count)")
            } catch {
                #expect(error == .bodyTooLarge)
                connection.respond(error.status, "no")
            }
        }
        try await withServer(handler: handler) { server in
            for (count, status) in [(10, 200), (11, 413), (100_000, 413)] {
                let client = try await server.connect()
                let body = String(repeating: "x", count: count)
                try await client.send(Self.post(body, isChunked: isChunked))
                #expect(try await client.answer()?.status == status, "\(count) bytes")
                client.close()
            }
        }
    }

    @Test(arguments: [false, true])
    func aBodyThatNobodyReadsIsReadAway(_ isChunked: Bool) async throws {
        try await withServer(handler: { $1.respond(200, "unread") }) { server in
            let client = try await server.connect()
            let body = String(repeating: "x", count: 60_000)
            try await client.send(Self.post(body, isChunked: isChunked) + Self.next)
            #expect(try await client.answer()?.text == "unread")
            #expect(try await client.answer()?.text == "unread")
            #expect(server.targets == ["/body", "/next"])
        }
    }

    @Test(arguments: [false, true])
    func aBodyTooLargeToBeReadAwayEndsTheConnection(_ isChunked: Bool) async throws {
        var settings = ServerSettings()
        settings.discardedBodyByteCountMax = 1_000
        try await withServer(settings, handler: { $1.respond(200, "unread") }) { server in
            let client = try await server.connect()
            let body = String(repeating: "x", count: 60_000)
            try await client.send(Self.post(body, isChunked: isChunked) + Self.next)
            #expect(try await client.answer()?.text == "unread", "it can still be read")
            client.finish()
            #expect(try await client.hasEnded())
            #expect(server.targets == ["/body"])
        }
    }

    @Test func aSlowBodyIsGivenUp() async throws {
        var settings = ServerSettings()
        settings.bodyTimeout = .milliseconds(40)
        try await withServer(settings, handler: { await gather($0, $1) }) { server in
            let client = try await server.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n1234")
            #expect(try await client.answer()?.status == 408)
            client.finish()
            #expect(try await client.hasEnded())
        }
    }

    // MARK: 100 Continue

    private static let expecting =
        "POST /body HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"

    @Test func whoWaitsIsToldToGoOnWhenTheBodyIsWanted() async throws {
        try await withServer(handler: { await gather($0, $1) }) { server in
            let client = try await server.connect()
            try await client.send(Self.expecting)
            #expect(try await client.head()?.startLine == "HTTP/1.1 100 Continue")
            try await client.send("hello" + Self.next)
            #expect(try await client.answer()?.text == "hello")
            #expect(try await client.answer()?.status == 200)
            #expect(server.targets == ["/body", "/next"])
        }
    }

    @Test func whoDoesNotWaitIsNotTold() async throws {
        try await withServer(handler: { await gather($0, $1) }) { server in
            let client = try await server.connect()
            try await client.send(Self.expecting + "hello")
            #expect(try await client.head()?.startLine == "HTTP/1.1 200 OK")
            client.close()
        }
    }

    @Test func anOldClientIsNotTold() async throws {
        try await withServer(handler: { await gather($0, $1) }) { server in
            let client = try await server.connect()
            try await client.send(
                "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            try await client.send("hello")
            #expect(try await client.head()?.startLine == "HTTP/1.1 200 OK")
        }
    }

    @Test func whoIsAnsweredInsteadFindsTheConnectionAtItsEnd() async throws {
        // Whether the body still comes is not known, so nothing behind it could be read.
        try await withServer(handler: { $1.respond(403, "no") }) { server in
            let client = try await server.connect()
            try await client.send(Self.expecting)
            let answer = try await client.answer()
            #expect(answer?.status == 403 && answer?["connection"] == "close")
            client.finish()
            #expect(try await client.hasEnded())
        }
    }
}
