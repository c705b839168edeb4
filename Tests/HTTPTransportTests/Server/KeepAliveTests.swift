import EventLoop
import HTTPProtocol
import HTTPTransport
import TestSupport
import Testing

/// Who keeps a connection, and what is said of it. Method: one request that leaves its sending half
/// open; the server has to close or to wait.
@Suite(.timeLimit(.minutes(1))) struct KeepAliveTests {
    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "keep-alive"),
        ("GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n\r\n", "keep-alive"),
        ("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "close"),
        ("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n", "close"),
        ("GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, close\r\n\r\n", "close"),
        ("GET / HTTP/1.1\r\nHost: h\r\nConnection: x\r\nConnection: close\r\n\r\n", "close"),
        ("GET / HTTP/1.0\r\n\r\n", "close"), ("GET / HTTP/1.0\r\nHost: h\r\n\r\n", "close"),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive"),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "keep-alive"),
    ])
    func theConnectionStaysOrEndsAsWasSaid(_ request: String, _ said: String) async throws {
        try await withServer { server in
            let client = try await server.connect()
            try await client.send(request)
            let answer = try await client.answer()
            #expect(answer?.status == 200)
            #expect(answer?.values(of: "connection") == [said])
            guard said == "keep-alive" else {
                #expect(try await client.hasEnded())
                return
            }
            try await client.send(request)
            #expect(try await client.answer()?.text == "GET / 1\n")
            client.close()
        }
    }

    @Test func aServerMaySayNothingToWhoKnowsIt() async throws {
        var settings = ServerSettings()
        settings.saysKeepAlive = false
        try await withServer(settings) { server in
            let client = try await server.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await client.answer()?["connection"] == nil)
            try await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.answer()?["connection"] == "keep-alive")
            client.close()
        }
    }

    @Test func theLastAllowedRequestSaysSo() async throws {
        var settings = ServerSettings()
        settings.keepAliveRequestCountMax = 3
        try await withServer(settings) { server in
            let one = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
            let client = try await server.connect()
            try await client.send(one + one + one + one)
            var said: [String?] = []
            while let answer = try await client.answer() { said.append(answer["connection"]) }
            #expect(said == ["keep-alive", "keep-alive", "close"])
            #expect(server.targets.count == 3)
        }
    }

    @Test func withoutTimeToRestNoConnectionIsKept() async throws {
        var settings = ServerSettings()
        settings.keepAliveTimeout = .zero
        try await withServer(settings) { server in
            let text = try await server.exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(text.contains("\r\nConnection: close\r\n"))
        }
    }

    @Test func aConnectionThatRestsTooLongIsClosed() async throws {
        var settings = ServerSettings()
        settings.keepAliveTimeout = .milliseconds(40)
        try await withServer(settings) { server in
            let client = try await server.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await client.answer()?["connection"] == "keep-alive")
            #expect(try await client.hasEnded())
            #expect(await server.waits { server.failures == [.connection(.deadlineReached)] })
        }
    }

    @Test func aHandlerMayEndTheConnection() async throws {
        try await withServer(handler: { _, connection in
            connection.closeAfterResponse()
            connection.respond(200, "bye")
        }) { server in
            let text = try await server.exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(text.hasSuffix("Connection: close\r\n\r\nbye"))
        }
    }

    @Test func anExchangeThatIsLeftUnansweredBecomesAFailure() async throws {
        try await withServer(handler: { _, _ in }) { server in
            let text = try await server.exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(text.hasPrefix("HTTP/1.1 500 "))
            #expect(text.contains("\r\nConnection: close\r\n"))
        }
    }

    @Test func anAnswerThatIsLeftInTheMiddleIsCut() async throws {
        try await withServer(handler: { _, connection in
            connection.beginResponse(200)
            connection.endHead(.length(10))
            connection.write("12345".utf8.span)
        }) { server in
            let client = try await server.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = try await client.answer()
            #expect(answer?.isWhole == false && answer?.text == "12345")
            #expect(server.server.statistics.cutCount == 1)
        }
    }
}
