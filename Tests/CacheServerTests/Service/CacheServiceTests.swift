import Base
import CacheStorage
import EventLoop
import Logging
import SystemInterface
import TestSupport
import Testing

@testable import CacheServer
@testable import DaemonKit

/// The running cache: limits, reload, drain, statistics, metrics.
@Suite(.timeLimit(.minutes(1)))
struct CacheServiceTests {
    private static func ask(
        _ cache: TestCache, _ text: String, on loop: Loop
    ) async throws -> String {
        try await Exchange.send(Array(text.utf8), to: cache.socketPath, on: loop).text
    }

    @Test func theUsualSessionIsAnsweredByteForByte() async throws {
        try await runOnLoop { group in
            let cache = try await TestCache(on: group.loops[0])
            let connection = try await Connection.connect(
                to: .unix(cache.socketPath), on: group.loops[0])
            var cas = ""
            for (sent, expected) in UsualSession.steps {
                connection.output.append(sent.replacing("{cas}", with: cas))
                try await connection.flush()
                let text = try await Self.read(connection, like: expected, &cas)
                #expect(text == expected.replacing("{cas}", with: cas), "after \(sent)")
            }
            connection.close()
            await cache.stop()
        }
    }

    private static func read(
        _ connection: Connection, like expected: String, _ cas: inout String
    ) async throws -> String {
        let input = connection.input
        let lineCount = expected.split(separator: "\r\n").count
        while input.bytes.makeString().split(separator: "\r\n").count < lineCount
            || !input.bytes.makeString().hasSuffix("\r\n")
        {
            guard try await connection.fill(deadline: connection.loop.now + .seconds(10)) > 0 else {
                break
            }
        }
        let text = input.bytes.makeString()
        input.consume(input.count)
        if expected.contains("{cas}") {
            let words = text.prefix { $0 != "\r\n" }.split(separator: " ")
            cas = String(words.last ?? "")
        }
        return text
    }

    /// `-R`, and what is done without.
    @Test(arguments: [(["-R", "5"], 1_000 / 5), ([], 1_000 / CommandExecutor.keysInARowMax)])
    func othersHaveTheirTurn(options: [String], turnCount: Int) async throws {
        try await runOnLoop { group in
            let cache = try await TestCache(options, on: group.loops[0])
            let many = String(repeating: "mn\r\n", count: 1_000)
            let answer = try await Self.ask(cache, many, on: group.loops[0])
            #expect(answer == String(repeating: "MN\r\n", count: 1_000))
            let text = try await Self.ask(cache, "stats\r\n", on: group.loops[0])
            let line = text.split(separator: "\r\n").first { $0.contains(" conn_yields ") }
            let yields = try #require(line.flatMap { Int($0.split(separator: " ")[2]) })
            // What comes in pieces has a turn of its own for the rest of each.
            #expect((turnCount - 1...turnCount * 2).contains(yields))
            await cache.stop()
        }
    }

    @Test func tooManyConnectionsAreToldSo() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(["-c", "1"], on: loop)
            let first = try await Connection.connect(to: .unix(cache.socketPath), on: loop)
            first.output.append("mn\r\n")
            try await first.flush()
            _ = try await first.fill()
            let second = try await Exchange.send([], to: cache.socketPath, .waiting, on: loop)
            #expect(second.text == "ERROR Too many open connections\r\n")
            first.close()
            await cache.stop()
        }
    }

    /// With `no_maxconns_fast` who comes beyond the limit waits for a place.
    @Test func whoIsTooManyWaits() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(["-c", "1", "-o", "no_maxconns_fast"], on: loop)
            func connect() async throws -> Connection {
                let connection = try await Connection.connect(
                    to: .unix(cache.socketPath), on: loop)
                connection.output.append("mn\r\n")
                try await connection.flush()
                return connection
            }
            let first = try await connect()
            #expect(try await first.fill() == 4)
            #expect(!cache.service.connections.numbers.isPaused)
            let second = try await connect()
            while !cache.service.connections.numbers.isPaused {
                await loop.sleep(until: loop.now + .milliseconds(1))
            }
            let third = try await connect()
            #expect(second.input.isEmpty && cache.service.connections.numbers.current == 1)
            first.close()
            #expect(try await second.fill(deadline: loop.now + .seconds(20)) == 4)
            second.close()
            #expect(try await third.fill(deadline: loop.now + .seconds(20)) == 4)
            let numbers = cache.service.connections.numbers
            #expect(!numbers.isPaused && numbers.pauseCount == 1 && numbers.rejected == 0)
            third.close()
            await cache.stop()
        }
    }

    @Test func aReloadTakesAllOrNothing() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let file = try TemporaryFile("-c 10\n")
            let cache = try await TestCache(["--config", file.path, "-t", "1"], on: loop)
            let kept = try await Connection.connect(to: .unix(cache.socketPath), on: loop)
            try file.write("-c 20\n-v\n")
            try await cache.service.reload()
            #expect(cache.service.options.network.connectionCountMax == 20)
            try file.write("-c 30\n-I 2m\n")
            await #expect(throws: OptionProblem.self) { try await cache.service.reload() }
            #expect(cache.service.options.network.connectionCountMax == 20)
            try file.write("-c 30\n-c many\n")
            do {
                try await cache.service.reload()
                Issue.record("a broken file is taken")
            } catch {
                #expect("\(error)".hasPrefix("\(file.path):2:4: "), "\(error)")
            }
            #expect(cache.service.options.network.connectionCountMax == 20)
            kept.output.append("mn\r\n")
            try await kept.flush()
            #expect(try await kept.fill(deadline: loop.now + .seconds(10)) == 4)
            kept.close()
            await cache.stop()
        }
    }

    @Test func aDrainAnswersWhatWasBegunAndClosesTheRest() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(on: loop)
            let resting = try await Connection.connect(to: .unix(cache.socketPath), on: loop)
            let busy = try await Connection.connect(to: .unix(cache.socketPath), on: loop)
            for connection in [resting, busy] {
                connection.output.append("mn\r\n")
                try await connection.flush()
                _ = try await connection.fill()
                connection.input.consume(connection.input.count)
            }
            busy.output.append("set a 0 0 5\r\nab")
            try await busy.flush()
            loop.spawn {
                let limit = loop.now + .seconds(10)
                #expect(await cache.service.drain(deadline: limit) == 0)
            }
            #expect(try await resting.fill(deadline: loop.now + .seconds(10)) == 0)
            busy.output.append("cde\r\n")
            try await busy.flush()
            let input = busy.input
            while try await busy.fill(deadline: loop.now + .seconds(10)) > 0 {}
            #expect(input.bytes.makeString() == "STORED\r\n")
            for connection in [resting, busy] { connection.close() }
            await cache.stop()
        }
    }

    @Test func statisticsCountWhatWasDone() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(on: loop)
            _ = try await Self.ask(
                cache, "set a 0 0 1\r\n1\r\nget a b\r\nincr a 1\r\nincr b 1\r\ndelete b\r\n",
                on: loop)
            let text = try await Self.ask(cache, "stats\r\n", on: loop)
            for line in [
                "cmd_get 2", "cmd_set 1", "get_hits 1", "get_misses 1", "incr_hits 1",
                "incr_misses 1", "delete_misses 1", "curr_items 1", "total_items 1", "evictions 0",
                "curr_connections 1", "limit_maxbytes 67108864",
            ] { #expect(text.contains("STAT \(line)\r\n"), "\(line)") }
            #expect(text.hasSuffix("END\r\n"))
            for (what, part) in [
                ("settings", "STAT maxconns 1024\r\n"), ("items", "STAT items:1:number 1\r\n"),
                ("slabs", "STAT 1:chunk_size 96\r\n"), ("sizes", "STAT sizes_status disabled\r\n"),
            ] {
                let answer = try await Self.ask(cache, "stats \(what)\r\n", on: loop)
                #expect(answer.contains(part) && answer.hasSuffix("END\r\n"), "\(what)")
            }
            let reset = try await Self.ask(cache, "stats reset\r\nstats\r\n", on: loop)
            #expect(reset.hasPrefix("RESET\r\n") && reset.contains("STAT cmd_get 0\r\n"))
            let metrics = ByteBuffer()
            cache.daemon.metrics.write(to: metrics)
            #expect(metrics.bytes.makeString().contains("\nmemcached_current_items 1\n"))
            await cache.stop()
        }
    }

    @Test func memoryStaysWithinItsLimitUnderEviction() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let cache = try await TestCache(["-m", "4"], on: loop)
            let value = String(repeating: "v", count: 10_000)
            let text = (0..<2_000).map { "set k\($0) 0 0 10000\r\n\(value)\r\n" }.joined()
            let answer = try await Self.ask(cache, text, on: loop)
            #expect(answer == String(repeating: "STORED\r\n", count: 2_000))
            let statistics = cache.service.store.currentStatistics()
            #expect(statistics.byteCount <= 4 << 20 && statistics.evictionCount > 1_000)
            #expect(try await Self.ask(cache, "mg k1999 s\r\n", on: loop) == "HD s10000\r\n")
            await cache.stop()
        }
    }
}
