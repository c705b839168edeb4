import EventLoop
import TestSupport
import Testing

/// What is counted of a command is what memcached counts.
@Suite(.timeLimit(.minutes(1)))
struct CounterComparisonTests {
    /// Counters that depend on nothing but the commands.
    private static let names: Set<String> = [
        "cmd_get", "cmd_set", "cmd_flush", "cmd_touch", "cmd_meta", "get_hits", "get_misses",
        "get_expired", "delete_misses", "delete_hits", "incr_misses", "incr_hits", "decr_misses",
        "decr_hits", "cas_misses", "cas_hits", "cas_badval", "touch_hits", "touch_misses",
        "store_too_large", "store_no_memory", "auth_cmds", "auth_errors",
    ]

    private static let large = ComparisonTables.value((1 << 20) + 1)

    /// Each is counted by itself.
    private static let steps: [String] = [
        "set a 0 0 1\r\nx\r\n", "set a 0 0 1048577\r\n\(large)\r\n", "get a\r\n",
        "add b 0 0 1\r\nx\r\nadd b 0 0 1048577\r\n\(large)\r\n", "get b c\r\n",
        "set a 0 0 1\r\nxyzmn\r\n", "append b 0 0 1\r\nxyzmn\r\n", "gat 0 b c\r\n", "touch b 0\r\n",
        "touch c 0\r\n", "incr c 1\r\n", "set n 0 0 1\r\n1\r\nincr n 1\r\ndecr n 1\r\n",
        "decr c 1\r\n", "delete n\r\ndelete n\r\n", "cas b 0 0 1 999999\r\ny\r\n",
        "cas c 0 0 1 1\r\ny\r\n", "flush_all x\r\n", "flush_all 0\r\n", "mg none v\r\n",
        "ms a 1\r\nx\r\n", "mg a v\r\n", "me a\r\n", "me none\r\n", "md a\r\n", "md a\r\n",
        "mg none T0 v\r\n", "mg none T0\r\n", "ma none\r\n", "ma none MD\r\n", "ma made N0 J5\r\n",
        "ma made\r\n", "ma made MD\r\n", "ms a 1\r\nxyzmn\r\n",
        "ms joined 1\r\nx\r\n", "ms none 1 MA\r\nx\r\n", "ms joined 1 ME\r\nx\r\n",
        "ms joined 1048577\r\n\(large)\r\n", "mg joined v\r\n", "ms b 1 C999999\r\nx\r\n",
        "set s 0 0 1\r\nx\r\nmd s C999999\r\n", "md s C999999 I\r\n", "md s I\r\n", "md none I\r\n",
        "mg viv N30 v\r\n", "mg viv N30 T30 v\r\n",
    ]

    /// What 1.6.18 has not.
    private static let newSteps: [String] = [
        "ms grown 1 MA N30\r\nx\r\n", "ms grown 1 MA N30\r\nx\r\n", "ms s 1\r\nx\r\n",
        "md s x\r\n", "md s I x\r\n", "md none x\r\n",
        "me none k -\r\n", "me none k k 1\r\n",
        "ms v 1\r\nx\r\nmd v x I T-1\r\nmg v v t\r\n",
        "ms v 1\r\nx\r\nmd v x I T2592001\r\n", "ms v 1\r\nx\r\nmd v x I T50\r\nmg v v t\r\n",
    ]

    /// Which counters differ from before, and by how much.
    private static func changes(
        from before: [String: String], to after: [String: String]
    ) -> [String: Int] {
        var found: [String: Int] = [:]
        for name in self.names {
            let change = (Int(after[name] ?? "") ?? 0) - (Int(before[name] ?? "") ?? 0)
            if change != 0 { found[name] = change }
        }
        return found
    }

    @Test func commandsCountAsInMemcached() async throws {
        try await runOnLoop { group in
            let both = try await TwoCaches(on: group.loops[0])
            var before = try await both.statistics("stats")
            for step in Self.steps + (both.isReference ? Self.newSteps : []) {
                try await both.compare(step)
                let after = try await both.statistics("stats")
                let theirs = Self.changes(from: before.theirs, to: after.theirs)
                let ours = Self.changes(from: before.ours, to: after.ours)
                #expect(ours == theirs, "\(step.prefix(60))")
                before = after
            }
            await both.stop()
        }
    }

    /// Values that go from one class to another: what was compared counts where it was found.
    @Test func classesCountAsInMemcached() async throws {
        let wide = String(repeating: "x", count: 400)
        let steps = [
            "set a 0 0 1\r\n1\r\n", "cas a 0 0 400 999999\r\n\(wide)\r\n",
            "ms a S1 C999999\r\n1\r\n", "ms a 400 C999999\r\n\(wide)\r\n",
            "ms a 400 E500 c\r\n\(wide)\r\n", "ms a 1 C500 E600\r\n1\r\n",
            "cas a 0 0 400 600\r\n\(wide)\r\n", "ms a 1 E900\r\n1\r\n",
            "ms a 400 C800 I\r\n\(wide)\r\n", "cas none 0 0 1 1\r\n1\r\n",
            "touch a 0\r\n", "delete a\r\n", "set n 0 0 1\r\n1\r\n", "incr n 1\r\n",
        ]
        let names = ["cas_hits", "cas_badval", "get_hits", "delete_hits", "incr_hits"]
        try await runOnLoop { group in
            let both = try await TwoCaches(on: group.loops[0])
            for step in steps where both.isReference || !step.hasPrefix("ms") {
                try await both.compare(step)
                let (theirs, ours) = try await both.statistics("stats slabs")
                for number in 1...20 {
                    for name in names.map({ "\(number):\($0)" }) {
                        #expect((ours[name] ?? "0") == (theirs[name] ?? "0"), "\(step) \(name)")
                    }
                }
            }
            await both.stop()
        }
    }

    @Test func theSettingsTellOfTheLastFlush() async throws {
        try await runOnLoop { group in
            let both = try await TwoCaches(on: group.loops[0])
            for (command, isThere) in [("mn", false), ("flush_all 1000", true)] {
                try await both.compare("\(command)\r\n")
                let (theirs, ours) = try await both.statistics("stats settings")
                #expect((theirs["oldest"] != "0") == isThere)
                #expect((ours["oldest"] != "0") == isThere)
            }
            await both.stop()
        }
    }
}
