import Base
import FoundationEssentials
import Testing

@testable import ControlCommands

/// What `ctl top` shows for given answers, and what its keys do.
struct TopModelTests {
    private static func daemon(
        _ name: String, _ json: String, _ numbers: [String: Double] = [:]
    ) throws -> TopSample.Daemon {
        let status = try JSONDecoder().decode(StatusReport.self, from: Data(json.utf8))
        return TopSample.Daemon(name: name, status: status, numbers: numbers)
    }

    private static func interval() throws -> TopInterval {
        let cache = #"""
            {"daemon":"cached","pid":7,"state":"running","cache":{"items":3,"bytes":512,
            "limitBytes":1024,"connections":4,"getHits":3,"getMisses":1}}
            """#
        let balancer = #"""
            {"daemon":"balancerd","pid":8,"state":"running","warnings":["something"],"balancer":
            {"upstreams":[{"name":"u","peers":[{"name":"a:1","address":"a:1","state":"up",
            "requests":30},{"name":"b:1","address":"b:1","state":"failed","requests":9}]}]}}
            """#
        let hit = #"memcached_commands_total{command="get",status="hit"}"#
        let miss = #"memcached_commands_total{command="get",status="miss"}"#
        let peer = #"holdfast_peer_requests_total{peer="a:1",upstream="u"}"#
        let before = TopSample(
            nanoseconds: 1_000_000_000,
            daemons: [
                try Self.daemon(
                    "n1", cache, [hit: 10, miss: 0, "process_cpu_seconds_total": 1]),
                try Self.daemon("lb", balancer, [peer: 10, "holdfast_requests_total": 100]),
            ])
        let now = TopSample(
            nanoseconds: 3_000_000_000,
            daemons: [
                try Self.daemon(
                    "n1", cache, [hit: 20, miss: 2, "process_cpu_seconds_total": 1.5]),
                try Self.daemon("lb", balancer, [peer: 30, "holdfast_requests_total": 90]),
                TopSample.Daemon(name: "dead", status: nil),
            ])
        return TopInterval(before: before, now: now)
    }

    private static func texts(_ model: inout TopModel, rows: Int = 24) throws -> [Line] {
        model.lines(try Self.interval(), columns: 80, rows: rows)
    }

    @Test func ratesAreThoseBetweenTwoSamples() throws {
        let interval = try Self.interval()
        let (cache, balancer) = (interval.now.daemons[0], interval.now.daemons[1])
        #expect(interval.rate("process_cpu_seconds_total", of: cache) == 0.25)
        // A number that went down belongs to another life.
        #expect(interval.rate("holdfast_requests_total", of: balancer) == nil)
        #expect(interval.rate("nothing", of: cache) == nil)
        #expect(TopInterval(before: nil, now: interval.now).rate("x", of: cache) == nil)
    }

    @Test func eachTableShowsItsThings() throws {
        var model = TopModel(interval: .seconds(2))
        let daemons = try Self.texts(&model)
        #expect(daemons[0].text.contains("[1 daemons]") && daemons[0].text.contains("every 2.0 s"))
        #expect(daemons[2].look == .reversed && daemons[2].text.hasPrefix("NAME"))
        #expect(daemons[3].text.hasPrefix("n1    cached     running  25.0"))
        #expect(daemons[4].text.hasSuffix("something"))
        #expect(daemons[5].look == .alarming && daemons[5].text.contains("silent"))
        #expect(model.press(.character("2")) == .draw)
        let caches = try Self.texts(&model)
        #expect(caches[3].text.hasPrefix("n1        3  512 B    50     4    75    6.0"))
        #expect(model.press(.tab) == .draw)
        let servers = try Self.texts(&model)
        #expect(servers[3].text.contains("10.0") && servers[3].look == .plain)
        #expect(servers[4].look == .alarming)
        #expect(model.press(.character("4")) == .sample && model.view == .sessions)
        #expect(try Self.texts(&model)[2].text == "no sessions")
        #expect(daemons.allSatisfy { $0.text.count <= 80 })
    }

    @Test func keysSortAndTurnRound() throws {
        var model = TopModel(interval: .seconds(2))
        _ = model.press(.character("3"))
        func order() throws -> [String] {
            try Self.texts(&model).dropFirst(3).map { String($0.text.dropFirst(10).prefix(3)) }
        }
        #expect(try order() == ["a:1", "b:1"])
        _ = model.press(.character("<"))
        _ = model.press(.character("<"))
        #expect(try Self.texts(&model)[0].text.contains("by TOTAL"))
        #expect(try order() == ["a:1", "b:1"])
        _ = model.press(.character("r"))
        #expect(try order() == ["b:1", "a:1"])
        _ = model.press(.character(">"))
        #expect(try Self.texts(&model)[0].text.contains("by FAIL"))
    }

    @Test func keysHelpPauseScrollAndEnd() throws {
        var model = TopModel(interval: .seconds(2))
        _ = model.press(.character("h"))
        #expect(try Self.texts(&model)[0].text.hasPrefix("ctl top: the daemons"))
        #expect(model.press(.character("q")) == .draw)
        _ = model.press(.character("p"))
        #expect(model.isPaused)
        #expect(try Self.texts(&model)[0].text.contains("PAUSED"))
        _ = model.press(.down)
        #expect(try Self.texts(&model, rows: 5)[3].text.hasPrefix("lb"))
        for _ in 0..<9 { _ = model.press(.pageDown) }
        #expect(try Self.texts(&model, rows: 5).count == 5)
        for _ in 0..<20 { _ = model.press(.character("-")) }
        #expect(model.interval == TopModel.intervalMin)
        for _ in 0..<20 { _ = model.press(.character("+")) }
        #expect(model.interval == TopModel.intervalMax)
        #expect(model.press(.character("q")) == .quit && model.press(.control("c")) == .quit)
    }

    @Test(arguments: [3, 5, 24]) func noScreenIsTooSmall(rows: Int) throws {
        var model = TopModel(interval: .seconds(2))
        #expect(try Self.texts(&model, rows: rows).count <= max(rows, 4))
    }
}
