import Base
import EventLoop
import SystemInterface

/// A client of the cache under measurement, on a loop of its own.
struct TurnClient {
    private static let limit = Duration.seconds(120)

    let connection: Connection

    init(to path: String, on loop: Loop) async throws {
        self.connection = try await Connection.connect(to: .unix(path), on: loop)
    }

    /// Sends a text and reads until what came ends with `end`.
    func ask(_ text: String, until end: String) async throws {
        self.connection.output.append(text)
        try await self.finish(until: end)
    }

    /// Sends a value of so many bytes to be stored with this verb.
    func send(_ verb: String, _ key: String, byteCount: Int) async throws {
        self.connection.output.append("\(verb) \(key) 0 0 \(byteCount)\r\n")
        let piece = [UInt8](repeating: 0x7A, count: 1 << 20)
        var left = byteCount
        while left > 0 {
            self.connection.output.append(piece.span.extracting(0..<min(left, piece.count)))
            left -= min(left, piece.count)
            try await self.flush()
        }
        self.connection.output.append("\r\n")
        try await self.finish(until: "STORED\r\n")
    }

    private func flush() async throws {
        try await self.connection.flush(deadline: self.connection.loop.now + Self.limit)
    }

    private func finish(until end: String) async throws {
        let input = self.connection.input
        // What is sent may be more than fits while nothing is read.
        let connection = LoopBound(self.connection, loop: self.connection.loop)
        self.connection.loop.spawn {
            let connection = connection.value
            try? await connection.flush(deadline: connection.loop.now + Self.limit)
        }
        let wanted = Array(end.utf8)
        var tail: [UInt8] = []
        while tail != wanted {
            let deadline = self.connection.loop.now + Self.limit
            guard try await self.connection.fill(atMost: 1 << 18, deadline: deadline) > 0 else {
                throw ConnectionError.closed
            }
            let came = input.makeArray()
            tail = Array((tail + came.suffix(wanted.count)).suffix(wanted.count))
            input.clear()
        }
    }
}
