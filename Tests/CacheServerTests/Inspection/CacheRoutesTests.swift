import Base
import CacheStorage
import EventLoop
import SystemInterface
import TestSupport
import Testing

@testable import CacheServer
@testable import DaemonKit

/// What a cache answers on its control socket: keys by pages, the large ones, the hot ones, and the
/// flush of a prefix.
@Suite(.timeLimit(.minutes(1)))
struct CacheRoutesTests {
    private static let root = ControlPeer(
        process: 1, user: 0, groups: [0], owner: 0, privilegedGroup: nil)

    private static func ask(
        _ cache: TestCache, _ method: String, _ path: String,
        _ query: [(name: String, value: String)] = [], body: String = ""
    ) async -> (status: Int, text: String) {
        let response = await cache.daemon.control.answer(
            ControlRequest(
                method: method, path: path, query: query, body: Array(body.utf8), peer: Self.root))
        return (response.status, String(decoding: response.bytes, as: UTF8.self))
    }

    private static func send(_ cache: TestCache, _ text: String, on loop: Loop) async throws {
        _ = try await Exchange.send(Array(text.utf8), to: cache.socketPath, on: loop)
    }

    private static func sets(_ keys: [String], value: String = "1") -> String {
        keys.map { "set \($0) 0 0 \(value.utf8.count) noreply\r\n\(value)\r\n" }.joined()
    }

    /// The texts behind a member's name, in their order.
    private static func members(_ name: String, in text: String) -> [String] {
        text.split(separator: "\"\(name)\":\"", omittingEmptySubsequences: false).dropFirst().map {
            String($0.prefix { $0 != "\"" })
        }
    }

    /// The keys of all pages.
    private static func allKeys(
        _ cache: TestCache, _ query: [(name: String, value: String)],
        between: () async throws -> Void = {}
    ) async throws -> [String] {
        var keys: [String] = []
        var cursor = "0"
        while true {
            let answer = await Self.ask(
                cache, "GET", "/v1/cache/keys", query + [("cursor", cursor)])
            #expect(answer.status == 200, "\(answer.text)")
            keys += Self.members("key", in: answer.text)
            guard let next = Self.members("cursor", in: answer.text).first else { return keys }
            cursor = next
            try await between()
        }
    }

    @Test func pagesHoldEachKeyOnce() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(on: loop)
            let keys = (0..<700).map { "key-\($0)" }
            try await Self.send(cache, Self.sets(keys), on: loop)
            for limit in ["1", "7", "100", "1000"] {
                let found = try await Self.allKeys(cache, [("limit", limit)])
                #expect(found.sorted() == keys.sorted(), "limit \(limit)")
            }
            let some = try await Self.allKeys(cache, [("match", "key-?5*"), ("limit", "5")])
            let fitting = keys.filter { Array($0).count > 5 && Array($0)[5] == "5" }
            #expect(some.sorted() == fitting.sorted())
            #expect(try await Self.allKeys(cache, [("match", "nothing*")]).isEmpty)
            await cache.stop()
        }
    }

    @Test func aPageHasAFewMoreAtTheMost() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(on: loop)
            try await Self.send(cache, Self.sets((0..<700).map { "key-\($0)" }), on: loop)
            for limit in [1, 20, 300] {
                let answer = await Self.ask(cache, "GET", "/v1/cache/keys", [("limit", "\(limit)")])
                let count = Self.members("key", in: answer.text).count
                #expect((limit...limit + 15).contains(count), "\(count) of \(limit)")
            }
            await cache.stop()
        }
    }

    @Test func keysThatStayAreMetOnceWhileOthersComeAndGo() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(on: loop)
            let staying = (0..<500).map { "stays-\($0)" }
            try await Self.send(cache, Self.sets(staying), on: loop)
            var round = 0
            let found = try await Self.allKeys(cache, [("limit", "20")]) {
                round += 1
                let others = (0..<200).map { "comes-\(round)-\($0)" }
                let gone = (0..<100).map { "delete comes-\(round - 1)-\($0) noreply\r\n" }.joined()
                try await Self.send(cache, Self.sets(others) + gone, on: loop)
            }
            let met = found.filter { $0.hasPrefix("stays-") }
            #expect(met.sorted() == staying.sorted())
            #expect(round > 20)
            await cache.stop()
        }
    }

    @Test func aKeyIsToldWithWhatIsKnownOfIt() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(on: loop)
            try await Self.send(
                cache, "set a 7 0 3\r\nabc\r\nget a\r\nms /w== 1 b\r\nx\r\n", on: loop)
            let answer = await Self.ask(cache, "GET", "/v1/cache/keys", [("match", "a")])
            let parts = [
                "\"key\":\"a\"", "\"valueBytes\":3", "\"expiresUnixSeconds\":null", "\"flags\":7",
                "\"wasFetched\":true", "\"cursor\":null", "\"examined\":2",
            ]
            for part in parts { #expect(answer.text.contains(part), "\(part) in \(answer.text)") }
            let all = await Self.ask(cache, "GET", "/v1/cache/keys")
            #expect(all.text.contains("\"keyBase64\":\"/w==\""), "\(all.text)")
            await cache.stop()
        }
    }

    @Test(arguments: [
        ("GET", "/v1/cache/keys", [("cursor", "-1")], "", 400),
        ("GET", "/v1/cache/keys", [("cursor", "4294967296")], "", 400),
        ("GET", "/v1/cache/keys", [("limit", "0")], "", 400),
        ("GET", "/v1/cache/keys", [("limit", "1001")], "", 400),
        ("GET", "/v1/cache/bigkeys", [("limit", "many")], "", 400),
        ("GET", "/v1/cache/hotkeys", [("limit", "129")], "", 400),
        ("POST", "/v1/cache/flush", [], "", 400),
        ("POST", "/v1/cache/flush", [], "{\"prefix\":\"\"}", 400),
        ("POST", "/v1/cache/flush", [], "{\"prefix\":7}", 400),
        ("GET", "/v1/cache/flush", [], "", 405),
    ])
    func whatIsNotUnderstoodIsRefused(
        _ method: String, _ path: String, _ query: [(String, String)], _ body: String, _ status: Int
    ) async throws {
        try await runOnLoop { group in
            let cache = try await TestCache(on: group.loops[0])
            let answer = await Self.ask(
                cache, method, path, query.map { (name: $0.0, value: $0.1) }, body: body)
            #expect(answer.status == status, "\(answer.text)")
            await cache.stop()
        }
    }

    @Test func whoMayOnlyReadSeesNoKeys() async throws {
        try await runOnLoop { group in
            let cache = try await TestCache(on: group.loops[0])
            let nobody = ControlPeer(
                process: 1, user: 65_534, groups: [65_534], owner: 0, privilegedGroup: nil)
            let asked = [
                ("GET", "/v1/cache/keys"), ("GET", "/v1/cache/bigkeys"),
                ("GET", "/v1/cache/hotkeys"), ("POST", "/v1/cache/flush"),
            ]
            for (method, path) in asked {
                let answer = await cache.daemon.control.answer(
                    ControlRequest(method: method, path: path, query: [], body: [], peer: nobody))
                #expect(answer.status == 403, "\(path)")
            }
            await cache.stop()
        }
    }

    @Test func theLargestItemsComeFirst() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(on: loop)
            for size in [5_000, 10, 100_000, 300, 20_000] {
                let value = String(repeating: "v", count: size)
                try await Self.send(cache, Self.sets(["size-\(size)"], value: value), on: loop)
            }
            try await Self.send(cache, Self.sets((0..<900).map { "small-\($0)" }), on: loop)
            let answer = await Self.ask(cache, "GET", "/v1/cache/bigkeys", [("limit", "3")])
            let keys = Self.members("key", in: answer.text)
            #expect(keys == ["size-100000", "size-20000", "size-5000"])
            #expect(answer.text.contains("\"examined\":905,\"isComplete\":true"))
            await cache.stop()
        }
    }

    @Test func theKeyThatIsAskedForMostIsHot() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(on: loop)
            // Every command looks at a key; one in 256 of them is counted.
            var text = ""
            for number in 0..<3_000 {
                text += "get hot cold-\(number)\r\nmg hot\r\nset hot 0 0 1 noreply\r\n1\r\n"
            }
            try await Self.send(cache, text, on: loop)
            let answer = await Self.ask(cache, "GET", "/v1/cache/hotkeys", [("limit", "5")])
            #expect(Self.members("key", in: answer.text) == ["hot"], "\(answer.text)")
            #expect(answer.text.contains("\"samplingInterval\":256"))
            await cache.stop()
        }
    }

    @Test func aPrefixIsFlushedAndWhatComesLaterStays() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(on: loop)
            let old = (0..<400).map { "a:\($0)" }, others = (0..<300).map { "b:\($0)" }
            try await Self.send(cache, Self.sets(old + others), on: loop)
            let answer = await Self.ask(
                cache, "POST", "/v1/cache/flush", body: "{\"prefix\":\"a:\"}")
            #expect(answer.text == "{\"prefix\":\"a:\",\"flushed\":400}\n")
            try await Self.send(cache, Self.sets(["a:new"]), on: loop)
            let left = try await Self.allKeys(cache, [])
            #expect(left.sorted() == (others + ["a:new"]).sorted())
            #expect(cache.service.store.prefixFlushCount == 0)
            let metrics = ByteBuffer()
            cache.daemon.metrics.write(to: metrics)
            let text = metrics.makeString()
            #expect(text.contains("\nholdfast_cached_prefix_flushes_total 1\n"))
            #expect(text.contains("\nholdfast_cached_prefix_flushed_items_total 400\n"))
            await cache.stop()
        }
    }

    @Test func aCacheThatMayNotBeFlushedIsNot() async throws {
        try await runOnLoop { group in
            let cache = try await TestCache(["-F"], on: group.loops[0])
            let answer = await Self.ask(
                cache, "POST", "/v1/cache/flush", body: "{\"prefix\":\"a:\"}")
            #expect(answer.status == 422 && answer.text.contains("-F"))
            await cache.stop()
        }
    }
}
