import Testing

@testable import Sessions

/// The Manager's attributes: what is honoured, replaced and refused.
struct SettingsTests {
    private static let manager = (
        name: "className", value: "de.javakaffee.web.msm.MemcachedBackupSessionManager"
    )

    private func read(
        _ attributes: [(String, String)]
    ) throws -> SessionManagerConfiguration {
        try SessionManagerSettings.read(
            [Self.manager] + attributes.map { (name: $0.0, value: $0.1) })
    }

    @Test(arguments: [
        ("127.0.0.1:11211", "", ["nil 127.0.0.1:11211"]),
        ("n1:127.0.0.1:11211", "", ["n1 127.0.0.1:11211"]),
        ("n1:a:11211,n2:b:11212", "n1", ["n1 a:11211 failover", "n2 b:11212"]),
        ("n1:a:1 n2:b:2\n n_3:c:3", "n1 n_3", ["n1 a:1 failover", "n2 b:2", "n_3 c:3 failover"]),
        (
            "n1:unix:/run/a.sock,n2:unix:/run/b.sock", "",
            ["n1 unix:/run/a.sock", "n2 unix:/run/b.sock"]
        ),
        ("n1:[::1]:11211", "", ["n1 [::1]:11211"]),
        ("[::1]:11211", "", ["nil [::1]:11211"]),
        ("unix:/run/a.sock", "", ["nil unix:/run/a.sock"]),
    ])
    func readsNodes(_ nodes: String, _ failover: String, _ expected: [String]) throws {
        let read = try MemcachedNodes(memcachedNodes: nodes, failoverNodes: failover)
        let shown = read.nodes.map {
            "\($0.id ?? "nil") \($0.address)\($0.isFailover ? " failover" : "")"
        }
        #expect(shown == expected)
    }

    @Test(arguments: [
        ("", "", SessionSettingsError.noNodes), (" , ", "", .noNodes),
        ("n1:a:1,b:2", "", .malformedNode("b:2")), ("n1:a", "", .malformedNode("n1:a")),
        ("n1:a:0", "", .malformedNode("n1:a:0")), ("n1:a:99999", "", .malformedNode("n1:a:99999")),
        ("n-1:a:1,n2:b:1", "", .malformedNode("n-1:a:1")),
        ("n1:::1:11211", "", .malformedNode("n1:::1:11211")),
        ("n1:a:1,n1:b:1", "", .duplicateNode("n1")),
        ("http://h:8091/pools", "", .unsupportedStore("http://h:8091/pools")),
        ("redis://h", "", .unsupportedStore("redis://h")),
        ("n1:a:1", "n1", .failoverWithSingleNode("n1")),
        ("n1:a:1,n2:b:1", "n3", .unknownFailoverNode("n3")),
        ("n1:a:1,n2:b:1", "n1,n2", .onlyFailoverNodes),
        ((1...17).map { "n\($0):a:1" }.joined(separator: ","), "", .tooManyNodes(17)),
    ])
    func refusesNodes(_ nodes: String, _ failover: String, _ error: SessionSettingsError) {
        #expect(throws: error) {
            try MemcachedNodes(memcachedNodes: nodes, failoverNodes: failover)
        }
        #expect(!error.description.isEmpty)
    }

    @Test func readsTheSeedsManager() throws {
        let configuration = try self.read([
            ("memcachedNodes", "n1:127.0.0.1:11211,n2:127.0.0.1:11212"), ("failoverNodes", "n1"),
            ("requestUriIgnorePattern", #".*\.(ico|png|gif|jpg|css|js)$"#),
            ("transcoderFactoryClass", "de.javakaffee.web.msm.serializer.javolution.Factory"),
            ("customConverter", "x"),
        ])
        #expect(configuration.settings.isSticky)
        #expect(configuration.settings.lockingMode == .none)
        #expect(!configuration.settings.isBackupAsync)
        #expect(configuration.settings.nodes?.nodes.count == 2)
        #expect(configuration.notices.count == 1)
        #expect(configuration.notices[0].contains("transcoders"))
    }

    @Test func readsEveryAttribute() throws {
        let settings = try self.read([
            ("memcachedNodes", "n1:a:1,n2:b:1"), ("sticky", "false"), ("lockingMode", "auto"),
            ("lockExpiration", "7"), ("operationTimeout", "250"), ("sessionBackupAsync", "true"),
            ("storageKeyPrefix", "static:x"), ("sessionAttributeFilter", "a|b"),
            ("enableStatistics", "false"), ("maxInactiveInterval", "-1"),
            ("maxActiveSessions", "9"),
            ("memcachedProtocol", "binary"), ("backupThreadCount", "3"),
            ("sessionBackupTimeout", "100"), ("copyCollectionsForSerialization", "true"),
        ])
        #expect(!settings.settings.isSticky)
        #expect(settings.settings.lockingMode == .auto)
        #expect(settings.settings.lockExpiration == .seconds(7))
        #expect(settings.settings.operationTimeout == .milliseconds(250))
        #expect(settings.settings.isBackupAsync && !settings.settings.isStatisticsEnabled)
        #expect(settings.settings.storageKeyPrefix == "static:x")
        #expect(settings.settings.attributeFilter == "a|b")
        #expect(settings.settings.maxInactiveSeconds == -1)
        #expect(settings.settings.activeSessionCountMax == 9)
        #expect(settings.notices.count == 5)
    }

    @Test(arguments: [
        ("sticky", "yes"), ("lockingMode", "APP"), ("lockingMode", "uriPattern:"),
        ("operationTimeout", "0"), ("maxInactiveInterval", "many"), ("username", "u"),
        ("memcachedProtocol", "ascii"), ("currentValveClass", "x"), ("memcachednodes", "x"),
    ])
    func refusesAttributes(_ name: String, _ value: String) {
        do {
            _ = try self.read([("memcachedNodes", "n1:a:1,n2:b:1"), (name, value)])
            Issue.record("\(name) is taken")
        } catch {
            #expect("\(error)".contains(name))
        }
    }

    @Test func managersWithoutNodes() throws {
        #expect(throws: SessionSettingsError.noNodes) { try self.read([]) }
        #expect(try SessionManagerSettings.read([]).settings.nodes == nil)
        #expect(throws: SessionSettingsError.self) {
            try SessionManagerSettings.read([(name: "className", value: "x.PersistentManager")])
        }
        #expect(throws: SessionSettingsError.self) {
            try self.read([
                ("memcachedNodes", "n1:a:1,n2:b:1"), ("enabled", "false"), ("sticky", "false"),
            ])
        }
    }
}
