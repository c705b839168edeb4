import EventLoop
import TestSupport
import Testing

/// What those who watch are told, as memcached tells it.
@Suite(.timeLimit(.minutes(1)))
struct WatchComparisonTests {
    private static let doings = [
        "set a 0 0 1\r\n1\r\n", "set long 5 100 300\r\n\(ComparisonTables.key(300))\r\n",
        "add a 0 0 1\r\n1\r\n", "add b 0 0 1\r\n1\r\n", "replace none 0 0 1\r\n1\r\n",
        "append b 0 0 1\r\n2\r\n", "prepend none 0 0 1\r\n2\r\n", "cas a 0 0 1 999999\r\n2\r\n",
        "get a\r\n", "get none\r\n", "get a none b\r\n", "gets b\r\n", "incr a 1\r\n",
        "mg a v\r\n", "mg none v\r\n", "ms m 1\r\n1\r\n", "touch a 0\r\n", "gat 0 a\r\n",
        "me a\r\n", "me none\r\n", "ma made N0 J5\r\n", "ma made\r\n", "ma a\r\n",
        "append long 0 0 1\r\n2\r\n", "ms m 1 MA\r\n2\r\n", "mg e N30\r\n",
        "delete a\r\n", "delete none\r\n", "md m\r\n", "set a%20\u{e9} 0 0 1\r\n1\r\n",
    ]

    /// What 1.6.18 has not.
    private static let newDoings = ["ms v 1 MA N30\r\n2\r\n", "md e x\r\n"]

    @Test(
        arguments: ["fetchers", "fetchers mutations", "fetchers deletions", "fetchers connevents"])
    func linesAreThoseOfMemcached(streams: String) async throws {
        try await runOnLoop { group in
            let both = try await TwoCaches(on: group.loops[0])
            // 1.6.18 knows no deletions, and ends who asks for them.
            if streams.hasSuffix("deletions"), !both.isReference { return await both.stop() }
            let doings = Self.doings + (both.isReference ? Self.newDoings : [])
            let (theirs, ours) = try await both.watched(
                streams, while: doings.joined())
            #expect(ours == theirs)
            #expect(ours.count > 3)
            await both.stop()
        }
    }
}
