import Base
import EventLoop
import Logging
import Synchronization
import SystemInterface
import TestSupport
import Testing

@testable import CacheServer
@testable import CacheStorage
@testable import DaemonKit

/// What commands for administrators do, beside what they answer.
@Suite(.timeLimit(.minutes(1)))
struct ManagementTests {
    private static func ask(
        _ cache: TestCache, _ text: String, on loop: Loop
    ) async throws -> String {
        try await Exchange.send(Array(text.utf8), to: cache.socketPath, on: loop).text
    }

    /// Lines for a watcher, until one holds `word`.
    private static func read(_ watcher: Connection, until word: String) async throws -> [String] {
        let input = watcher.input
        while !input.bytes.makeString().contains(word) {
            guard try await watcher.fill(deadline: watcher.loop.now + .seconds(20)) > 0 else {
                throw Errno.timedOut
            }
        }
        let text = input.bytes.makeString()
        input.consume(input.count)
        return text.split(whereSeparator: \.isNewline).map(String.init)
    }

    private static func watch(
        _ streams: String, _ cache: TestCache, on loop: Loop
    ) async throws -> Connection {
        let watcher = try await Connection.connect(to: .unix(cache.socketPath), on: loop)
        watcher.output.append("watch \(streams)\r\n")
        try await watcher.flush()
        _ = try await Self.read(watcher, until: "OK")
        return watcher
    }

    @Test func theConnectionsHaveThePlacesOfDatagrams() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(["-l", "127.0.0.1", "-p", "0", "-U", "-1"], on: loop)
            let text = try await Self.ask(cache, "stats conns\r\n", on: loop)
            let lines = text.split(separator: "\r\n").map { String($0.drop { $0 != ":" }) }
            let place = try #require(lines.firstIndex(of: ":UDP UDP"))
            #expect(lines[place + 1].hasPrefix(":addr udp:127.0.0.1:"))
            #expect(lines[place + 2] == ":state conn_read")
            #expect(lines[place + 3] == ":secs_since_last_cmd 0")
            await cache.stop()
        }
    }

    @Test func whoWatchesMutationsSeesWhatIsTooLarge() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(on: loop)
            let watcher = try await Self.watch("mutations", cache, on: loop)
            let value = String(repeating: "x", count: 2_000_000)
            for command in ["set a 0 0", "ms a"] {
                _ = try await Self.ask(cache, "\(command) 2000000\r\n\(value)\r\n", on: loop)
                let line = try await Self.read(watcher, until: "size=0").joined()
                #expect(line.contains("type=item_store key=a status=too_large cmd=set ttl=0"))
            }
            watcher.close()
            await cache.stop()
        }
    }

    @Test func whoWatchesSystemEventsSeesPagesMoveAndCrawlsEnd() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(["-m", "8"], on: loop)
            let watcher = try await Self.watch("sysevents", cache, on: loop)
            for number in 0..<4 {
                let value = String(repeating: "x", count: 400_000)
                let text = "set large\(number) 0 0 \(value.utf8.count)\r\n\(value)\r\n"
                #expect(try await Self.ask(cache, text, on: loop) == "STORED\r\n")
            }
            _ = try await Self.ask(cache, "set a 0 0 1\r\n1\r\n", on: loop)
            let classes = cache.service.store.classStatistics(now: 10)
            let large = try #require(classes.first { $0.pageCount > 1 }).number
            let answer = try await Self.ask(cache, "slabs reassign \(large) 1\r\n", on: loop)
            #expect(answer == "OK\r\n")
            let moved = try await Self.read(watcher, until: "slab_move")
            #expect(moved.last?.hasSuffix(" type=slab_move src=\(large) dst=1 state=ok") == true)
            #expect(try await Self.ask(cache, "lru_crawler crawl all\r\n", on: loop) == "OK\r\n")
            let crawled = try await Self.read(watcher, until: "type=lru_crawler")
            #expect(crawled.last?.contains(" examined=3 reclaimed=0") == true, "\(crawled)")
            watcher.close()
            await cache.stop()
        }
    }

    @Test func verbosityIsTheLevelOfTheLog() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(on: loop)
            let logs = cache.daemon.logs
            for (number, level) in [(1, "debug"), (0, "info"), (2, "debug")] {
                #expect(
                    try await Self.ask(cache, "verbosity \(number)\r\n", on: loop) == "OK\r\n")
                #expect(logs.level.rawValue == level)
                #expect(cache.service.tellsCommands.load(ordering: .relaxed) == (number == 2))
            }
            await cache.stop()
        }
    }

    @Test func theCrawlerIsSwitchedOffAndOn() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(on: loop)
            for (sent, answer) in [
                ("enable", "ERROR failed to start lru crawler thread\r\n"),
                ("disable", "OK\r\n"), ("crawl all", "CLIENT_ERROR lru crawler disabled\r\n"),
                ("metadump all", "CLIENT_ERROR lru crawler disabled\r\n"),
                ("enable", "OK\r\n"), ("crawl all", "OK\r\n"),
            ] {
                #expect(try await Self.ask(cache, "lru_crawler \(sent)\r\n", on: loop) == answer)
            }
            await cache.stop()
        }
    }

    @Test func automoveReachesTheStore() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(["-o", "slab_automove=0"], on: loop)
            let slabs = cache.service.store.slabs
            #expect(!slabs.pageMoves.isOn)
            _ = try await Self.ask(cache, "slabs automove 2\r\n", on: loop)
            #expect(slabs.pageMoves.isOn && slabs.pageMoves.isEager)
            _ = try await Self.ask(cache, "slabs automove ratio 0.5\r\n", on: loop)
            #expect(slabs.pageMoves.ageRatio == 0.5)
            _ = try await Self.ask(cache, "slabs automove 0\r\n", on: loop)
            #expect(!slabs.pageMoves.isOn)
            await cache.stop()
        }
    }

    @Test func prefixesAreCountedOnAllLoopsTogether() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(["-t", "2", "-D", "/"], on: loop)
            for number in 0..<8 {
                let text = "set a/\(number) 0 0 1\r\n1\r\nget a/\(number) b/\(number) c\r\n"
                _ = try await Self.ask(cache, text, on: loop)
            }
            let dump = try await Self.ask(cache, "stats detail dump\r\n", on: loop)
            #expect(
                dump == "PREFIX a get 8 hit 8 set 8 del 0\r\nPREFIX b get 8 hit 0 set 0 del 0\r\n"
                    + "END\r\n")
            await cache.stop()
        }
    }

    /// What -vv logs of a command: no whole key, as keys may be names of sessions.
    @Test func aLoggedCommandShowsNoWholeKey() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let lines = LogLines()
            let cache = try await TestCache(["-vv"], logs: lines.output, on: loop)
            _ = try await Self.ask(
                cache, "set 0123456789ABCDEF 0 0 6\r\nsecret\r\nget 0123456789ABCDEF\r\n",
                on: loop)
            await cache.stop()
            let text = lines.all.joined(separator: "\n")
            #expect(text.contains(" set 01234567… 0 0 6"), "\(text)")
            #expect(text.contains(" get 01234567…") && text.contains(" VALUE 01234567… 0 6"))
            #expect(!text.contains("012345678") && !text.contains("secret"))
        }
    }
}
