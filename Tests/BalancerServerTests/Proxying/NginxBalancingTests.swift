import BalancerServer
import TestSupport
import Testing

/// Groups in nginx's language at work: methods, sticky routes, limits, who may come in.
@Suite(.timeLimit(.minutes(1))) struct NginxBalancingTests {
    private static let scripts = ["a", "b", "c"].map { answering(rawAnswer(200, $0)) }

    private static func withGroup(
        _ upstream: String, http: String = "", location: String = "",
        _ body: @escaping @Sendable (TestBalancer) async throws -> Void
    ) async throws {
        try await withBalancer(
            nginx(
                "location / { \(location) proxy_pass http://u; }",
                http: "\(http) upstream u { \(upstream) }"), servers: Self.scripts, body)
    }

    private static func word(
        _ balancer: TestBalancer, _ targets: [String], _ fields: String = ""
    ) async throws -> String {
        var word = ""
        for target in targets { word += try await balancer.get(target, fields).text }
        return word
    }

    @Test func weightsInterleave() async throws {
        try await Self.withGroup("server @@1 weight=5; server @@2; server @@3;") { balancer in
            let word = try await Self.word(balancer, Array(repeating: "/", count: 7))
            #expect(word == "aabacaa")
        }
    }

    @Test(arguments: ["hash $arg_k;", "hash $arg_k consistent;", "hash $uri$arg_k;"])
    func oneKeyHasOneServer(_ method: String) async throws {
        try await Self.withGroup("\(method) server @@1; server @@2; server @@3;") { balancer in
            var servers: Set<String> = []
            for key in 0..<20 {
                let word = try await Self.word(balancer, Array(repeating: "/?k=\(key)", count: 3))
                #expect(Set(word).count == 1, "\(word)")
                servers.insert(word)
            }
            #expect(servers.count > 1, "not all keys have the same")
        }
    }

    @Test func oneAddressHasOneServer() async throws {
        try await Self.withGroup("ip_hash; server @@1; server @@2; server @@3;") { balancer in
            let word = try await Self.word(balancer, Array(repeating: "/", count: 5))
            #expect(Set(word).count == 1 && word.utf8.count == 5, "\(word)")
        }
    }

    @Test(arguments: [
        ("/", "Cookie: JSESSIONID=1A-n1.r2\r\n", "bbb"), ("/x;jsessionid=1A.r3", "", "ccc"),
        ("/", "Cookie: JSESSIONID=1A\r\n", "abc"), ("/", "Cookie: JSESSIONID=1A.r9\r\n", "abc"),
        ("/x;jsessionid=1A.r3", "Cookie: JSESSIONID=1A.r2\r\n", "bbb"),
    ])
    func routesAreFollowed(
        _ target: String, _ fields: String, _ expected: String
    ) async throws {
        let maps = #"""
            map $cookie_JSESSIONID $by_cookie { ~\.(?<c>\w+)$ $c; }
            map $request_uri $by_path { "~;jsessionid=[^?]*\.(?<p>\w+)" $p; }
            """#
        try await Self.withGroup(
            "sticky route $by_cookie $by_path;"
                + "server @@1 route=r1; server @@2 route=r2; server @@3 route=r3;", http: maps
        ) { balancer in
            let word = try await Self.word(
                balancer, Array(repeating: target, count: 3), fields)
            #expect(word == expected)
        }
    }

    @Test func aSessionWhoseServerFailsMovesAndComesBackOnlyForATrial() async throws {
        try await Self.withGroup(
            "sticky route $arg_r; server @@dead route=r1 fail_timeout=60s; server @@2 route=r2;"
        ) { balancer in
            let word = try await Self.word(balancer, Array(repeating: "/?r=r1", count: 3))
            #expect(word == "bbb")
            #expect(balancer.count(.requestsSentAgain) == 1, "the dead one was asked once")
        }
    }

    @Test(arguments: [
        ("allow 127.0.0.1; deny all;", 200), ("deny 127.0.0.0/8;", 403), ("deny all;", 403),
        ("allow 10.0.0.0/8; deny all;", 403), ("deny 127.0.0.2; allow all;", 200),
        ("allow ::1; deny all;", 403), ("deny unix:;", 200),
    ])
    func whoMayComeInIsAskedInTheirOrder(_ rules: String, _ status: Int) async throws {
        try await Self.withGroup("server @@1;", location: rules) { balancer in
            let answer = try await balancer.get("/")
            #expect(answer.status == status)
        }
    }

    @Test func aServerTakesNoMoreRequestsThanItMay() async throws {
        let slow: ScriptedServer.Script = { peer, _, server in
            _ = try await server.request(of: peer)
            try await server.awaitNote(on: peer)
            try await peer.send(rawAnswer(200, "slow"))
        }
        let text = nginx(
            "location / { proxy_pass http://u; }",
            http: "upstream u { server @@1 max_conns=1 weight=9; server @@2; }")
        try await withBalancer(text, servers: [slow, Self.scripts[1]]) { balancer in
            let client = try await balancer.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let hasCome = await balancer.waits { balancer.servers[0].requests.count == 1 }
            #expect(hasCome)
            let word = try await Self.word(balancer, ["/", "/", "/"])
            #expect(word == "bbb")
            balancer.servers[0].note("go on")
            let answer = try await client.answer()
            #expect(answer?.text == "slow")
            let next = try await balancer.get("/")
            #expect(next.text == "slow")
            client.close()
        }
    }
}
