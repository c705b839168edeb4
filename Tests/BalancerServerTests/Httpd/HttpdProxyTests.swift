import BalancerServer
import TestSupport
import Testing

/// A balancer in httpd's language at work: which path goes where, and what both sides see.
@Suite(.timeLimit(.minutes(1))) struct HttpdProxyTests {
    /// A configuration with a group of two members called `c`.
    static func configuration(
        _ lines: String, set: String = "", first: String = "route=a", second: String = "route=b"
    ) -> String {
        """
        Listen @@listen
        ServerName here
        DocumentRoot @@root
        ErrorLog @@root/error.log
        <Proxy balancer://c>
            BalancerMember http://@@1 \(first)
            BalancerMember http://@@2 \(second)
            \(set)
        </Proxy>
        \(lines)
        """
    }

    private static func withServers(
        _ text: String, first: @escaping ScriptedServer.Script = answering(rawAnswer(200, "a")),
        second: @escaping ScriptedServer.Script = answering(rawAnswer(200, "b")),
        files: [String: String] = [:],
        _ body: @escaping @Sendable (TestBalancer) async throws -> Void
    ) async throws {
        try await withBalancer(text, .httpd, files: files, servers: [first, second], body)
    }

    @Test(arguments: [
        ("ProxyPass / balancer://c/", "/x?a=b", "/x?a=b"),
        ("ProxyPass /app balancer://c/app", "/app/x", "/app/x"),
        ("ProxyPass /app/ balancer://c/", "/app/x%20y", "/x%20y"),
        ("ProxyPass /app balancer://c/other", "/app", "/other"),
        ("ProxyPass /app balancer://c", "/app/x", "/x"),
        ("<Location /loc/>\nProxyPass balancer://c/in/\n</Location>", "/loc/x", "/in/x"),
        ("ProxyPassMatch ^/m/(.*)/end$ balancer://c/got/$1", "/m/z/end", "/got/z"),
        ("ProxyPassMatch ^/m/(.*)/end$ balancer://c/got/$1", "/m/z/end?q=1", "/got/z?q=1"),
        (
            "ProxyPassMatch ^/m/(.*)/end$ balancer://c/got/$1", "/m/a%20b%3Fc%25/end",
            "/got/a%20b%3Fc%25"
        ),
        ("ProxyPass /bare balancer://c", "/bare", "/"),
        ("ProxyPass /bare balancer://c", "/bare?q=1", "/?q=1"),
        ("ProxyPass /single http://@@1/s", "/single/x", "/s/x"),
    ])
    func thePathIsMadeAsInHttpd(
        _ lines: String, _ target: String, _ expected: String
    ) async throws {
        try await Self.withServers(Self.configuration(lines)) { balancer in
            let answer = try await balancer.get(target)
            #expect(answer.status == 200, "\(answer.startLine)")
            #expect(balancer.servers[0].requests.map(\.target) == [expected])
        }
    }

    @Test func theFirstPassThatFitsCounts() async throws {
        let lines = """
            ProxyPass /app/static !
            ProxyPass /app balancer://c/app
            ProxyPass /app/late http://@@dead/
            """
        try await Self.withServers(
            Self.configuration(lines), files: ["f.txt": "file"]
        ) { balancer in
            let file = try await balancer.get("/f.txt")
            #expect(file.text == "file", "what no ProxyPass fits is a file")
            let excluded = try await balancer.get("/app/static/x")
            #expect(excluded.status == 404 && balancer.servers[0].requests.isEmpty)
            let late = try await balancer.get("/app/late/x")
            #expect(late.text == "a")
            let near = try await balancer.get("/appendix")
            #expect(near.status == 404, "whole segments only")
        }
    }

    @Test func theFieldsAreThoseOfHttpd() async throws {
        let lines = "ProxyPass / balancer://c/\nProxyVia On"
        try await Self.withServers(Self.configuration(lines)) { balancer in
            let answer = try await balancer.get(
                "/", "X-Forwarded-For: 10.0.0.1\r\nVia: 1.0 before\r\n")
            let request = try #require(balancer.servers[0].requests.first)
            #expect(request["host"] == balancer.servers[0].name)
            #expect(request["x-forwarded-for"] == "10.0.0.1, 127.0.0.1")
            #expect(request["x-forwarded-host"] == "test")
            #expect(request["x-forwarded-server"] == "here")
            // The port is the one that the client named, not the one listened at.
            #expect(request.values(of: "via") == ["1.0 before, 1.1 here"])
            #expect(answer["via"] == "1.1 here")
            let client = try await balancer.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: there:8080\r\n\r\n")
            let second = try await client.answer()
            #expect(second?["via"] == "1.1 here:8080")
            client.close()
        }
    }

    @Test(
        arguments: [
            ("ProxyVia Off", "1.0 before", nil), ("ProxyVia Block", nil, nil),
            ("ProxyPreserveHost On", "1.0 before", nil), ("ProxyAddHeaders Off", "1.0 before", nil),
        ] as [(String, String?, String?)])
    func fieldsFollowTheirDirectives(
        _ line: String, _ via: String?, _ answerVia: String?
    ) async throws {
        let lines = "ProxyPass / balancer://c/\n\(line)"
        try await Self.withServers(Self.configuration(lines)) { balancer in
            let answer = try await balancer.get("/", "Via: 1.0 before\r\n")
            let request = try #require(balancer.servers[0].requests.first)
            #expect(request["via"] == via && answer["via"] == answerVia, "\(line)")
            let keepsHost = line.hasPrefix("ProxyPreserveHost")
            #expect((request["host"] == "test") == keepsHost)
            let addsFields = !line.hasPrefix("ProxyAddHeaders")
            #expect((request["x-forwarded-host"] == "test") == addsFields)
        }
    }

    @Test(arguments: [
        ("http://@@1/app/x", "http://test/app/x"), ("http://@@2/app/x", "http://test/app/x"),
        ("http://other/app/x", "http://other/app/x"), ("/app/x", "/app/x"),
        ("balancer://c/app/x", "http://test/app/x"),
    ])
    func addressesOfMembersBecomeThoseOfTheBalancer(
        _ location: String, _ expected: String
    ) async throws {
        let script: ScriptedServer.Script = { peer, _, server in
            let request = try await server.request(of: peer)
            let place = request?["x-place"] ?? ""
            try await peer.send(
                rawAnswer(
                    302, "", "Location: \(place)\r\nSet-Cookie: a=1; Path=/app; Domain=in.test\r\n")
            )
        }
        let lines = """
            ProxyPass /app balancer://c/app
            ProxyPassReverse /app balancer://c/app
            ProxyPassReverseCookiePath /app /outer
            ProxyPassReverseCookieDomain in.test out.test
            """
        try await Self.withServers(Self.configuration(lines), first: script, second: script) {
            let place = location.replacing("@@1", with: $0.servers[0].name)
                .replacing("@@2", with: $0.servers[1].name)
            let answer = try await $0.get("/app/", "X-Place: \(place)\r\n")
            #expect(answer["location"] == expected)
            #expect(answer["set-cookie"] == "a=1; Path=/outer; Domain=out.test")
        }
    }

    @Test func fieldsAreSetAndAdded() async throws {
        let lines = """
            ProxyPass / balancer://c/
            RequestHeader set X-Set "by %{X-Own}i"
            RequestHeader unset X-Gone
            Header set X-Answer "route %{BALANCER_WORKER_ROUTE}e"
            Header always set X-Always yes
            """
        try await Self.withServers(Self.configuration(lines)) { balancer in
            let answer = try await balancer.get("/", "X-Own: me\r\nX-Gone: 1\r\nX-Set: old\r\n")
            let request = try #require(balancer.servers[0].requests.first)
            #expect(request.values(of: "x-set") == ["by me"] && request["x-gone"] == nil)
            #expect(answer["x-answer"] == "route a" && answer["x-always"] == "yes")
        }
    }

    @Test func theServersErrorsMayBeReplaced() async throws {
        let lines = """
            ProxyPass /errors !
            ProxyPass / balancer://c/
            ProxyErrorOverride On
            ErrorDocument 404 /errors/404.html
            """
        try await Self.withServers(
            Self.configuration(lines), first: answering(rawAnswer(404, "theirs")),
            files: ["errors/404.html": "ours"]
        ) { balancer in
            let answer = try await balancer.get("/x")
            #expect(answer.status == 404 && answer.text == "ours")
        }
    }
}
