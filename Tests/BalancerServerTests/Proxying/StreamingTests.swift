import TestSupport
import Testing

@testable import BalancerServer

/// Bodies pass through as they come, both ways, however large.
@Suite(.timeLimit(.minutes(1))) struct StreamingTests {
    private static let configuration = nginx(
        "client_max_body_size 0; location / { proxy_http_version 1.1;"
            + " proxy_request_buffering off; proxy_pass http://@@1; }")

    /// A body of so many bytes in which every place can be told from the others.
    private static func body(_ byteCount: Int) -> String {
        let line = (0..<(byteCount / 8 + 1)).map { number in
            String(10_000_000 + number)
        }.joined()
        return String(line.prefix(byteCount))
    }

    private static func chunks(_ text: String, of size: Int) -> String {
        var rest = text.utf8[...]
        var result = ""
        while !rest.isEmpty {
            let piece = rest.prefix(size)
            rest = rest.dropFirst(size)
            result += "\(String(piece.count, radix: 16))\r\n\(String(piece) ?? "")\r\n"
        }
        return result + "0\r\n\r\n"
    }

    private static let echo: ScriptedServer.Script = { peer, _, server in
        while let request = try await server.request(of: peer) {
            let isChunked = request.target == "/chunked"
            let framed = isChunked ? Self.chunks(request.text, of: 10_000) : request.text
            let field =
                isChunked
                ? "Transfer-Encoding: chunked" : "Content-Length: \(request.body.count)"
            try await peer.send("HTTP/1.1 200 OK\r\n\(field)\r\n\r\n\(framed)")
        }
    }

    @Test(arguments: ["/length", "/chunked"], [false, true])
    func greatBodiesComeWholeBothWays(_ target: String, _ isChunked: Bool) async throws {
        try await withBalancer(Self.configuration, servers: [Self.echo]) { balancer in
            for size in [1, 65_535, 65_536, 65_537, 3_000_000] {
                let body = Self.body(size)
                let client = try await balancer.connect()
                let field =
                    isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(size)"
                let framed = isChunked ? Self.chunks(body, of: 7_000) : body
                try await client.send(
                    "POST \(target) HTTP/1.1\r\nHost: h\r\n\(field)\r\n\r\n\(framed)")
                let answer = try await client.answer()
                #expect(answer?.isWhole == true && answer?.text == body, "\(size) bytes")
                let seen = balancer.servers[0].requests.last
                #expect((seen?["transfer-encoding"] != nil) == isChunked)
                client.close()
            }
        }
    }

    @Test func piecesAreNotHeldBack() async throws {
        let script: ScriptedServer.Script = { peer, _, _ in
            _ = try await peer.head()
            try await peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<3 {
                // Each piece of the answer waits for one of the request.
                let chunk = try await peer.text(8)
                try await peer.send(chunk)
            }
            try await peer.send("0\r\n\r\n")
        }
        try await withBalancer(Self.configuration, servers: [script]) { balancer in
            let client = try await balancer.connect()
            try await client.send(
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
            for (index, word) in ["one", "two", "six"].enumerated() {
                try await client.send("3\r\n\(word)\r\n")
                if index == 0 {
                    let head = try await client.head()
                    #expect(head?["transfer-encoding"] == "chunked")
                }
                let chunk = try await client.text(8)
                #expect(chunk == "3\r\n\(word)\r\n")
            }
            client.close()
        }
    }

    @Test func anAnswerMayComeBeforeTheBodyIsThere() async throws {
        let script: ScriptedServer.Script = { peer, _, _ in
            _ = try await peer.head()
            try await peer.send(rawAnswer(403, "no", "Connection: close\r\n"))
        }
        try await withBalancer(Self.configuration, servers: [script]) { balancer in
            let client = try await balancer.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nab")
            let answer = try await client.answer()
            #expect(answer?.status == 403 && answer?.text == "no")
            client.close()
        }
    }

    @Test func moreThanIsKeptCannotBeSentAgain() async throws {
        let configuration = nginx(
            "client_max_body_size 0; location / { proxy_pass http://u; }",
            http: "upstream u { server @@1; server @@2; }")
        for (size, status) in [(60_000, 200), (200_000, 502)] {
            try await withBalancer(
                configuration, servers: [closing, answering(rawAnswer(200, "good"))]
            ) { balancer in
                let body = Self.body(size)
                let answer = try await balancer.get("/", method: "PUT", body: body)
                #expect(answer.status == status, "\(size) bytes")
                let isTold = balancer.count(.bodiesNotReplayable) == 1
                #expect(isTold == (status == 502))
                let again = balancer.servers[1].requests.map(\.text)
                #expect(again == (status == 200 ? [body] : []))
            }
        }
    }

    @Test func aBodyThatTurnsBadReachesNobodyAsWhole() async throws {
        try await withBalancer(Self.configuration, servers: [Self.echo]) { balancer in
            let client = try await balancer.connect()
            try await client.send(
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
            try await client.send("3\r\nabc\r\nzz\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = try await client.answer()
            #expect(answer?.status == 400)
            let hasEnded = try await client.hasEnded()
            #expect(hasEnded)
            #expect(balancer.servers[0].requests.allSatisfy { !$0.isWhole })
        }
    }
}
