import TestSupport
import Testing

/// What a server gets to see of a request: target, fields, body. Method: a server that remembers
/// all that it was asked.
@Suite(.timeLimit(.minutes(1))) struct ProxyRequestTests {
    /// Asks once and gives the request as the server saw it.
    private static func seen(
        _ server: String, http: String = "", target: String, _ fields: String = "",
        method: String = "GET", body: String? = nil,
        _ check: @escaping @Sendable (RawMessage, TestBalancer) throws -> Void
    ) async throws {
        try await withBalancer(
            nginx(server, http: http), servers: [answering(rawAnswer(200, "ok"))]
        ) { balancer in
            let answer = try await balancer.get(target, fields, method: method, body: body)
            #expect(answer.status == 200, "\(answer.startLine)")
            try check(try #require(balancer.servers[0].requests.first), balancer)
        }
    }

    @Test(arguments: [("", nil), ("underscores_in_headers on;", "spoofed")] as [(String, String?)])
    func fieldsWithUnderscoresArePassedOnOnlyWhereAllowed(
        _ line: String, _ expected: String?
    ) async throws {
        // Behind CGI or WSGI X_Real_IP would be the same variable as X-Real-IP.
        try await Self.seen(
            "\(line) location / { proxy_set_header X-Real-IP $remote_addr;"
                + " proxy_pass http://@@1; }", target: "/", "X_Real_IP: spoofed\r\nX-Own: 1\r\n"
        ) { request, _ in
            #expect(request["x_real_ip"] == expected && request["x-own"] == "1")
            #expect(request["x-real-ip"] == "127.0.0.1")
        }
    }

    @Test(arguments: [
        ("location / { proxy_pass http://@@1; }", "/a%20b/../c?x=%20", "/a%20b/../c?x=%20"),
        ("location /app/ { proxy_pass http://@@1; }", "/app/x?y", "/app/x?y"),
        ("location /app/ { proxy_pass http://@@1/; }", "/app/x?y", "/x?y"),
        ("location /app/ { proxy_pass http://@@1/new/; }", "/app/x%20z", "/new/x%20z"),
        ("location /app { proxy_pass http://@@1/new; }", "/app/x", "/new/x"),
        ("location /app/ { proxy_pass http://@@1/q?k=; }", "/app/x", "/q?k=x"),
        ("location = /one { proxy_pass http://@@1/two; }", "/one?a", "/two?a"),
        ("location ~ ^/r/(.*)$ { proxy_pass http://@@1; }", "/r/x?y=1", "/r/x?y=1"),
        (
            "location ~ ^/r/(.*)$ { proxy_pass http://@@1/to/$1$is_args$args; }", "/r/x?y=1",
            "/to/x?y=1"
        ),
        ("set $up @@1; location / { proxy_pass http://$up; }", "/v?y", "/v?y"),
        (
            "location / { rewrite ^/(.*)$ /in/$1 break; proxy_pass http://@@1; }", "/x?y=1",
            "/in/x?y=1"
        ),
        ("location / { set $q 1; proxy_pass http://group; }", "/g", "/g"),
    ])
    func theTargetIsMadeAsInNginx(
        _ server: String, _ target: String, _ expected: String
    ) async throws {
        try await Self.seen(
            server, http: "upstream group { server @@1; }", target: target
        ) { request, _ in #expect(request.target == expected) }
    }

    @Test func theFieldsAreThoseOfNginx() async throws {
        try await Self.seen(
            "location / { proxy_pass http://@@1; }", target: "/",
            "X-Own: 1\r\nConnection: x-hop, keep-alive\r\nX-Hop: no\r\nKeep-Alive: 5\r\n"
                + "TE: trailers\r\nUpgrade: h2c\r\nCookie: a=b\r\nCookie: c=d\r\n"
        ) { request, balancer in
            #expect(request["host"] == balancer.servers[0].name, "$proxy_host")
            #expect(request["x-own"] == "1")
            #expect(request.values(of: "cookie") == ["a=b", "c=d"])
            for name in ["x-hop", "keep-alive", "te", "upgrade", "proxy-connection"] {
                #expect(request[name] == nil, "\(name)")
            }
        }
    }

    @Test func fieldsAreSetOrLeftOut() async throws {
        try await Self.seen(
            """
            location / {
                proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr;
                proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                proxy_set_header X-Secret ""; proxy_set_header X-Two "a  b";
                proxy_set_header Accept-Encoding "";
                proxy_pass http://group;
            }
            """, http: "upstream group { server @@1; }", target: "/",
            "X-Forwarded-For: 10.0.0.1\r\nX-Secret: s\r\nAccept-Encoding: gzip\r\nX-Two: old\r\n"
        ) { request, _ in
            #expect(request.values(of: "host") == ["test"])
            #expect(request["x-real-ip"] == "127.0.0.1")
            #expect(request.values(of: "x-forwarded-for") == ["10.0.0.1, 127.0.0.1"])
            #expect(request["x-secret"] == nil && request["accept-encoding"] == nil)
            #expect(request.values(of: "x-two") == ["a  b"])
        }
    }

    @Test(
        arguments: [
            ("proxy_http_version 1.1; proxy_set_header Connection \"\";", "HTTP/1.1", nil),
            ("proxy_http_version 1.0;", "HTTP/1.0", "close"),
            ("proxy_http_version 1.1; proxy_set_header Connection close;", "HTTP/1.1", "close"),
        ] as [(String, String, String?)])
    func theVersionIsAsConfigured(
        _ lines: String, _ version: String, _ connection: String?
    ) async throws {
        try await Self.seen("location / { \(lines) proxy_pass http://@@1; }", target: "/") {
            request, _ in
            #expect(request.startLine == "GET / \(version)")
            #expect(request["connection"] == connection)
        }
    }

    @Test func aBodyIsPassedOnWithItsLength() async throws {
        try await Self.seen(
            "location / { proxy_pass http://@@1; }", target: "/", method: "POST", body: "a=b&c=d"
        ) { request, _ in
            #expect(request["content-length"] == "7" && request.text == "a=b&c=d")
        }
    }

    @Test func methodAndBodyMayBeReplaced() async throws {
        try await Self.seen(
            "location / { proxy_method PUT; proxy_set_body \"was $request_method\";"
                + " proxy_pass http://@@1; }", target: "/", method: "POST", body: "old"
        ) { request, _ in
            #expect(request.startLine == "PUT / HTTP/1.1" && request.text == "was POST")
        }
        try await Self.seen(
            "location / { proxy_pass_request_body off; proxy_pass_request_headers off;"
                + " proxy_pass http://@@1; }", target: "/", "X-Own: 1\r\n", method: "POST",
            body: "old"
        ) { request, _ in
            #expect(request.text.isEmpty && request["x-own"] == nil)
        }
    }

    @Test func whoWaitsForContinueIsServed() async throws {
        try await withBalancer(
            nginx("location / { proxy_pass http://@@1; }"), servers: [answering(rawAnswer())]
        ) { balancer in
            let client = try await balancer.connect()
            try await client.send(
                "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            let interim = try await client.head()
            #expect(interim?.status == 100)
            try await client.send("ab")
            let answer = try await client.answer()
            #expect(answer?.status == 200)
            let request = balancer.servers[0].requests.first
            #expect(request?.text == "ab" && request?["expect"] == nil)
            client.close()
        }
    }
}
