import BalancerServer
import TestSupport
import Testing

/// Lines of access logs, for each front end.
@Suite(.timeLimit(.minutes(1))) struct AccessLogTests {
    private static func line(
        _ format: String, escape: String = "", server: String = "", http: String = "",
        target: String = "/x?a=b", _ fields: String = "",
        servers: [ScriptedServer.Script] = [answering(rawAnswer(200, "hello"))],
        _ check: @escaping @Sendable (String, TestBalancer) throws -> Void
    ) async throws {
        let configuration = nginx(
            "access_log @@root/access.log test; \(server) location / { proxy_pass http://@@1; }",
            http: "log_format test \(escape) '\(format)'; \(http)")
        try await withBalancer(configuration, servers: servers) { balancer in
            _ = try await balancer.get(target, fields)
            let lines = try await balancer.lines(of: "access.log", atLeast: 1)
            try check(try #require(lines.first), balancer)
        }
    }

    @Test func theCombinedFormIsThatOfNginx() async throws {
        try await withBalancer(
            nginx("access_log @@root/access.log combined; return 200 hello;")
        ) { balancer in
            _ = try await balancer.get("/a", "Referer: r\r\nUser-Agent: u\r\n")
            let lines = try await balancer.lines(of: "access.log", atLeast: 1)
            let line = try #require(lines.first)
            #expect(line.hasPrefix("127.0.0.1 - - ["))
            #expect(line.hasSuffix(#"] "GET /a HTTP/1.1" 200 5 "r" "u""#))
            // [26/Nov/2026:06:42:30 +0000]
            let time = line.dropFirst("127.0.0.1 - - [".count).prefix { $0 != "]" }
            #expect(time.utf8.count == 26, "\(time)")
        }
    }

    @Test(
        arguments: [
            ("$status $body_bytes_sent $request_method $uri $args", "200 5 GET /x a=b"),
            ("$request_uri $server_protocol $host", "/x?a=b HTTP/1.1 test"),
            ("$http_none|$arg_none|$remote_user", "-|-|-"), ("$upstream_status", "200"),
            ("$upstream_response_length", "5"), ("$request_completion", "OK"),
            ("$sent_http_x_own $upstream_http_x_own", "2 2"), ("$connection_requests", "1"),
            ("$bytes_sent", nil), ("$request_length", "\(Self.requestByteCount)"),
            ("$upstream_bytes_received", "\(rawAnswer(200, "hello", "X-Own: 2\r\n").utf8.count)"),
        ] as [(String, String?)])
    func variablesHaveTheirValues(_ format: String, _ expected: String?) async throws {
        let script = answering(rawAnswer(200, "hello", "X-Own: 2\r\n"))
        try await Self.line(format, servers: [script]) { line, balancer in
            if let expected {
                #expect(line == expected)
            } else {
                #expect((Int(line) ?? 0) > 40, "\(line)")
            }
        }
    }

    private static let requestByteCount = "GET /x?a=b HTTP/1.1\r\nHost: test\r\n\r\n".utf8.count

    @Test func sentBytesAreThoseOfTheRequestThatWentOn() async throws {
        try await Self.line("$upstream_bytes_sent $upstream_addr") { line, balancer in
            let server = balancer.servers[0]
            let sent =
                "GET /x?a=b HTTP/1.1\r\nHost: \(server.name)\r\n\r\n".utf8.count
            let parts = line.split(separator: " ")
            #expect(parts.count == 2 && parts[1] == server.name)
            // A version that says Connection: close has that line too.
            let more = "Connection: close\r\n".utf8.count
            #expect(["\(sent)", "\(sent + more)"].contains(parts.first ?? ""), "\(line)")
        }
    }

    @Test func timesHaveThreeDecimals() async throws {
        try await Self.line("$request_time $upstream_response_time $msec") { line, _ in
            for part in line.split(separator: " ") {
                let pieces = part.split(separator: ".")
                #expect(pieces.count == 2 && pieces[1].utf8.count == 3, "\(line)")
            }
        }
    }

    @Test func everyTryIsNamed() async throws {
        let configuration = nginx(
            """
            access_log @@root/access.log tries;
            location / { proxy_pass http://u; }
            location /other { error_page 502 = @second; proxy_pass http://@@dead; }
            location @second { proxy_pass http://@@1; }
            """,
            http: """
                log_format tries '$upstream_addr $upstream_status $upstream_response_length';
                upstream u { server @@dead; server @@1; }
                """)
        try await withBalancer(
            configuration, servers: [answering(rawAnswer(200, "hello"))]
        ) { balancer in
            _ = try await balancer.get("/")
            _ = try await balancer.get("/other")
            let lines = try await balancer.lines(of: "access.log", atLeast: 2)
            let dead = balancer.deadName
            let server = balancer.servers[0].name
            #expect(lines[0] == "\(dead), \(server) 502, 200 0, 5")
            #expect(lines[1] == "\(dead) : \(server) 502 : 200 0 : 5", "a group of its own")
        }
    }

    @Test(arguments: [
        ("", #"\x22q\x5C\xC3\xA9"#), ("escape=json", #"\"q\\é"#), ("escape=none", #""q\é"#),
    ])
    func whatCouldBeTakenForSomethingElseIsEscaped(
        _ escape: String, _ expected: String
    ) async throws {
        try await Self.line(
            "$http_user_agent", escape: escape, "User-Agent: \"q\\é\r\n"
        ) { line, _ in #expect(line == expected) }
    }

    @Test func linesAreWrittenOnlyIfTheConditionHolds() async throws {
        let configuration = nginx(
            "access_log @@root/access.log test if=$arg_log; return 200 x;",
            http: "log_format test '$arg_log';")
        try await withBalancer(configuration) { balancer in
            for value in ["0", "", "1", "yes"] { _ = try await balancer.get("/?log=\(value)") }
            let lines = try await balancer.lines(of: "access.log", atLeast: 2)
            #expect(lines == ["1", "yes"])
        }
    }

    @Test func requestsThatAreNoneHaveALineToo() async throws {
        try await withBalancer(
            nginx("access_log @@root/access.log t;", http: "log_format t '$status $request';")
        ) { balancer in
            let client = try await balancer.connect()
            try await client.send("GET / HTTP/1.1\r\nHost : h\r\n\r\n")
            let answer = try await client.answer()
            #expect(answer?.status == 400)
            let lines = try await balancer.lines(of: "access.log", atLeast: 1)
            #expect(lines == ["400 GET / HTTP/1.1"])
        }
    }

    @Test func httpdsLetters() async throws {
        let configuration = """
            Listen @@listen
            ErrorLog @@root/error.log
            LogFormat "%h %l %u \\"%r\\" %>s %b %m %U%q %{X-Own}i %{Location}o %v %X" own
            CustomLog @@root/access.log own
            ServerName here
            ProxyPass / http://@@1/
            """
        let script = answering(rawAnswer(302, "", "Location: /l\r\n"))
        try await withBalancer(configuration, .httpd, servers: [script]) { balancer in
            _ = try await balancer.get("/a?q=1", "X-Own: o\"p\r\n")
            let lines = try await balancer.lines(of: "access.log", atLeast: 1)
            #expect(
                lines == [
                    #"127.0.0.1 - - "GET /a?q=1 HTTP/1.1" 302 - GET /a?q=1 o\"p /l here +"#
                ])
        }
    }
}
