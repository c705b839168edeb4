import Base
import EventLoop
import LoadBalancing
import SystemInterface
import TestSupport
import Testing

@testable import BalancerServer
@testable import DaemonKit

/// Servers made ready, drained, switched off and weighed while requests run.
@Suite(.timeLimit(.minutes(1))) struct ServerOverrideTests {
    private static func text(_ members: String) -> String {
        nginx("location / { proxy_pass http://u; }", http: "upstream u { \(members) }")
    }

    private static let two = text("server @@1; server @@2;")
    private static let scripts = [
        answering(rawAnswer(200, "a")), answering(rawAnswer(200, "b")),
    ]
    private static let root = ControlPeer(
        process: 1, user: 0, groups: [0], owner: 0, privilegedGroup: nil)
    private static let guest = ControlPeer(
        process: 1, user: 1_001, groups: [1_001], owner: 0, privilegedGroup: nil)

    private static func ask(
        _ balancer: TestBalancer, _ method: String, _ server: String, _ body: String = "",
        peer: ControlPeer = root
    ) async -> (status: Int, text: String) {
        let answer = await balancer.daemon.control.answer(
            ControlRequest(
                method: method, path: "/v1/upstreams/u/servers/\(server)", query: [],
                body: Array(body.utf8), peer: peer))
        return (answer.status, String(decoding: answer.bytes, as: UTF8.self))
    }

    private static func word(_ balancer: TestBalancer, count: Int = 6) async throws -> String {
        var word = ""
        for _ in 0..<count { word += try await balancer.get("/").text }
        return word
    }

    @Test(arguments: ["maint", "drain"])
    func whoIsTakenOutGetsNothingUntilItIsReady(state: String) async throws {
        try await withBalancer(Self.two, servers: Self.scripts) { balancer in
            let first = balancer.servers[0].name
            let answer = await Self.ask(
                balancer, "PATCH", first, #"{"state":"\#(state)"}"#)
            #expect(answer.status == 200 && answer.text.contains(#""wanted":"\#(state)""#))
            let drained = try await Self.word(balancer)
            #expect(drained == "bbbbbb")
            // A reload for another reason does not bring it back.
            try await balancer.reload(Self.text("server @@2; server @@1 weight=3;"))
            let reloaded = try await Self.word(balancer)
            #expect(reloaded == "bbbbbb")
            _ = await Self.ask(balancer, "PATCH", first, #"{"state":"ready"}"#)
            let back = try await Self.word(balancer, count: 8)
            #expect(back.filter { $0 == "a" }.count == 6)
        }
    }

    @Test func aWeightCountsFromNowOnAndCanBeGivenBack() async throws {
        try await withBalancer(Self.two, servers: Self.scripts) { balancer in
            let first = balancer.servers[0].name
            let answer = await Self.ask(balancer, "PATCH", first, #"{"weight":3}"#)
            #expect(answer.text.contains(#""weight":3,"configuredWeight":1"#))
            _ = try await Self.word(balancer, count: 4)
            let weighed = try await Self.word(balancer, count: 8)
            #expect(weighed.filter { $0 == "a" }.count == 6)
            let back = await Self.ask(balancer, "DELETE", "\(first)/override")
            #expect(back.status == 200 && !back.text.contains(#""isOverridden":true"#))
            _ = try await Self.word(balancer, count: 4)
            let level = try await Self.word(balancer, count: 8)
            #expect(level.filter { $0 == "a" }.count == 4)
        }
    }

    @Test func whoIsMadeReadyIsTriedAtOnce() async throws {
        let text = Self.text("server @@dead max_fails=1 fail_timeout=600s; server @@2;")
        try await withBalancer(text, servers: Self.scripts) { balancer in
            func condition() -> PeerCondition {
                balancer.service.published.value.groups[0].report(now: SystemClock.now())[0]
                    .condition
            }
            _ = try await Self.word(balancer)
            #expect(condition() == .failed)
            let told = balancer.daemon.events.lines.recent(10).joined()
            #expect(told.contains(#""event":"server_failed""#) && told.contains(#""upstream":"u""#))
            _ = await Self.ask(balancer, "PATCH", balancer.deadName, #"{"state":"ready"}"#)
            #expect(condition() == .up)
        }
    }

    @Test(arguments: [
        (#"{"state":"off"}"#, 400, "state is one of ready, drain, maint"),
        (#"{"weight":0}"#, 400, "weight is a number from 1 to 65535"),
        (#"{"weight":"3"}"#, 400, "weight is a number"), ("", 400, "state or weight is needed"),
        (#"{"colour":"red"}"#, 400, "there is no field colour"),
    ])
    func aWishThatMakesNoSenseIsRefused(body: String, status: Int, part: String) async throws {
        try await withBalancer(Self.two, servers: Self.scripts) { balancer in
            let answer = await Self.ask(balancer, "PATCH", balancer.servers[0].name, body)
            #expect(answer.status == status && answer.text.contains(part), "\(answer)")
            let word = try await Self.word(balancer)
            #expect(word.sorted() == Array("aaabbb"))
        }
    }

    @Test func nobodyElseMayAndUnknownNamesAreNamed() async throws {
        try await withBalancer(Self.two, servers: Self.scripts) { balancer in
            let body = #"{"state":"maint"}"#
            let refused = await Self.ask(
                balancer, "PATCH", balancer.servers[0].name, body, peer: Self.guest)
            #expect(refused.status == 403)
            let unknown = await Self.ask(balancer, "PATCH", "nobody:1", body)
            #expect(unknown.status == 404 && unknown.text.contains(balancer.servers[1].name))
            let word = try await Self.word(balancer)
            #expect(word.sorted() == Array("aaabbb"))
        }
    }
}
