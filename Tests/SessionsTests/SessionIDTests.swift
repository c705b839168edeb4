import Testing

@testable import Sessions

/// Ids and keys, by the tables of memcached-session-manager's own tests.
struct SessionIDTests {
    @Test(
        arguments: [
            ("foo", "foo", nil, nil), ("foo-n", "foo", "n", nil), ("foo.jvm1", "foo", nil, "jvm1"),
            ("foo-n.jvm1", "foo", "n", "jvm1"), ("foo-n.j-v-m1", "foo", "n", "j-v-m1"),
            (
                "0123456789ABCDEF0123456789ABCDEF-n1.node4", "0123456789ABCDEF0123456789ABCDEF",
                "n1",
                "node4"
            ),
        ] as [(String, String, String?, String?)])
    func readsItsParts(_ text: String, _ base: String, _ node: String?, _ route: String?) {
        let id = SessionID(parsing: text)
        #expect(id == SessionID(base: base, node: node, route: route))
        #expect(id?.text == text)
    }

    @Test(arguments: [
        "", "-", ".", "foo-", "foo.", "-n", ".jvm", "foo-n.", "foo bar-n", "foo\r\nset x-n",
        "fo:o-n",
        "foo-n.a b", "föö-n", "foo-n.a.b", String(repeating: "A", count: 161),
    ])
    func refusesWhatIsNone(_ text: String) {
        #expect(SessionID(parsing: text) == nil)
    }

    @Test func replacesTheNodeAndKeepsTheRest() {
        let id = SessionID(base: "foo", node: "n", route: "jvm1")
        #expect(id.replacing(node: "m").text == "foo-m.jvm1")
        #expect(id.replacing(node: nil).text == "foo.jvm1")
        #expect(id.replacing(route: "jvm2").text == "foo-n.jvm2")
    }

    @Test func makesABaseOfSixteenBytes() {
        let bytes: [UInt8] = [0, 1, 0x7F, 0x80, 0xAB, 0xFF] + [UInt8](repeating: 9, count: 10)
        #expect(SessionID.makeBase(randomBytes: bytes) == "00017F80ABFF09090909090909090909")
    }

    @Test func keysHoldNodeAndNotRoute() {
        let id = SessionID(base: "foo", node: "n1", route: "node4")
        let keys = StorageKeys(prefix: "h:c_")
        #expect(keys.session(id) == "h:c_foo-n1")
        #expect(keys.backup(id) == "bak:h:c_foo-n1")
        #expect(keys.validity(id) == "validity:h:c_foo-n1")
        #expect(keys.backupValidity(id) == "bak:validity:h:c_foo-n1")
        #expect(keys.lock(id) == "lock:h:c_foo-n1")
    }

    @Test(arguments: [
        ("", ""), ("webappVersion", ""), ("static:foo", "foo_"), ("host", "h.ex-ample_"),
        ("context", "my-app_"), ("host, context", "h.ex-ample:my-app_"),
        ("context.hash", "ac4f8d4f_"), ("static:a b", "a%20b_"),
        ("static:x,webappVersion,context", "x:my-app_"),
    ])
    func makesPrefixes(_ configuration: String, _ prefix: String) throws {
        let place = StorageKeyContext(host: "h.ex-ample", context: "my-app")
        let made = try StorageKeyPrefix.make(configuration, for: place)
        if configuration == "context.hash" {
            #expect(made.utf8.count == 9 && made.hasSuffix("_"))
        } else {
            #expect(made == prefix)
        }
    }

    @Test func refusesPrefixes() {
        let place = StorageKeyContext(host: "h", context: "c")
        #expect(throws: SessionSettingsError.unknownKeyPrefixPart("hosts")) {
            try StorageKeyPrefix.make("hosts", for: place)
        }
        let long = String(repeating: "x", count: 80)
        #expect(throws: SessionSettingsError.keyPrefixTooLong(long + "_")) {
            try StorageKeyPrefix.make("static:" + long, for: place)
        }
    }
}
