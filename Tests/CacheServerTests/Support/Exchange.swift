import Base
import EventLoop
import SystemInterface

/// Bytes sent to a server on a connection of their own, and all that came back.
struct Exchange: Equatable, Sendable {
    private static let limit = Duration.seconds(20)

    /// What the server sent until it closed.
    var answer: [UInt8]
    /// Whether it closed without being told that nothing more would come.
    var closedItself: Bool

    var text: String { String(decoding: self.answer, as: UTF8.self) }

    /// How the bytes are sent.
    enum Manner: Sendable {
        /// In one piece, then the sending half is closed.
        case whole
        /// Byte by byte, each in a turn of the loop.
        case dripped
        /// In pieces of some thousand bytes, each in a turn of the loop.
        case inPieces
        /// In one piece, and the connection stays open: the server has to end it.
        case waiting

        fileprivate var pieceByteCount: Int? {
            switch self {
            case .dripped: 1
            case .inPieces: 7_001
            case .whole, .waiting: nil
            }
        }
    }

    /// Sends `bytes` to the server at `path`.
    ///
    /// - Throws: when the server takes no connection, or does not end it in time.
    static func send(
        _ bytes: [UInt8], to path: String, _ manner: Manner = .whole, on loop: Loop
    ) async throws -> Exchange {
        let deadline = loop.now + Self.limit
        let connection = LoopBound(
            try await Connection.connect(to: .unix(path), on: loop, deadline: deadline), loop: loop)
        // Sent by a task of its own, as a server that answers a lot stops to read meanwhile.
        loop.spawn {
            let connection = connection.value
            let size = manner.pieceByteCount ?? max(1, bytes.count)
            for start in stride(from: 0, to: bytes.count, by: size) {
                let end = min(start + size, bytes.count)
                connection.output.append(bytes.span.extracting(start..<end))
                guard (try? await connection.flush(deadline: deadline)) != nil else { return }
                await loop.sleep(until: loop.now)
            }
            if manner != .waiting { connection.shutdownOutput() }
        }
        return try await Self.gather(connection.value, manner, deadline)
    }

    private static func gather(
        _ connection: Connection, _ manner: Manner, _ deadline: Instant
    ) async throws -> Exchange {
        let input = connection.input
        do {
            while try await connection.fill(deadline: deadline) > 0 {}
        } catch ConnectionError.deadlineReached {
            connection.close()
            throw Errno.timedOut
        } catch {
            // A server that closes with bytes unread resets the connection: an end as well.
        }
        let answer = input.bytes.makeArray()
        connection.close()
        return Exchange(answer: answer, closedItself: manner == .waiting)
    }
}
