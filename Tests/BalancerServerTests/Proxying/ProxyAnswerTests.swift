import TestSupport
import Testing

/// What a client gets to see of a server's answer.
@Suite(.timeLimit(.minutes(1))) struct ProxyAnswerTests {
    private static func answer(
        _ text: String, _ lines: String = "", location: String = "/", target: String = "/",
        method: String = "GET", _ check: @escaping @Sendable (RawMessage, TestBalancer) -> Void
    ) async throws {
        let script: ScriptedServer.Script = { peer, _, server in
            _ = try await server.request(of: peer)
            try await peer.send(text)
        }
        try await withBalancer(
            nginx(
                "location \(location) { \(lines) proxy_pass http://group; }",
                http: "upstream group { server @@1; }"), servers: [script]
        ) { balancer in
            check(try await balancer.get(target, method: method), balancer)
        }
    }

    @Test(
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", "5"),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
                200, "hello", nil
            ),
            ("HTTP/1.1 200 OK\r\n\r\nhello", 200, "hello", nil),
            ("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", "5"),
            ("HTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n", 201, "", "0"),
            ("HTTP/1.1 204 No\r\n\r\n", 204, "", nil), ("HTTP/1.1 304 No\r\n\r\n", 304, "", nil),
            ("HTTP/1.1 599 Odd\r\nContent-Length: 1\r\n\r\nx", 599, "x", "1"),
            (
                "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
                    + "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
                200, "x", "1"
            ),
        ] as [(String, Int, String, String?)])
    func everyKindOfAnswerIsPassedOn(
        _ text: String, _ status: Int, _ body: String, _ length: String?
    ) async throws {
        try await Self.answer(text) { answer, _ in
            #expect(answer.status == status && answer.isWhole && answer.text == body)
            #expect(answer["content-length"] == length)
            let isChunked = length == nil && !body.isEmpty
            #expect(answer["transfer-encoding"] == (isChunked ? "chunked" : nil))
        }
    }

    @Test func theAnswerToHeadKeepsItsLength() async throws {
        try await Self.answer("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", method: "HEAD") {
            answer, _ in
            #expect(answer["content-length"] == "7" && answer.body.isEmpty)
        }
    }

    @Test func someFieldsStayBehind() async throws {
        let fields =
            "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nServer: theirs\r\nX-Accel-Redirect: /x\r\n"
            + "X-Own: 1\r\nX-Own: 2\r\nConnection: x-hop\r\nX-Hop: no\r\nKeep-Alive: 5\r\n"
            + "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
        try await Self.answer(rawAnswer(200, "x", fields)) { answer, _ in
            #expect(answer["server"]?.contains("theirs") == false)
            #expect(answer["date"]?.hasPrefix("Thu, 01 Jan 1970") == false)
            #expect(answer.values(of: "x-own") == ["1", "2"])
            #expect(answer.values(of: "set-cookie") == ["a=1", "b=2"])
            for name in ["x-hop", "keep-alive", "x-accel-redirect"] {
                #expect(answer[name] == nil, "\(name)")
            }
            #expect(answer.values(of: "connection") == ["keep-alive"])
        }
        try await Self.answer(
            rawAnswer(200, "x", fields),
            "proxy_pass_header Server; proxy_pass_header Date; proxy_hide_header X-Own;"
        ) { answer, _ in
            #expect(answer.values(of: "server") == ["theirs"])
            #expect(answer.values(of: "date") == ["Thu, 01 Jan 1970 00:00:00 GMT"])
            #expect(answer["x-own"] == nil)
        }
    }

    @Test(arguments: [
        ("", "http://group/app/x", "http://test:@/app/x"),
        ("", "http://other/app/x", "http://other/app/x"), ("", "/rel", "/rel"),
        ("absolute_redirect off;", "http://group/app/x", "/app/x"),
        ("proxy_redirect off;", "http://group/app/x", "http://group/app/x"),
        ("proxy_redirect http://inner:8080/ /out/;", "http://inner:8080/y", "http://test:@/out/y"),
        (
            "proxy_redirect ~^http://(\\w+)/(.*)$ https://$1.test/$2;", "http://a/b",
            "https://a.test/b"
        ),
        (
            "proxy_redirect http://a/ /1/; proxy_redirect default;", "http://group/z",
            "http://test:@/z"
        ),
    ])
    func addressesOfTheServerBecomeThoseOfTheBalancer(
        _ lines: String, _ location: String, _ expected: String
    ) async throws {
        try await Self.answer(rawAnswer(302, "", "Location: \(location)\r\n"), lines) {
            answer, balancer in
            let place = expected.replacing("@", with: "\(balancer.port)")
            #expect(answer["location"] == place, "\(lines)")
        }
    }

    @Test func cookiesAndRefreshAreMadeRightToo() async throws {
        let fields =
            "Set-Cookie: a=1; Path=/app/; Domain=inner.test; HttpOnly\r\n"
            + "Set-Cookie: b=path=/app/; Domain=.INNER.test\r\nRefresh: 5; url=http://group/r\r\n"
        try await Self.answer(
            rawAnswer(200, "", fields),
            "proxy_cookie_path /app/ /; proxy_cookie_domain inner.test outer.test;"
        ) { answer, _ in
            #expect(
                answer.values(of: "set-cookie") == [
                    "a=1; Path=/; Domain=outer.test; HttpOnly",
                    "b=path=/app/; Domain=outer.test",
                ])
            #expect(answer["refresh"] == "5; url=/r")
        }
    }

    @Test func aChangeOfProtocolsBecomesATunnel() async throws {
        let script: ScriptedServer.Script = { peer, _, server in
            _ = try await server.request(of: peer)
            try await peer.send(
                "HTTP/1.1 101 Go\r\nUpgrade: test\r\nConnection: Upgrade\r\n\r\nhello ")
            let text = try await peer.text(4)
            try await peer.send("got \(text)")
        }
        try await withBalancer(
            nginx(
                "location / { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;"
                    + " proxy_set_header Connection upgrade; proxy_pass http://@@1; }"),
            servers: [script]
        ) { balancer in
            let client = try await balancer.connect()
            try await client.send(
                "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: test\r\nConnection: Upgrade\r\n\r\n")
            let head = try await client.head()
            #expect(head?.status == 101 && head?["upgrade"] == "test")
            try await client.send("ping")
            let rest = try await client.rest()
            #expect(rest == "hello got ping")
            #expect(balancer.servers[0].requests.first?["upgrade"] == "test")
        }
    }
}
