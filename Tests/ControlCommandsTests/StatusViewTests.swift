import FoundationEssentials
import Testing

@testable import ControlCommands

/// What `ctl status` prints for given answers.
struct StatusViewTests {
    private static func status(_ name: String, _ json: String) throws -> StatusView.Status {
        let report = try JSONDecoder().decode(StatusReport.self, from: Data(json.utf8))
        return (ControlSocket(name: name, path: "/tmp/\(name).sock"), .success(report))
    }

    @Test func showsAllDaemonsInOneTable() throws {
        let lines = StatusView.lines([
            try Self.status(
                "n1",
                #"""
                {"daemon":"cached","state":"running","uptimeSeconds":61,
                "listening":["127.0.0.1:11211"],
                "cache":{"items":3,"bytes":2048,"limitBytes":67108864,"getHits":3,"getMisses":1}}
                """#),
            try Self.status(
                "node4",
                #"""
                {"daemon":"sessiond","state":"draining","uptimeSeconds":7300,"sessions":{"active":2,
                "copiesMissing":1,"localOnly":0,"nodes":[{"id":"n1","state":"up"},
                {"id":"n2","address":"127.0.0.1:11212","state":"down"}]}}
                """#),
            try Self.status(
                "balancer",
                #"""
                {"daemon":"balancerd","uptimeSeconds":1,"balancer":{"requests":9,
                "upstreams":[{"name":"tcsrvs",
                "peers":[{"address":"127.0.0.1:8084","state":"up"},
                {"address":"127.0.0.1:8085","state":"failed"}]}]}}
                """#),
            (
                ControlSocket(name: "n2", path: "/tmp/n2.sock"),
                .failure(CommandFailure(description: "n2: not reachable"))
            ),
        ])
        #expect(
            lines == [
                "NAME      DAEMON     STATE     SINCE  WHAT",
                "n1        cached     running   61 s   3 items, 2.0 KiB of 64.0 MiB, 75 % hits",
                "node4     sessiond   draining  2 h    2 sessions, copies missing: 1, caches: n1",
                "balancer  balancerd  running   1 s    1 of 2 servers up, 9 requests",
                "n2        ?          silent    -",
                "",
                "copies missing: 1",
                "",
                "node4: cache node n2 (127.0.0.1:11212) is down",
                "balancer: 127.0.0.1:8085 of tcsrvs has failed and is left out",
                "n2: not reachable",
            ])
    }

    @Test func saysWhenSessionsAreLocalOnly() throws {
        let lines = StatusView.lines([
            try Self.status("node4", #"{"daemon":"sessiond","sessions":{"localOnly":2}}"#)
        ])
        #expect(lines.last == "node4: 2 sessions are local only: no cache can be reached")
    }

    @Test(arguments: [
        (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_572_864, "1.5 MiB"),
        (5_368_709_120, "5.0 GiB"),
    ])
    func writesSizes(count: Int, expected: String) { #expect(Humane.bytes(count) == expected) }

    @Test(arguments: [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (172_800, "2 d")])
    func writesDurations(seconds: Int, expected: String) {
        #expect(Humane.duration(seconds: seconds) == expected)
    }

    @Test func alignsNumbersToTheRight() {
        var table = TextTable(["A", "N"], rightAligned: [1])
        table.add(["long", "1"])
        table.add(["x", "200"])
        #expect(table.lines() == ["A       N", "long    1", "x     200"])
    }

    @Test(arguments: [
        ("# c\n-m 64\n", ConfigurationKind.cached), ("worker_processes 2;\n", .nginx),
        ("http {\n", .nginx), ("Listen 80\n", .httpd), ("<Proxy balancer://x>\n", .httpd),
        ("", .nginx),
    ])
    func seesWhoseFileItIs(text: String, expected: ConfigurationKind) {
        #expect(ConfigurationKind.guess(text) == expected)
    }

    @Test(arguments: [
        ("/run/holdfast/cached.sock", "cached"), ("n1.control", "n1"), ("/a/b", "b"),
    ])
    func namesInstancesAfterTheirSockets(path: String, expected: String) {
        #expect(ControlSockets.instanceName(path) == expected)
    }
}
