import Base
import SystemInterface
import TestSupport
import Testing

@testable import EventLoop

/// What is sent in the middle of a connection's output without being copied there, and what is
/// received into memory of the caller's.
@Suite(.timeLimit(.minutes(1)))
struct OutputInsertTests {
    private static let loopback = SocketAddress.ipv4(0x7F00_0001, port: 0)
    private static let limit = Duration.seconds(20)

    /// Bytes that are given in pieces of at most so many.
    private final class Pieces: OutputInsert {
        private let bytes: [UInt8]
        private let pieceByteCountMax: Int
        private var start = 0

        init(_ bytes: [UInt8], _ pieceByteCountMax: Int) {
            self.bytes = bytes
            self.pieceByteCountMax = pieceByteCountMax
        }

        var remaining: Int { self.bytes.count - self.start }

        func send<Failure: Error>(
            atMost byteCount: Int, _ send: (Span<UInt8>) throws(Failure) -> Int
        ) throws(Failure) {
            let end = self.start + min(byteCount, self.pieceByteCountMax, self.remaining)
            let bytes = self.bytes
            self.start += try send(bytes.span.extracting(self.start..<end))
        }
    }

    /// What one side sends: of the output before the insert, of the insert, behind it.
    struct Message: Sendable, CustomTestStringConvertible {
        let before: Int, inserted: Int, behind: Int, piece: Int
        var testDescription: String {
            "\(self.before)+\(self.inserted)+\(self.behind) by \(self.piece)"
        }

        /// Bytes that repeat after a prime number of them, so that lost ones show.
        static func bytes(_ count: Int, _ factor: Int) -> [UInt8] {
            let period = (0..<min(count, 65_521)).map {
                UInt8(truncatingIfNeeded: $0 &* factor &+ $0 >> 9)
            }
            var bytes: [UInt8] = []
            while bytes.count < count { bytes += period.prefix(count - bytes.count) }
            return bytes
        }

        var whole: [UInt8] {
            Self.bytes(self.before, 3) + Self.bytes(self.inserted, 5) + Self.bytes(self.behind, 7)
        }

        /// Puts it into a connection's output.
        func insert(into connection: Connection) {
            connection.output.append(Self.bytes(self.before, 3))
            connection.output.append(Self.bytes(self.behind, 7))
            let inserted = Pieces(Self.bytes(self.inserted, 5), self.piece)
            connection.insert(inserted, at: self.before)
        }
    }

    private static let messages: [Message] = [
        Message(before: 5, inserted: 1, behind: 2, piece: 1),
        Message(before: 0, inserted: 100_000, behind: 0, piece: 100_000),
        Message(before: 0, inserted: 0, behind: 9, piece: 1),
        Message(before: 30, inserted: 100_000, behind: 2, piece: 4_099),
        Message(before: 900_000, inserted: 3, behind: 0, piece: 1),
        Message(before: 900_000, inserted: 3_000_000, behind: 900_000, piece: 1_000_000),
        Message(before: 1, inserted: 8_000_000, behind: 1, piece: 500_009),
    ]

    /// Reads to the end, in pieces of at most so many bytes.
    private static func readAll(
        _ connection: Connection, by byteCount: Int
    ) async throws -> [UInt8] {
        let deadline = connection.loop.now + Self.limit
        var all: [UInt8] = []
        let input = connection.input
        while try await connection.fill(atMost: byteCount, deadline: deadline) > 0 {
            all += input.bytes.makeArray()
            input.clear()
        }
        return all
    }

    @Test(arguments: Self.messages, [3_001, 1 << 20])
    func whatIsInsertedIsSentInItsPlace(message: Message, readByteCount: Int) async throws {
        try await runOnLoop(loopCount: 2) { group in
            let listener = try Listener.bind(Self.loopback)
            listener.start(on: [group.loops[1]]) { connection in
                message.insert(into: connection)
                #expect(connection.hasUnsentOutput)
                try? await connection.flush()
                #expect(!connection.hasUnsentOutput)
                #expect(connection.sentByteCount == message.whole.count)
            }
            let client = try await Connection.connect(to: listener.address, on: group.loops[0])
            let received = try await Self.readAll(client, by: readByteCount)
            #expect(received == message.whole)
            client.close()
            listener.stop()
        }
    }

    @Test(arguments: Self.messages, [false, true])
    func whatIsInsertedIsSentInItsPlaceOverTLS(message: Message, kernel: Bool) async throws {
        let certificates = try TestCertificates()
        try await runOnLoop(loopCount: 2) { group in
            let pair = try TLSPair(
                certificates, on: group,
                serve: { connection in
                    message.insert(into: connection)
                    try? await connection.flush()
                    #expect(!connection.hasUnsentOutput)
                    #expect(connection.sentByteCount == message.whole.count)
                    _ = try? await connection.fill()
                },
                change: { $0.usesKernelTLS = kernel })
            let client = try await pair.connect(try pair.clientContext())
            let input = client.input
            let expected = message.whole
            while input.count < expected.count {
                let deadline = client.loop.now + Self.limit
                guard try await client.fill(atMost: 50_021, deadline: deadline) > 0 else { break }
            }
            #expect(input.bytes.makeArray() == expected)
            client.close()
            pair.listener.stop()
        }
    }

    @Test func severalInsertsFollowEachOther() async throws {
        try await runOnLoop { group in
            let listener = try Listener.bind(Self.loopback)
            let small = Message(before: 3, inserted: 20_000, behind: 2, piece: 7_000)
            listener.start(on: group.loops) { connection in
                for _ in 0..<50 {
                    small.insert(into: connection)
                    guard (try? await connection.flush()) != nil else { return }
                }
            }
            let client = try await Connection.connect(to: listener.address, on: group.loops[0])
            let received = try await Self.readAll(client, by: 10_007)
            #expect(received == (0..<50).flatMap { _ in small.whole })
            client.close()
            listener.stop()
        }
    }

    @Test func anInsertIsLetGoWhenTheConnectionCloses() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let listener = try Listener.bind(Self.loopback)
            let (ended, end) = AsyncStream.makeStream(of: Bool.self)
            listener.start(on: group.loops) { connection in
                weak var kept: Pieces?
                do {
                    let insert = Pieces([UInt8](repeating: 1, count: 30_000_000), 1 << 20)
                    kept = insert
                    connection.insert(insert, at: 0)
                }
                let wasKept = kept != nil
                let wasSent = (try? await connection.flush(deadline: loop.now + Self.limit)) != nil
                connection.close()
                end.yield(wasKept && !wasSent && kept == nil && !connection.hasUnsentOutput)
                end.finish()
            }
            let client = try await Connection.connect(to: listener.address, on: loop)
            #expect(try await client.fill(deadline: loop.now + Self.limit) > 0)
            client.close()
            for await isGood in ended { #expect(isGood) }
            listener.stop()
        }
    }

    @Test(arguments: [1, 10, 1_000, 70_000])
    func whatIsReceivedIntoMemoryGoesOnInTheInput(memoryByteCount: Int) async throws {
        try await runOnLoop(loopCount: 2) { group in
            let message = Message.bytes(100_000, 11)
            let listener = try Listener.bind(Self.loopback)
            listener.start(on: [group.loops[1]]) { connection in
                connection.output.append(message)
                try? await connection.flush()
            }
            let loop = group.loops[0]
            let client = try await Connection.connect(to: listener.address, on: loop)
            var received: [UInt8] = []
            let memory = UnsafeMutableRawBufferPointer.allocate(
                byteCount: memoryByteCount, alignment: 1)
            defer { unsafe memory.deallocate() }
            while true {
                guard let count = try unsafe client.fillNow(into: memory, thenAtMost: 5_000) else {
                    try await client.waitUntilReadable(deadline: loop.now + Self.limit)
                    continue
                }
                if count == 0 { break }
                let input = client.input
                #expect(count <= memoryByteCount + 5_000)
                #expect(input.count == max(0, count - memoryByteCount))
                unsafe received.append(contentsOf: memory.prefix(count))
                received += input.bytes.makeArray()
                input.clear()
            }
            #expect(received == message)
            client.close()
            listener.stop()
        }
    }
}
