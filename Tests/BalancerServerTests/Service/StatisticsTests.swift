import Base
import EventLoop
import HTTPTransport
import SystemInterface
import TestSupport
import Testing

@testable import BalancerServer
@testable import DaemonKit

/// What people and scrapers are told: `stub_status`, the control socket's JSON, metrics, draining.
@Suite(.timeLimit(.minutes(1))) struct StatisticsTests {
    private static let configuration = nginx(
        """
        location / { proxy_pass http://u; }
        location /status { stub_status; }
        location /none { return 404; }
        """, http: "upstream u { server @@dead max_fails=1 fail_timeout=60s; server @@1 weight=2; }"
    )
    private static let scripts = [answering(rawAnswer(200, "a"))]

    @Test func theSevenNumbersAreThoseOfNginx() async throws {
        try await withBalancer(Self.configuration, servers: Self.scripts) { balancer in
            let client = try await balancer.connect()
            for _ in 0..<3 {
                try await client.send("GET /none HTTP/1.1\r\nHost: h\r\n\r\n")
                _ = try await client.answer()
            }
            let resting = try await balancer.connect()
            let areOpen = await balancer.waits { balancer.service.statistics.openCount == 2 }
            #expect(areOpen)
            try await client.send("GET /status HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = try await client.answer()
            let lines = [
                "Active connections: 2 ", "server accepts handled requests", " 2 2 4 ",
                "Reading: 0 Writing: 1 Waiting: 1 ", "",
            ]
            #expect(answer?.text == lines.joined(separator: "\n"))
            try await client.send("POST /status HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
            let refused = try await client.answer()
            #expect(refused?.status == 405)
            resting.close()
            client.close()
        }
    }

    @Test func theControlSocketNamesEveryServer() async throws {
        try await withBalancer(Self.configuration, servers: Self.scripts) { balancer in
            for _ in 0..<3 { _ = try await balancer.get("/") }
            let peer = ControlPeer(
                process: 1, user: 0, groups: [0], owner: 0, privilegedGroup: nil)
            let answer = await balancer.daemon.control.answer(
                ControlRequest(
                    method: "GET", path: "/v1/upstreams", query: [], body: [], peer: peer))
            let text = String(decoding: answer.bytes, as: UTF8.self)
            #expect(answer.status == 200)
            for part in [
                #""name":"u""#, #""address":"\#(balancer.deadName)","state":"failed""#,
                #""address":"\#(balancer.servers[0].name)","state":"up""#, #""weight":2"#,
                #""requests":3"#, #""failures":1"#,
            ] { #expect(text.contains(part), "\(part) in \(text)") }
            let status = await balancer.service.status()
            #expect(status.listening == [balancer.address])
            #expect(status.summary.hasPrefix("1 of 2 servers up, "))
            #expect(status.warnings == ["u: \(balancer.deadName) fails and is left alone"])
        }
    }

    @Test func metricsCountWhatHappened() async throws {
        try await withBalancer(Self.configuration, servers: Self.scripts) { balancer in
            for target in ["/", "/", "/none"] { _ = try await balancer.get(target) }
            let bad = try await balancer.connect()
            try await bad.send("nonsense\r\n\r\n")
            _ = try await bad.answer()
            let output = ByteBuffer()
            balancer.daemon.metrics.write(to: output)
            let lines = output.bytes.makeString().split(separator: "\n").map(String.init)
            let server = balancer.servers[0].name
            for line in [
                "holdfast_requests_total 3", "holdfast_requests_rejected_total 1",
                "holdfast_connections_total 4", #"holdfast_answers_total{class="2xx"} 2"#,
                #"holdfast_answers_total{class="4xx"} 2"#,
                "holdfast_requests_sent_again_total 1", "holdfast_answers_cut_total 0",
                #"holdfast_peer_requests_total{peer="\#(server)",upstream="u"} 2"#,
                #"holdfast_peer_up{peer="\#(balancer.deadName)",upstream="u"} 0"#,
                #"holdfast_peer_failures_total{peer="\#(balancer.deadName)",upstream="u"} 1"#,
                #"holdfast_peer_active{peer="\#(server)",upstream="u"} 0"#,
            ] { #expect(lines.contains(line), "\(line)") }
        }
    }

    @Test func aDrainFinishesWhatHasBegun() async throws {
        let script: ScriptedServer.Script = { peer, _, server in
            _ = try await server.request(of: peer)
            try await server.awaitNote(on: peer)
            try await peer.send(rawAnswer(200, "late"))
        }
        try await withBalancer(
            nginx("location / { proxy_pass http://@@1; }"), servers: [script]
        ) { balancer in
            let client = try await balancer.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let hasCome = await balancer.waits { balancer.servers[0].requests.count == 1 }
            #expect(hasCome)
            // Nobody waits for ever: a short time cuts what a longer one lets end.
            balancer.loop.schedule(at: balancer.loop.now + .milliseconds(30)) {
                balancer.servers[0].note("go on")
            }
            let cutCount = await balancer.service.drain(
                deadline: balancer.loop.now + RawConnection.limit)
            #expect(cutCount == 0)
            let answer = try await client.answer()
            #expect(answer?.text == "late" && answer?["connection"] == "close")
            let hasEnded = try await client.hasEnded()
            #expect(hasEnded)
        }
    }

    @Test func clientsBeyondTheLimitAreTurnedAway() async throws {
        let text = nginx("return 200 x;").replacing(
            "events {}", with: "events { worker_connections 2; }")
        try await withBalancer(text) { balancer in
            let limit = balancer.service.published.value.configuration.process.connectionCountMax
            var clients: [RawConnection] = []
            for _ in 0..<limit {
                let client = try await balancer.connect()
                try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                let answer = try await client.answer()
                #expect(answer?.text == "x")
                clients.append(client)
            }
            let surplus = try await balancer.connect()
            let isTurnedAway = try await surplus.hasEnded()
            #expect(isTurnedAway && balancer.count(.connectionsRefused) == 1)
            clients[0].close()
            let hasRoom = await balancer.waits {
                balancer.service.statistics.openCount == limit - 1
            }
            #expect(hasRoom)
            let next = try await balancer.get("/")
            #expect(next.text == "x")
            for client in clients { client.close() }
        }
    }
}
