import EventLoop
import HTTPProtocol
import HTTPTransport
import TestSupport
import Testing

/// Requests come whole, in pieces, several at once, or never to their end.
@Suite(.timeLimit(.minutes(1))) struct RequestReadingTests {
    private static let requests =
        "GET /one HTTP/1.1\r\nHost: h\r\n\r\n"
        + "POST /two HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
        + "POST /three HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "3;x=\"a;b\"\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\n"
        + "GET /four HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

    private static func bodies(_ client: RawConnection) async throws -> [String] {
        var bodies: [String] = []
        while let answer = try await client.answer() {
            #expect(answer.status == 200 && answer.isWhole)
            bodies.append(answer.text)
        }
        return bodies
    }

    private static let expected = ["GET /one 0\n", "hello", "abcde", "GET /four 3\n"]

    @Test func pipelinedRequestsAreAnsweredInTheirOrder() async throws {
        try await withServer { server in
            let client = try await server.connect()
            try await client.send(Self.requests)
            #expect(try await Self.bodies(client) == Self.expected)
            #expect(server.targets == ["/one", "/two", "/three", "/four"])
        }
    }

    @Test func requestsThatComeByteByByteAreTheSame() async throws {
        try await withServer { server in
            let client = try await server.connect()
            try await client.drip(Self.requests)
            #expect(try await Self.bodies(client) == Self.expected)
        }
    }

    @Test func manyPipelinedRequestsAreAnsweredByOneConnection() async throws {
        try await withServer { server in
            let client = try await server.connect()
            let count = 500
            let one = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n"
            try await client.send(String(repeating: one, count: count))
            for number in 0..<count {
                #expect(try await client.answer()?.text == "GET /x \(number)\n")
            }
            client.close()
        }
    }

    /// Every beginning of the requests, after which the client sends no more: what is whole is
    /// answered, what is not is never handed to the handler, and the server goes on.
    @Test func anEndAtEachByteIsNoRequest() async throws {
        let bytes = Array(Self.requests.utf8)
        try await withServer(handler: { await gather($0, $1) }) { server in
            for count in 0..<bytes.count {
                let client = try await server.connect()
                try await client.send(Array(bytes[..<count]))
                client.finish()
                var answers: [RawMessage] = []
                while let answer = try await client.answer() { answers.append(answer) }
                #expect(answers.allSatisfy { $0.isWhole }, "after \(count) bytes")
                let statuses = answers.map(\.status)
                #expect(statuses.allSatisfy { $0 == 200 || $0 == 400 }, "after \(count) bytes")
                let wholeCount = statuses.count { $0 == 200 }
                #expect(wholeCount == Self.wholeRequests(in: count), "after \(count) bytes")
                client.close()
            }
            #expect(server.server.statistics.busyCount == 0)
            #expect(await server.waits { server.server.statistics.openCount == 0 })
            let client = try await server.connect()
            try await client.send(Self.requests)
            #expect(try await Self.bodies(client).count == 4)
        }
    }

    /// How many of the requests end within so many bytes.
    private static func wholeRequests(in byteCount: Int) -> Int {
        let ends = ["/one HTTP/1.1\r\nHost: h\r\n\r\n", "hello", "T: v\r\n\r\n"].map { mark in
            let bytes = Array(self.requests.utf8)
            let mark = Array(mark.utf8)
            let place = bytes.indices.first { bytes[$0...].starts(with: mark) } ?? 0
            return place + mark.count
        }
        return ends.count { $0 <= byteCount }
    }

    @Test func emptyLinesBeforeARequestArePassedOver() async throws {
        try await withServer { server in
            let text = try await server.exchange(
                "\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test(arguments: [
        ("GET /" + String(repeating: "a", count: 8_200) + " HTTP/1.1\r\nHost: h\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: h\r\nA: " + String(repeating: "a", count: 8_200), 431),
        (
            "GET / HTTP/1.1\r\nHost: h\r\n"
                + String(repeating: "A: \(String(repeating: "a", count: 8_000))\r\n", count: 5),
            431
        ),
        (
            "GET / HTTP/1.1\r\nHost: h\r\n" + String(repeating: "A: b\r\n", count: 101) + "\r\n",
            431
        ),
        ("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505), ("GET /\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
    ])
    func whatIsTooLargeOrForeignIsRefusedAndTheConnectionCloses(
        _ text: String, _ status: Int
    ) async throws {
        try await withServer { server in
            let client = try await server.connect()
            try await client.send(text)
            let answer = try await client.answer()
            #expect(answer?.status == status)
            #expect(answer?["connection"] == "close")
            #expect(try await client.hasEnded())
            #expect(server.targets == [])
            #expect(server.server.statistics.rejectedCount == 1)
        }
    }

    @Test func aClientThatSendsNoWholeHeadInTimeIsLeft() async throws {
        var settings = ServerSettings()
        settings.headerTimeout = .milliseconds(40)
        try await withServer(settings) { server in
            for beginning in ["", "GET / HTTP/1.1\r\nHost"] {
                let client = try await server.connect()
                try await client.send(beginning)
                #expect(try await client.hasEnded())
            }
            #expect(
                await server.waits {
                    server.failures == Array(repeating: .connection(.deadlineReached), count: 2)
                })
        }
    }
}
