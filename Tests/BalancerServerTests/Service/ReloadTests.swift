import Base
import LoadBalancing
import SystemInterface
import TestSupport
import Testing

@testable import BalancerServer

/// A configuration is taken anew while requests run: all of it or nothing, and nothing that is
/// known is forgotten.
@Suite(.timeLimit(.minutes(1))) struct ReloadTests {
    private static func configuration(_ server: String, _ members: String, http: String = "")
        -> String
    {
        nginx(server, http: "upstream u { \(members) } \(http)")
    }

    private static let pass = "location / { proxy_pass http://u; }"
    private static let scripts = [
        answering(rawAnswer(200, "a")), answering(rawAnswer(200, "b")),
    ]

    private static func report(_ balancer: TestBalancer) -> [UpstreamGroup.PeerReport] {
        balancer.service.published.value.groups[0].report(now: SystemClock.now())
    }

    @Test func theNewConfigurationIsServedOnOldConnectionsToo() async throws {
        try await withBalancer(nginx("return 200 old;")) { balancer in
            let client = try await balancer.connect()
            for expected in ["old", "new"] {
                try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                let answer = try await client.answer()
                #expect(answer?.text == expected)
                if expected == "old" { try await balancer.reload(nginx("return 200 new;")) }
            }
            client.close()
            #expect(balancer.service.published.number == 2)
        }
    }

    @Test func whatIsKnownOfServersIsKept() async throws {
        let members = "server @@dead max_fails=1 fail_timeout=60s; server @@1;"
        try await withBalancer(
            Self.configuration(Self.pass, members), servers: Self.scripts
        ) { balancer in
            for _ in 0..<4 { _ = try await balancer.get("/") }
            let before = Self.report(balancer)
            #expect(before.map(\.condition) == [.failed, .up])
            // The order and the weights change, and one is added.
            try await balancer.reload(
                Self.configuration(
                    Self.pass,
                    "server @@2; server @@1 weight=2; server @@dead fail_timeout=60s;"))
            let after = Self.report(balancer)
            #expect(after.map(\.condition) == [.up, .up, .failed])
            #expect(after.map(\.state.chosenCount) == [0, 4, 1])
            #expect(after.map(\.state.failedCount) == [0, 0, 1])
            #expect(after.map(\.state.policy.weight) == [1, 2, 1])
            var word = ""
            for _ in 0..<6 { word += try await balancer.get("/").text }
            #expect(word.utf8.count { $0 == UInt8(ascii: "a") } == 4, "\(word)")
        }
    }

    @Test func connectionsToServersOfTheSameGroupStay() async throws {
        let http = "proxy_http_version 1.1; proxy_set_header Connection \"\";"
        let members = "server @@1; keepalive 4;"
        try await withBalancer(
            Self.configuration(Self.pass, members, http: http), servers: Self.scripts
        ) { balancer in
            _ = try await balancer.get("/")
            try await balancer.reload(
                Self.configuration("add_header X-New 1; \(Self.pass)", members, http: http))
            let answer = try await balancer.get("/")
            #expect(answer["x-new"] == "1" && balancer.servers[0].connectionCount == 1)
            try await balancer.reload(
                Self.configuration(Self.pass, "server @@2; keepalive 4;", http: http))
            let moved = try await balancer.get("/")
            #expect(moved.text == "b")
        }
    }

    @Test(arguments: [
        ("nonsense;", "unknown directive \"nonsense\""),
        (nginx("return 200 x;") + "worker_processes 3;", "needs a restart"),
        (nginx("return 200 x;") + "pid @@root/other.pid;", "needs a restart"),
        (nginx("access_log @@root/none/x.log;"), "none/x.log"),
    ])
    func whatCannotBeTakenChangesNothing(_ text: String, _ reason: String) async throws {
        try await withBalancer(nginx("return 200 old;")) { balancer in
            do {
                try await balancer.reload(text)
                Issue.record("\(text) was taken")
            } catch {
                #expect("\(error)".contains(reason), "\(error)")
            }
            let answer = try await balancer.get("/")
            #expect(answer.text == "old" && balancer.service.published.number == 1)
        }
    }

    @Test func aRequestThatRunsEndsUnderItsOwnConfiguration() async throws {
        let script: ScriptedServer.Script = { peer, _, server in
            _ = try await server.request(of: peer)
            try await server.awaitNote(on: peer)
            try await peer.send(rawAnswer(200, "late"))
        }
        try await withBalancer(
            Self.configuration("add_header X-Old 1; \(Self.pass)", "server @@1;"),
            servers: [script]
        ) { balancer in
            let client = try await balancer.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let hasCome = await balancer.waits { balancer.servers[0].requests.count == 1 }
            #expect(hasCome)
            try await balancer.reload(nginx("return 200 new;"))
            balancer.servers[0].note("go on")
            let answer = try await client.answer()
            #expect(answer?.text == "late" && answer?["x-old"] == "1")
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let next = try await client.answer()
            #expect(next?.text == "new")
            client.close()
        }
    }

    @Test func listenersComeAndGo() async throws {
        let both = nginx("listen unix:@@root/second; return 200 both;")
        try await withBalancer(both) { balancer in
            let path = SocketAddress.unix("\(balancer.folder.path)/second")
            let client = try await RawConnection.connect(to: path, on: balancer.loop)
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let first = try await client.answer()
            #expect(first?.text == "both" && first?["connection"] == "keep-alive")
            try await balancer.reload(nginx("return 200 one;"))
            #expect(balancer.service.addresses == [balancer.address])
            // What stands is served once more and told to end.
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let last = try await client.answer()
            #expect(last?.status == 200 && last?["connection"] == "close")
            await #expect(throws: (any Error).self) {
                _ = try await RawConnection.connect(to: path, on: balancer.loop)
            }
            try await balancer.reload(both)
            let again = try await RawConnection.connect(to: path, on: balancer.loop)
            try await again.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = try await again.answer()
            #expect(answer?.text == "both")
            again.close()
        }
    }

    @Test func logsAreOpenedAnew() async throws {
        let text = nginx(
            "access_log @@root/access.log t; return 200 x;", http: "log_format t '$uri';")
        try await withBalancer(text) { balancer in
            _ = try await balancer.get("/one")
            _ = try await balancer.lines(of: "access.log", atLeast: 1)
            try Files.remove("\(balancer.folder.path)/access.log")
            balancer.service.reopenLogs()
            _ = try await balancer.get("/two")
            let lines = try await balancer.lines(of: "access.log", atLeast: 1)
            #expect(lines == ["/two"])
        }
    }
}
