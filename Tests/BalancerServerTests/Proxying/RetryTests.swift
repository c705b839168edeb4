import TestSupport
import Testing

@testable import BalancerServer

/// What happens when servers fail: who is asked again, and what the client is told.
@Suite(.timeLimit(.minutes(1))) struct RetryTests {
    private static let good = answering(rawAnswer(200, "good"))

    private static func configuration(_ lines: String = "", upstream: String = "") -> String {
        nginx(
            "location / { \(lines) proxy_pass http://u; }",
            http: "upstream u { \(upstream) server @@1; server @@2; }")
    }

    /// How a server fails, and the status where nobody else is asked.
    private static let failures: [(name: String, script: ScriptedServer.Script, status: Int)] = [
        ("closes", closing, 502),
        (
            "resets",
            { peer, _, server in
                _ = try await server.request(of: peer)
                peer.reset()
            }, 502
        ),
        (
            "closes within the head",
            { peer, _, server in
                _ = try await server.request(of: peer)
                try await peer.send("HTTP/1.1 200 OK\r\nContent-")
            }, 502
        ),
    ]

    @Test(arguments: Self.failures.indices, ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
    func whatMayBeRepeatedIsAskedElsewhere(_ index: Int, _ method: String) async throws {
        let failure = Self.failures[index]
        try await withBalancer(Self.configuration(), servers: [failure.script, Self.good]) {
            let answer = try await $0.get("/x", method: method)
            #expect(answer.status == 200, "\(failure.name)")
            #expect($0.servers[1].requests.map(\.target) == ["/x"])
            #expect($0.count(.requestsSentAgain) == 1)
        }
    }

    @Test(arguments: Self.failures.indices, ["POST", "PATCH"])
    func whatMayNotBeRepeatedIsNot(_ index: Int, _ method: String) async throws {
        let failure = Self.failures[index]
        try await withBalancer(Self.configuration(), servers: [failure.script, Self.good]) {
            let answer = try await $0.get("/x", method: method, body: "a=b")
            #expect(answer.status == failure.status, "\(failure.name)")
            #expect($0.servers[1].requests.isEmpty)
            #expect($0.count(.requestsNotSentAgain) == 1)
        }
    }

    @Test func whatMayNotBeRepeatedMayBeWhereNothingWasSent() async throws {
        let configuration = nginx(
            "location / { proxy_pass http://u; }",
            http: "upstream u { server @@dead; server @@1; }")
        try await withBalancer(configuration, servers: [Self.good]) { balancer in
            for _ in 0..<3 {
                let answer = try await balancer.get("/", method: "POST", body: "a=b")
                #expect(answer.text == "good")
            }
            #expect(balancer.servers[0].requests.allSatisfy { $0.text == "a=b" })
        }
    }

    @Test func aPostIsRepeatedWhereTheConfigurationSaysSo() async throws {
        let lines = "proxy_next_upstream error non_idempotent;"
        try await withBalancer(Self.configuration(lines), servers: [closing, Self.good]) {
            let answer = try await $0.get("/", method: "POST", body: "a=b")
            #expect(answer.text == "good")
            #expect($0.servers[1].requests.first?.text == "a=b", "with its body")
        }
    }

    @Test func nobodyElseIsAskedWhereThatIsOff() async throws {
        try await withBalancer(
            Self.configuration("proxy_next_upstream off;"), servers: [closing, Self.good]
        ) { balancer in
            let answer = try await balancer.get("/")
            #expect(answer.status == 502 && balancer.servers[1].requests.isEmpty)
        }
    }

    @Test(arguments: [
        ("http_503", 503, true), ("http_404", 404, true), ("http_403", 403, true),
        ("http_500", 500, true), ("http_502", 502, true), ("http_504", 504, true),
        ("http_429", 429, true), ("http_503", 500, false), ("error timeout", 503, false),
    ])
    func statusesAreAskedElsewhereAsConfigured(
        _ condition: String, _ status: Int, _ isTriedElsewhere: Bool
    ) async throws {
        try await withBalancer(
            Self.configuration("proxy_next_upstream \(condition);"),
            servers: [answering(rawAnswer(status, "bad")), Self.good]
        ) { balancer in
            let answer = try await balancer.get("/")
            #expect(answer.status == (isTriedElsewhere ? 200 : status))
            #expect(answer.text == (isTriedElsewhere ? "good" : "bad"))
        }
    }

    @Test func theLastServersAnswerIsPassedOnWhateverItIs() async throws {
        try await withBalancer(
            Self.configuration("proxy_next_upstream http_503;"),
            servers: [answering(rawAnswer(503, "one")), answering(rawAnswer(503, "two"))]
        ) { balancer in
            let answer = try await balancer.get("/")
            #expect(answer.status == 503 && answer.text == "two")
        }
    }

    @Test func noMoreTriesAreMadeThanConfigured() async throws {
        let configuration = nginx(
            "location / { proxy_next_upstream_tries 2; proxy_pass http://u; }",
            http: "upstream u { server @@1; server @@2; server @@3; }")
        try await withBalancer(configuration, servers: [closing, closing, Self.good]) {
            let answer = try await $0.get("/")
            #expect(answer.status == 502)
            #expect($0.servers.map(\.requests.count) == [1, 1, 0])
        }
    }

    @Test func aSilentServerIsATimeout() async throws {
        let silent: ScriptedServer.Script = { peer, _, server in
            _ = try await server.request(of: peer)
            _ = try await peer.rest()
        }
        try await withBalancer(
            Self.configuration("proxy_read_timeout 40ms;"), servers: [silent, silent]
        ) { balancer in
            let answer = try await balancer.get("/")
            #expect(answer.status == 504)
            #expect(balancer.servers.map(\.requests.count) == [1, 1])
        }
        try await withBalancer(
            Self.configuration("proxy_read_timeout 40ms; proxy_next_upstream_timeout 20ms;"),
            servers: [silent, Self.good]
        ) { balancer in
            let answer = try await balancer.get("/")
            #expect(answer.status == 504, "there is no time for another server")
            #expect(balancer.servers[1].requests.isEmpty)
        }
    }

    @Test(arguments: ["", "invalid_header"])
    func whatIsNoHTTPIsAFailureOfItsOwnKind(_ condition: String) async throws {
        let lines = condition.isEmpty ? "" : "proxy_next_upstream \(condition);"
        try await withBalancer(
            Self.configuration(lines), servers: [answering("hello\r\n\r\n"), Self.good]
        ) { balancer in
            let answer = try await balancer.get("/")
            #expect(answer.status == (condition.isEmpty ? 502 : 200))
        }
    }

    @Test func aFailedServerIsLeftAloneAndBackupsServe() async throws {
        let configuration = nginx(
            "location / { proxy_pass http://u; }",
            http: "upstream u { server @@dead; server @@1 backup; }")
        try await withBalancer(configuration, servers: [Self.good]) { balancer in
            for _ in 0..<5 {
                let answer = try await balancer.get("/")
                #expect(answer.text == "good")
            }
            #expect(balancer.count(.requestsSentAgain) == 1, "the dead one was asked once")
        }
    }

    @Test func withoutAnyServerTheClientIsTold() async throws {
        let configuration = nginx(
            "location / { proxy_pass http://u; }", http: "upstream u { server @@dead down; }")
        try await withBalancer(configuration) { balancer in
            let answer = try await balancer.get("/")
            #expect(answer.status == 502)
            #expect(balancer.count(.noLiveServer) == 1)
        }
    }

    @Test func aKeptConnectionThatHasEndedIsNoFailureOfItsServer() async throws {
        let script: ScriptedServer.Script = { peer, number, server in
            _ = try await server.request(of: peer)
            try await peer.send(rawAnswer(200, "\(number)"))
            // The first connection ends when its second request is there.
            if number == 1 { _ = try await server.request(of: peer) }
        }
        let configuration = nginx(
            "location / { proxy_http_version 1.1; proxy_set_header Connection \"\";"
                + " proxy_pass http://u; }",
            http: "upstream u { server @@1; keepalive 4; }")
        try await withBalancer(configuration, servers: [script]) { balancer in
            let first = try await balancer.get("/")
            let second = try await balancer.get("/")
            #expect(first.text == "1" && second.text == "2")
            #expect(balancer.count(.requestsSentAgain) == 0)
            #expect(balancer.servers[0].requests.count == 3)
        }
    }
}
