import Base
import CacheStorage
import EventLoop
import SystemInterface
import TestSupport
import Testing

@testable import CacheServer

/// Values that go into their items while they come, and what happens meanwhile.
@Suite(.timeLimit(.minutes(2)))
struct LargeValueTests {
    private static let limit = Duration.seconds(20)
    private static let size = 700_000
    private static let half = size / 2
    private static let value = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }

    /// A cache, and a client in the middle of a command with a large value.
    private struct Halfway {
        let cache: TestCache
        let client: Connection
        let loop: Loop

        /// Sends a line and half of the value, and waits until the cache has both.
        init(_ line: String, _ options: [String] = [], before: String = "", on loop: Loop)
            async throws
        {
            self.cache = try await TestCache(options + ["-t", "1"], on: loop)
            self.loop = loop
            self.client = try await Connection.connect(to: .unix(self.cache.socketPath), on: loop)
            if !before.isEmpty { _ = try await self.ask(before) }
            self.client.output.append("\(line)\r\n")
            let value = LargeValueTests.value.span
            self.client.output.append(value.extracting(0..<LargeValueTests.half))
            try await self.client.flush(deadline: loop.now + LargeValueTests.limit)
            // The listing of connections says so, and it is read by the loop that reads the value.
            while try await !self.ask("stats conns\r\n").contains("conn_nread") {}
        }

        /// What another client is answered.
        func ask(_ text: String) async throws -> String {
            try await Exchange.send(
                Array(text.utf8), to: self.cache.socketPath, on: self.loop
            ).text
        }

        /// Sends the rest and another command, and returns the answer to both.
        func finish(with end: String = "\r\n") async throws -> String {
            let rest = LargeValueTests.value.span
            self.client.output.append(rest.extracting(LargeValueTests.half..<LargeValueTests.size))
            self.client.output.append("\(end)quit\r\n")
            let deadline = self.loop.now + LargeValueTests.limit
            try await self.client.flush(deadline: deadline)
            while try await self.client.fill(deadline: deadline) > 0 {}
            let input = self.client.input
            return input.bytes.makeString()
        }

        func stop() async {
            self.client.close()
            await self.cache.stop()
        }
    }

    private static func value(of key: String, in halfway: Halfway) async throws -> [UInt8] {
        let exchange = try await Exchange.send(
            Array("get \(key)\r\n".utf8), to: halfway.cache.socketPath, on: halfway.loop)
        guard let end = exchange.answer.firstIndex(of: 0x0A) else { return [] }
        return Array(exchange.answer[(end + 1)...].dropLast("\r\nEND\r\n".utf8.count))
    }

    /// What another client does while half of the value is there, and what the rest meets.
    struct Meanwhile: Sendable, CustomTestStringConvertible {
        let line: String, doing: String, answer: String
        /// What the item has at the end, beside the value; nil when it has not the value.
        let end: (before: String, behind: String)?
        var testDescription: String { "\(self.line), \(self.doing.split(separator: "\r\n")[0])" }
    }

    private static let cases: [Meanwhile] = [
        Meanwhile(
            line: "set l 1 0 \(size)", doing: "set l 0 0 1\r\nx\r\n", answer: "STORED",
            end: ("", "")),
        Meanwhile(
            line: "set l 1 0 \(size)", doing: "flush_all\r\n", answer: "STORED", end: ("", "")),
        Meanwhile(
            line: "set l 1 0 \(size)", doing: "delete l\r\n", answer: "STORED", end: ("", "")),
        Meanwhile(
            line: "add l 1 0 \(size)", doing: "set l 0 0 1\r\nx\r\n", answer: "NOT_STORED",
            end: nil),
        Meanwhile(
            line: "add l 1 0 \(size)", doing: "delete l\r\n", answer: "STORED", end: ("", "")),
        Meanwhile(
            line: "replace l 1 0 \(size)", doing: "delete l\r\n", answer: "NOT_STORED", end: nil),
        Meanwhile(
            line: "append l 1 0 \(size)", doing: "set l 0 0 3\r\nnew\r\n", answer: "STORED",
            end: ("new", "")),
        Meanwhile(
            line: "prepend l 1 0 \(size)", doing: "set l 0 0 3\r\nnew\r\n", answer: "STORED",
            end: ("", "new")),
        Meanwhile(
            line: "append l 1 0 \(size)", doing: "delete l\r\n", answer: "NOT_STORED", end: nil),
        Meanwhile(
            line: "cas l 1 0 \(size) 1", doing: "set l 0 0 1\r\nx\r\n", answer: "EXISTS", end: nil),
        Meanwhile(
            line: "cas l 1 0 \(size) 1", doing: "delete l\r\n", answer: "NOT_FOUND", end: nil),
        Meanwhile(
            line: "ms l \(size) I C1", doing: "touch l 90\r\n", answer: "HD", end: ("", "")),
        Meanwhile(
            line: "ms l \(size) MA N90", doing: "delete l\r\n", answer: "HD", end: ("", "")),
    ]

    @Test(arguments: Self.cases)
    func whatOthersDoMeanwhileCounts(meanwhile: Meanwhile) async throws {
        try await runOnLoop { group in
            // The first item of a cache has the CAS number 1.
            let before = meanwhile.line.hasPrefix("add") ? "" : "set l 0 0 3\r\nold\r\n"
            let halfway = try await Halfway(meanwhile.line, before: before, on: group.loops[0])
            _ = try await halfway.ask(meanwhile.doing)
            #expect(try await halfway.finish() == "\(meanwhile.answer)\r\n")
            let found = try await Self.value(of: "l", in: halfway)
            if let (before, behind) = meanwhile.end {
                #expect(found == Array(before.utf8) + Self.value + Array(behind.utf8))
            } else {
                #expect(found.count < 10)
            }
            await halfway.stop()
        }
    }

    @Test func aValueWithoutItsEndIsNotStoredAndItsMemoryIsGivenBack() async throws {
        try await runOnLoop { group in
            let halfway = try await Halfway("set l 0 0 \(Self.size)", on: group.loops[0])
            #expect(try await halfway.ask("get l\r\n") == "END\r\n")
            let answer = try await halfway.finish(with: "xx")
            #expect(answer == "CLIENT_ERROR bad data chunk\r\n")
            #expect(try await halfway.ask("get l\r\n") == "END\r\n")
            let classes = halfway.cache.service.store.classStatistics(now: 10)
            #expect(classes.allSatisfy { $0.usedChunkCount == 0 })
            await halfway.stop()
        }
    }

    @Test func whoGoesHalfwayLeavesNothing() async throws {
        try await runOnLoop { group in
            let halfway = try await Halfway("set l 0 0 \(Self.size)", on: group.loops[0])
            let store = halfway.cache.service.store
            #expect(store.classStatistics(now: 10).contains { $0.usedChunkCount > 0 })
            halfway.client.close()
            while try await halfway.ask("stats conns\r\n").contains("conn_nread") {}
            #expect(store.classStatistics(now: 10).allSatisfy { $0.usedChunkCount == 0 })
            #expect(try await halfway.ask("get l\r\n") == "END\r\n")
            await halfway.stop()
        }
    }

    @Test func aValueForWhichMemoryRunsOutIsRefusedAndTheOldOneGoes() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            // Half of the value fits with the rest that is there, all of it does not.
            let filler = String(repeating: "f", count: 500_000)
            let halfway = try await Halfway(
                "set l 1 0 \(Self.size)", ["-M", "-m", "4"],
                before: "set l 0 0 1\r\nx\r\n", on: loop)
            var count = 0
            func fill() async throws -> String {
                try await halfway.ask("set f\(count) 0 0 500000\r\n\(filler)\r\n")
            }
            while try await fill() == "STORED\r\n" { count += 1 }
            #expect(count > 1)
            // Nor in the class that the rest belongs to, which gets a page of its own.
            let rest = String(repeating: "r", count: 175_000)
            count = 0
            while try await halfway.ask("set r\(count) 0 0 175000\r\n\(rest)\r\n")
                == "STORED\r\n"
            { count += 1 }
            #expect(count > 1)
            #expect(
                try await halfway.finish() == "SERVER_ERROR Out of memory during read\r\n")
            #expect(try await halfway.ask("get l\r\n") == "END\r\n")
            #expect(try await halfway.ask("mg f0 s\r\n") == "HD s500000\r\n")
            await halfway.stop()
        }
    }

    @Test func aDrainWaitsForTheRest() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let halfway = try await Halfway("set l 1 0 \(Self.size)", on: loop)
            let cache = halfway.cache
            let (ends, end) = AsyncStream.makeStream(of: Int.self)
            loop.spawn {
                end.yield(await cache.service.drain(deadline: loop.now + Self.limit))
                end.finish()
            }
            #expect(try await halfway.finish() == "STORED\r\n")
            for await left in ends { #expect(left == 0) }
            #expect(cache.service.store.currentStatistics().itemCount == 1)
            await halfway.stop()
        }
    }
}
