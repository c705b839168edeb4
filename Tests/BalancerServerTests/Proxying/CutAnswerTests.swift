import TestSupport
import Testing

@testable import BalancerServer

/// Answers that end too early, and clients that leave: nobody may take a part for the whole.
@Suite(.timeLimit(.minutes(1))) struct CutAnswerTests {
    private static let configuration = nginx(
        "access_log @@root/access.log short;"
            + "location / { proxy_read_timeout 100ms; proxy_pass http://u; }",
        http: "log_format short '$status $body_bytes_sent $request_completion';"
            + " upstream u { server @@1; server @@2; }")

    private static let beginnings = [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n12345",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\nzz\r\n",
    ]

    private static func server(_ beginning: String, isSilent: Bool) -> ScriptedServer.Script {
        { peer, _, server in
            _ = try await server.request(of: peer)
            try await peer.send(beginning)
            if isSilent { _ = try await peer.rest() }
        }
    }

    @Test(arguments: Self.beginnings.indices, [false, true])
    func anAnswerThatBreaksOffIsCutAndNotAskedForAgain(
        _ index: Int, _ isSilent: Bool
    ) async throws {
        let script = Self.server(Self.beginnings[index], isSilent: isSilent)
        let good = answering(rawAnswer(200, "good"))
        try await withBalancer(Self.configuration, servers: [script, good]) { balancer in
            let answer = try await balancer.get("/")
            #expect(answer.status == 200 && !answer.isWhole && answer.text == "12345")
            #expect(balancer.count(.answersCut) == 1)
            #expect(balancer.servers[1].requests.isEmpty)
            // It counts against the server, which now rests.
            let next = try await balancer.get("/")
            #expect(next.text == "good")
            let again = try await balancer.get("/")
            #expect(again.text == "good")
            let lines = try await balancer.lines(of: "access.log", atLeast: 3)
            #expect(lines == ["200 5 -", "200 4 OK", "200 4 OK"])
        }
    }

    @Test func anOldClientIsToldByAReset() async throws {
        let script = Self.server(Self.beginnings[1], isSilent: false)
        let good = answering(rawAnswer(200, "good"))
        try await withBalancer(Self.configuration, servers: [script, good]) { balancer in
            let client = try await balancer.connect()
            try await client.send("GET / HTTP/1.0\r\n\r\n")
            // Only the end of the connection ends such an answer, so it must not look like one.
            let isReset = try await client.isReset()
            #expect(isReset)
            #expect(balancer.count(.answersCut) == 1)
        }
    }

    @Test func whoLeavesIsNotWorkedFor() async throws {
        let script: ScriptedServer.Script = { peer, _, server in
            _ = try await server.request(of: peer)
            _ = try await peer.rest()
            server.note("the connection ended")
        }
        try await withBalancer(
            Self.configuration.replacing("100ms", with: "30s"), servers: [script, closing]
        ) { balancer in
            let client = try await balancer.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let hasCome = await balancer.waits { balancer.servers[0].requests.count == 1 }
            #expect(hasCome)
            client.close()
            let hasEnded = await balancer.waits { balancer.servers[0].notes.count == 1 }
            #expect(hasEnded, "the server's connection is closed")
            let lines = try await balancer.lines(of: "access.log", atLeast: 1)
            #expect(lines == ["499 0 -"])
            #expect(balancer.count(.clientsLeft) == 1)
            #expect(balancer.servers[1].requests.isEmpty)
        }
    }
}
