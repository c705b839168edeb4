import FoundationEssentials
import Testing

@testable import ControlCommands

/// What a doctor finds in given facts; a cluster that is well gives no finding.
struct DoctorRulesTests {
    private static func facts(_ changes: [String: String] = [:]) throws -> DoctorFacts {
        var texts = [
            "n1": #"{"daemon":"cached","listening":["127.0.0.1:11211"],"state":"running"}"#,
            "lb": #"""
            {"daemon":"balancerd","balancer":{"upstreams":[{"name":"u","affinity":"route",
            "peers":[{"name":"a:1","address":"a:1","state":"up","route":"r1","wanted":"ready"},
            {"name":"b:1","address":"b:1","state":"up","route":"r2","wanted":"ready"}]}]}}
            """#,
            "s1": #"""
            {"daemon":"sessiond","listening":["a:1"],"sessions":{"copiesMissing":0,"localOnly":0,
            "nodes":[{"id":"n1","state":"up","failover":false},{"id":"n2","state":"up",
            "failover":false}]},"contexts":[{"path":"/t","sticky":true,"route":"r1"}]}
            """#,
        ]
        for (name, text) in changes { texts[name] = text }
        var facts = DoctorFacts()
        for name in texts.keys.sorted() {
            let text = texts[name] ?? ""
            let status = try? JSONDecoder().decode(StatusReport.self, from: Data(text.utf8))
            facts.daemons.append((name, status, status == nil ? "\(name): gone" : ""))
        }
        return facts
    }

    private static func rules(_ facts: DoctorFacts) -> [String] {
        DoctorRules.findings(facts).map(\.rule)
    }

    @Test func whoIsWellGetsNoFinding() throws {
        var facts = try Self.facts()
        facts.caches = [
            .init(
                name: "n1",
                statistics: [
                    "get_hits": "9000", "get_misses": "1000", "cmd_set": "100", "evictions": "5",
                    "curr_connections": "10", "max_connections": "1024",
                ], secondsAhead: 1)
        ]
        #expect(Self.rules(facts) == [])
    }

    private static let caches: [(statistics: [String: String], ahead: Int, rules: [String])] = [
        (["get_hits": "790", "get_misses": "210"], 0, ["low_hit_rate"]),
        (["get_hits": "79", "get_misses": "21"], 0, []),
        (["evictions": "11", "cmd_set": "100"], 0, ["evictions"]),
        (["rejected_connections": "1"], 0, ["connections_refused"]),
        (["listen_disabled_num": "1"], 0, ["connections_refused"]),
        (["curr_connections": "90", "max_connections": "100"], 0, ["connections_near_limit"]),
        (
            ["store_too_large": "1", "store_no_memory": "2"], 0,
            ["store_no_memory", "store_too_large"]
        ),
        ([:], 3, ["clock_skew"]), ([:], -3, ["clock_skew"]), ([:], 2, []),
    ]

    @Test(arguments: caches.indices) func aCacheIsJudgedByItsNumbers(index: Int) throws {
        var facts = try Self.facts()
        let (statistics, ahead, rules) = Self.caches[index]
        facts.caches = [.init(name: "n1", statistics: statistics, secondsAhead: ahead)]
        #expect(Self.rules(facts) == rules)
    }

    private static func link(_ state: String, _ more: String = "", waiting: Int = 0) -> String {
        """
        {"isEnabled":true,"logCountMax":1000,"links":[{"peer":"10.0.0.2:11212","direction":"to",
        "state":"\(state)","waiting":\(waiting),"items":0,"deletions":0,"flushes":0,
        "passedOver":0,"copies":0,"overflows":0,"connects":1\(more)}]}
        """
    }

    private static let replications: [(text: String, rules: [String])] = [
        (#"{"isEnabled":false}"#, []), (#"{"isEnabled":true,"links":[]}"#, ["no_replica"]),
        (link("streaming"), []), (link("streaming", waiting: 800), []),
        (link("streaming", waiting: 801), ["replica_queue_near_limit"]),
        (link("streaming", #","lagSeconds":5.0"#, waiting: 1), []),
        (link("streaming", #","lagSeconds":6.5"#, waiting: 1), ["replica_behind"]),
        (link("copying"), ["replica_copying"]), (link("dialing"), ["replica_away"]),
        (link("waiting", #","problem":"connection refused""#, waiting: 7), ["replica_away"]),
    ]

    @Test(arguments: replications.indices)
    func aReplicaIsJudgedByItsLink(index: Int) throws {
        var facts = try Self.facts()
        let (text, rules) = Self.replications[index]
        facts.replications = [
            ("n1", try JSONDecoder().decode(ReplicationStatus.self, from: Data(text.utf8)))
        ]
        #expect(Self.rules(facts) == rules)
    }

    private static func upstream(_ affinity: String, _ peers: String) -> String {
        #"{"daemon":"balancerd","balancer":{"upstreams":[{"name":"u","affinity":""#
            + #"\#(affinity)","peers":[\#(peers)]}]}}"#
    }

    /// A balancer that takes 100 connections.
    private static func limited(connections: Int, refused: Int) -> String {
        #"{"daemon":"balancerd","balancer":{"upstreams":[],"connectionLimit":100,"#
            + #""connections":\#(connections),"connectionsRefused":\#(refused)}}"#
    }

    private static func sessions(_ nodes: String, _ rest: String = "") -> String {
        #"{"daemon":"sessiond","sessions":{"nodes":[\#(nodes)]\#(rest)}}"#
    }

    private static let first = #"{"name":"a:1","address":"a:1","state":"up","route":"r1"}"#
    private static let node = #"{"id":"n1","state":"up","failover":false}"#
    private static let daemons: [(name: String, text: String, rules: [String])] = [
        ("n1", "", ["silent"]),
        (
            "n1", #"{"daemon":"cached","warnings":["the last reload was refused: x"]}"#,
            ["reload_refused"]
        ),
        ("n1", #"{"daemon":"cached","state":"draining"}"#, ["draining"]),
        ("lb", limited(connections: 80, refused: 0), []),
        ("lb", limited(connections: 90, refused: 0), ["connections_near_limit"]),
        ("lb", limited(connections: 1, refused: 2), ["connections_refused"]),
        (
            "lb",
            upstream("none", first + #",{"name":"b:1","address":"b:1","state":"up"}"#),
            ["sticky_without_affinity"]
        ),
        (
            "lb",
            upstream("route", #"{"name":"a:1","address":"a:1","state":"up","route":"other"}"#),
            ["unknown_route"]
        ),
        (
            "lb",
            upstream("route", first + #",{"name":"b:1","address":"b:1","state":"failed"}"#),
            ["server_failed", "last_server"]
        ),
        (
            "lb",
            upstream(
                "route",
                #"{"name":"a:1","address":"a:1","state":"down","route":"r1","#
                    + #""isOverridden":true,"wanted":"maint"}"#),
            ["no_server", "server_taken_out"]
        ),
        ("s1", sessions(""), ["no_cache"]), ("s1", sessions(node), ["no_backup"]),
        (
            "s1", sessions(node + #",{"id":"n2","state":"up","failover":true}"#),
            ["failover_leaves_no_backup"]
        ),
        (
            "s1", sessions(node + #",{"id":"n2","state":"down","failover":false}"#), ["cache_down"]
        ),
        (
            "s1",
            sessions(
                node + "," + node, #","copiesMissing":2,"localOnly":1"#),
            ["local_only", "copies_missing"]
        ),
        (
            "s1",
            #"{"daemon":"sessiond","listening":["a:1"],"contexts":[{"path":"/t","sticky":true,"#
                + #""route":""}]}"#, ["no_route"]
        ),
    ]

    @Test(arguments: daemons.indices) func aDaemonIsJudgedByItsStatus(index: Int) throws {
        let (name, text, rules) = Self.daemons[index]
        let findings = DoctorRules.findings(try Self.facts([name: text]))
        #expect(findings.map(\.rule) == rules)
        #expect(findings.allSatisfy { !$0.advice.isEmpty && !$0.what.isEmpty })
        #expect(findings.map(\.weight) == findings.map(\.weight).sorted(by: >))
    }

    @Test func theMachineIsLookedAtToo() throws {
        var facts = try Self.facts()
        facts.changedFiles = [.init(name: "lb", path: "/etc/x")]
        facts.portHolder = .init(port: 11_211, program: "memcached", process: 7)
        facts.isRestricted = true
        #expect(Self.rules(facts) == ["port_taken", "configuration_changed", "restricted"])
        let port = DoctorRules.findings(facts)[0]
        #expect(port.what.contains("held by memcached, process 7"))
    }

    @Test func aListenerIsFoundInTheKernelsTable() {
        let rest = " 00000000:00000000 00:00000000 00000000 0 0 "
        let text = """
              sl  local_address rem_address st tx_queue rx_queue tr tm->when retrnsmt uid
               0: 0100007F:2BCB 00000000:0000 0A\(rest)4711 1 0
               1: 0100007F:2BCB 0100007F:8000 01\(rest)4712 1 0
               2: 00000000:0050 00000000:0000 0A\(rest)4713 1 0
            """
        #expect(PortSearch.inodes(listeningAt: 11_211, in: text) == [4711])
        #expect(PortSearch.inodes(listeningAt: 80, in: text) == [4713])
        #expect(PortSearch.inodes(listeningAt: 81, in: text) == [])
    }

    @Test(arguments: [
        ("a b c", 3, ["a b", " c"]), ("abcdef g", 3, ["abcdef", " g"]), ("", 3, [""]),
    ])
    func textIsWrapped(text: String, width: Int, lines: [String]) {
        #expect(Wrapping.lines(text, width: width, indent: 1) == lines)
    }
}
