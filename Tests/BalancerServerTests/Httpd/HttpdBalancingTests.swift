import BalancerServer
import TestSupport
import Testing

/// Sessions, weights, failures and virtual hosts in httpd's language.
@Suite(.timeLimit(.minutes(1))) struct HttpdBalancingTests {
    private static let scripts = [
        answering(rawAnswer(200, "a")), answering(rawAnswer(200, "b")),
    ]
    private static let pass = "ProxyPass / balancer://c/"

    /// The texts of so many answers, as one word.
    private static func word(
        _ balancer: TestBalancer, _ count: Int, _ target: String = "/", _ fields: String = ""
    ) async throws -> String {
        var word = ""
        for _ in 0..<count { word += try await balancer.get(target, fields).text }
        return word
    }

    @Test func loadFactorsShareTheRequests() async throws {
        let text = HttpdProxyTests.configuration(
            Self.pass, first: "loadfactor=2", second: "loadfactor=1")
        try await withBalancer(text, .httpd, servers: Self.scripts) { balancer in
            let word = try await Self.word(balancer, 6)
            #expect(word == "abaaba")
        }
    }

    @Test(arguments: [
        ("/", "Cookie: JSESSIONID=0123.b\r\n", "bbb"),
        ("/", "Cookie: JSESSIONID=0123.a\r\n", "aaa"),
        ("/", "Cookie: x=1; JSESSIONID=0.1.b\r\n", "bbb"),
        ("/p;jsessionid=0123.b", "", "bbb"), ("/p;jsessionid=0123.b?x=y", "", "bbb"),
        ("/p?jsessionid=0123.b", "", "bbb"),
        ("/p;jsessionid=0123.b", "Cookie: JSESSIONID=0123.a\r\n", "bbb"),
        ("/", "Cookie: JSESSIONID=0123\r\n", "aba"), ("/", "Cookie: JSESSIONID=0123.c\r\n", "aba"),
        ("/", "Cookie: OTHER=0123.b\r\n", "aba"),
    ])
    func sessionsStayWithTheirMember(
        _ target: String, _ fields: String, _ expected: String
    ) async throws {
        let text = HttpdProxyTests.configuration(
            Self.pass, set: "ProxySet stickysession=JSESSIONID|jsessionid")
        try await withBalancer(text, .httpd, servers: Self.scripts) { balancer in
            let word = try await Self.word(balancer, 3, target, fields)
            #expect(word == expected)
        }
    }

    @Test(arguments: [("Off", "a", 200), ("On", "", 503)])
    func aSessionWhoseMemberIsGoneMovesUnlessForbidden(
        _ noFailover: String, _ text: String, _ status: Int
    ) async throws {
        let configuration = HttpdProxyTests.configuration(
            Self.pass, set: "ProxySet stickysession=S nofailover=\(noFailover)",
            second: "route=b status=D")
        try await withBalancer(configuration, .httpd, servers: Self.scripts) { balancer in
            let answer = try await balancer.get("/", "Cookie: S=1.b\r\n")
            #expect(answer.status == status)
            if status == 200 { #expect(answer.text == text) }
        }
    }

    @Test func aMemberThatFailsRestsAndStandbysServe() async throws {
        let configuration = """
            Listen @@listen
            <Proxy balancer://c>
                BalancerMember http://@@dead retry=60
                BalancerMember http://@@1 status=+H
            </Proxy>
            ProxyPass / balancer://c/
            """
        try await withBalancer(configuration, .httpd, servers: [Self.scripts[0]]) { balancer in
            let word = try await Self.word(balancer, 4)
            #expect(word == "aaaa")
            #expect(balancer.count(.requestsSentAgain) == 1, "the dead one was asked once")
        }
    }

    @Test func aRedirectNamesTheServerAsTheClientDoes() async throws {
        let text = HttpdProxyTests.configuration("Redirect /old /new\n\(Self.pass)")
        try await withBalancer(text, .httpd, servers: Self.scripts) { balancer in
            let client = try await balancer.connect()
            try await client.send("GET /old HTTP/1.1\r\nHost: There.test:8080\r\n\r\n")
            let answer = try await client.answer()
            #expect(answer?["location"] == "http://There.test:8080/new")
            client.close()
        }
    }

    @Test(arguments: ["", "Members"])
    func whoCannotBeReachedIsUnavailable(_ kind: String) async throws {
        let pass =
            kind.isEmpty
            ? "ProxyPass / http://@@dead/"
            : "BalancerMember balancer://d http://@@dead\nProxyPass / balancer://d/"
        try await withBalancer("Listen @@listen\n\(pass)", .httpd) { balancer in
            let answer = try await balancer.get("/")
            #expect(answer.status == 503)
        }
        let text = HttpdProxyTests.configuration(Self.pass)
        try await withBalancer(text, .httpd, servers: [closing, closing]) { balancer in
            let answer = try await balancer.get("/")
            #expect(answer.status == 502, "reached, but no answer")
        }
    }

    @Test func withoutAMemberTheServiceIsUnavailable() async throws {
        let configuration = """
            Listen @@listen
            <Proxy balancer://c>
                BalancerMember http://@@dead status=D
            </Proxy>
            ProxyPass / balancer://c/
            """
        try await withBalancer(configuration, .httpd) { balancer in
            let answer = try await balancer.get("/")
            #expect(answer.status == 503)
        }
    }

    @Test func statusesMayCountAsFailures() async throws {
        let configuration = HttpdProxyTests.configuration(
            Self.pass, set: "ProxySet failonstatus=503", first: "retry=60", second: "retry=60")
        let scripts = [answering(rawAnswer(503, "bad")), Self.scripts[1]]
        try await withBalancer(configuration, .httpd, servers: scripts) { balancer in
            let word = try await Self.word(balancer, 4)
            #expect(word == "badbbb", "the answer is passed on, then its member rests")
        }
    }

    @Test(arguments: [
        ("Order Allow,Deny\nAllow from all", 200), ("Order Deny,Allow\nDeny from all", 403),
        ("Order Allow,Deny", 403), ("Order Allow,Deny\nAllow from 127.0.0.1", 200),
        ("Order Allow,Deny\nAllow from 10.0.0.0/8", 403),
        ("Order Deny,Allow\nDeny from 127", 403),
        ("Order Deny,Allow\nDeny from all\nAllow from 127.0.0.0/255.0.0.0", 200),
        ("Order Allow,Deny\nAllow from all\nDeny from 127.0.0.1", 403),
        ("Require all granted", 200), ("Require all denied", 403), ("Require local", 200),
        ("Require ip 10 127.0.0", 200), ("Require ip 10.1", 403),
    ])
    func whoMayComeInIsAskedAsInHttpd(_ lines: String, _ status: Int) async throws {
        for section in ["<Location />", "<Proxy *>"] {
            let end = section == "<Proxy *>" ? "</Proxy>" : "</Location>"
            let text = HttpdProxyTests.configuration("\(Self.pass)\n\(section)\n\(lines)\n\(end)")
            try await withBalancer(text, .httpd, servers: Self.scripts) { balancer in
                let answer = try await balancer.get("/")
                #expect(answer.status == status, "\(section)")
            }
        }
    }

    @Test func hostsHaveTheirOwnPasses() async throws {
        let configuration = """
            Listen @@listen
            <VirtualHost *:*>
                ServerName one.test
                ServerAlias uno.test *.one.test
                ProxyPass / http://@@1/
            </VirtualHost>
            <VirtualHost *:*>
                ServerName two.test
                ProxyPass / http://@@2/
            </VirtualHost>
            """
        try await withBalancer(configuration, .httpd, servers: Self.scripts) { balancer in
            for (host, expected) in [
                ("one.test", "a"), ("UNO.test:80", "a"), ("x.one.test", "a"), ("two.test", "b"),
                ("nobody", "a"),
            ] {
                let client = try await balancer.connect()
                try await client.send("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                let answer = try await client.answer()
                #expect(answer?.text == expected, "\(host)")
                client.close()
            }
        }
    }

    @Test(arguments: [
        ("Redirect /old http://new.test/now", "/old/x", 302, "http://new.test/now/x"),
        ("Redirect permanent /old http://new.test/", "/old", 301, "http://new.test/"),
        ("Redirect 301 /old /new", "/old/a?q=1", 301, "http://test/new/a?q=1"),
        ("RedirectMatch ^/o(.)d$ http://new.test/$1", "/old", 302, "http://new.test/l"),
    ])
    func pathsMayBeMoved(
        _ line: String, _ target: String, _ status: Int, _ location: String
    ) async throws {
        let text = HttpdProxyTests.configuration("\(line)\n\(Self.pass)")
        try await withBalancer(text, .httpd, servers: Self.scripts) { balancer in
            let answer = try await balancer.get(target)
            #expect(answer.status == status)
            #expect(answer["location"] == location)
            let other = try await balancer.get("/older")
            #expect(other.text == "a")
        }
    }
}
