import EventLoop
import HTTPProtocol
import HTTPTransport
import SystemInterface
import TestSupport
import Testing

/// How answers are framed for each kind of client and status.
@Suite(.timeLimit(.minutes(1))) struct ResponseFramingTests {
    /// Answers with the status that the target names, with the text `body` of that framing.
    private static func handler(_ isStream: Bool) -> TestServer.Handler {
        { request, connection in
            let status = Int(request.string(request.target).dropFirst()) ?? 200
            connection.beginResponse(status)
            connection.endHead(isStream ? .stream : .length(8))
            for part in ["one ", "two "] { connection.write(part.utf8.span) }
            connection.finish()
        }
    }

    private static func request(_ method: String, _ status: Int, _ version: String) -> String {
        "\(method) /\(status) HTTP/\(version)\r\nHost: h\r\nConnection: keep-alive\r\n\r\n"
    }

    @Test func aStreamIsChunkedForNewClients() async throws {
        try await withServer(handler: Self.handler(true)) { server in
            let client = try await server.connect()
            try await client.send(Self.request("GET", 200, "1.1"))
            let head = try await client.head()
            #expect(head?["transfer-encoding"] == "chunked" && head?["content-length"] == nil)
            #expect(head?["connection"] == "keep-alive")
            let chunks = "4\r\none \r\n4\r\ntwo \r\n0\r\n\r\n"
            #expect(try await client.text(chunks.utf8.count) == chunks)
            client.close()
        }
    }

    @Test func aStreamEndsWithTheConnectionForOldClients() async throws {
        try await withServer(handler: Self.handler(true)) { server in
            let text = try await server.exchange(Self.request("GET", 200, "1.0"))
            #expect(text.hasSuffix("Connection: close\r\n\r\none two "))
            #expect(!text.contains("chunked"))
        }
    }

    @Test(arguments: ["1.0", "1.1"])
    func aKnownLengthIsTold(_ version: String) async throws {
        try await withServer(handler: Self.handler(false)) { server in
            let client = try await server.connect()
            for _ in 0..<2 {
                try await client.send(Self.request("GET", 200, version))
                let answer = try await client.answer()
                #expect(answer?["content-length"] == "8" && answer?.text == "one two ")
            }
            client.close()
        }
    }

    @Test(arguments: [true, false], [204, 304])
    func someStatusesHaveNeitherBodyNorLength(_ isStream: Bool, _ status: Int) async throws {
        try await withServer(handler: Self.handler(isStream)) { server in
            let client = try await server.connect()
            let both =
                Self.request("GET", status, "1.1") + Self.request("GET", 200, "1.1")
            try await client.send(both)
            let first = try await client.answer()
            #expect(first?.status == status)
            #expect(first?["content-length"] == nil && first?["transfer-encoding"] == nil)
            #expect(try await client.answer()?.text == "one two ")
            client.close()
        }
    }

    @Test(arguments: [true, false])
    func anAnswerToHeadHasNoBody(_ isStream: Bool) async throws {
        try await withServer(handler: Self.handler(isStream)) { server in
            let client = try await server.connect()
            try await client.send(
                Self.request("HEAD", 200, "1.1") + Self.request("GET", 200, "1.1"))
            let first = try await client.answer(to: "HEAD")
            #expect(first?["content-length"] == (isStream ? nil : "8"))
            #expect(try await client.answer()?.text == "one two ")
            client.close()
        }
    }

    @Test func theStandardFieldsAreThere() async throws {
        var settings = ServerSettings()
        settings.serverToken = "token/1"
        try await withServer(settings) { server in
            let client = try await server.connect()
            try await client.send(Self.request("GET", 200, "1.1"))
            let answer = try await client.answer()
            #expect(answer?["server"] == "token/1")
            #expect(answer?["date"]?.hasSuffix(" GMT") == true)
            client.close()
        }
    }

    @Test func aFileIsSentWithinAnAnswer() async throws {
        let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let nonce = SecureRandom.bytes(6).map { String($0, radix: 16) }.joined()
        let path = "/tmp/holdfast-transport-\(nonce)"
        try Files.write(content, to: path)
        defer { try? Files.remove(path) }
        try await withServer(handler: { _, connection in
            connection.beginResponse(200)
            connection.endHead(.length(299_990))
            do {
                let file = try Files.open(path, .read)
                try await connection.sendFile(file, offset: 10, byteCount: 299_990)
                connection.finish()
            } catch {
                connection.cut()
            }
        }) { server in
            let client = try await server.connect()
            try await client.send(Self.request("GET", 200, "1.1"))
            #expect(try await client.answer()?.body == Array(content[10...]))
            client.close()
        }
    }

    @Test func aSlowReaderIsGivenUp() async throws {
        var settings = ServerSettings()
        settings.sendTimeout = .milliseconds(50)
        let handler: TestServer.Handler = { _, connection in
            connection.beginResponse(200)
            connection.endHead(.stream)
            let piece = [UInt8](repeating: 0x61, count: 65_536)
            do throws(HTTPTransportError) {
                for _ in 0..<1_000 {
                    connection.write(piece.span)
                    try await connection.relieve()
                }
                connection.finish()
            } catch {
                #expect(error == .connection(.deadlineReached))
                connection.cut()
            }
        }
        try await withServer(settings, handler: handler) { server in
            let client = try await server.connect()
            try await client.send(Self.request("GET", 200, "1.1"))
            // It reads nothing; the server must not wait for it for ever.
            #expect(await server.waits { server.server.statistics.cutCount == 1 })
            #expect(await server.waits { server.server.statistics.openCount == 0 })
            client.close()
        }
    }
}
