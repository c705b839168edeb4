import Base
package import EventLoop
package import SystemInterface

/// Either end of an HTTP connection, byte for byte as the test wants it. Loop thread only.
///
/// Every wait ends after `limit` with an error, so that a test that waits for what never comes
/// fails instead of standing still.
package final class RawConnection {
    /// How long anything is waited for.
    package static let limit = Duration.seconds(20)

    /// The connection below.
    package let connection: Connection
    private var deadline: Instant { self.connection.loop.now + Self.limit }

    /// Takes a connection.
    package init(_ connection: Connection) { self.connection = connection }

    /// Connects to a server.
    package static func connect(
        to address: SocketAddress, on loop: Loop
    ) async throws -> RawConnection {
        let deadline = loop.now + Self.limit
        return RawConnection(
            try await Connection.connect(to: address, on: loop, deadline: deadline))
    }

    // MARK: Sending

    /// Sends a text at once.
    package func send(_ text: String) async throws { try await self.send(Array(text.utf8)) }

    /// Sends bytes at once.
    package func send(_ bytes: [UInt8]) async throws {
        self.connection.output.append(bytes)
        try await self.connection.flush(deadline: self.deadline)
    }

    /// Sends a text byte by byte, each in a turn of the loop of its own.
    package func drip(_ text: String) async throws {
        let loop = self.connection.loop
        for byte in text.utf8 {
            try await self.send([byte])
            await loop.sleep(until: loop.now)
        }
    }

    /// Tells the other end that nothing more is sent.
    package func finish() { self.connection.shutdownOutput() }

    /// Closes the connection.
    package func close() { self.connection.close() }

    /// Closes the connection by a reset.
    package func reset() {
        self.connection.resetOnClose()
        self.connection.close()
    }

    // MARK: Receiving

    /// The next request; nil when the connection ended before one.
    package func request() async throws -> RawMessage? { try await self.message(answerTo: nil) }

    /// The next answer, to a request with `method`; nil when the connection ended before one.
    package func answer(to method: String = "GET") async throws -> RawMessage? {
        try await self.message(answerTo: method)
    }

    /// The next head, with an empty body; what follows is not looked at.
    package func head() async throws -> RawMessage? {
        guard let head = try await self.line(endingWith: "\r\n\r\n") else { return nil }
        return RawMessage(head: head)
    }

    /// All that comes until the other end closes.
    package func rest() async throws -> String {
        while try await self.fill() {}
        let input = self.connection.input
        let text = input.bytes.makeString()
        input.clear()
        return text
    }

    /// Exactly so many bytes, as text.
    package func text(_ byteCount: Int) async throws -> String {
        var bytes: [UInt8] = []
        _ = try await self.take(byteCount, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the other end closes without a further byte.
    package func hasEnded() async throws -> Bool {
        guard self.connection.input.isEmpty else { return false }
        return try await !self.fill()
    }

    /// Whether the connection ends by a reset, whatever comes before.
    package func isReset() async throws -> Bool {
        do {
            while try await self.connection.fill(deadline: self.deadline) > 0 {}
            return false
        } catch ConnectionError.system(.connectionReset) {
            return true
        }
    }

    private func message(answerTo method: String?) async throws -> RawMessage? {
        guard var message = try await self.head() else { return nil }
        switch RawFraming(of: message, answerTo: method) {
        case .none: break
        case .length(let count):
            message.isWhole = try await self.take(count, to: &message.body)
        case .untilClose:
            while try await self.fill() {}
            let input = self.connection.input
            message.body = input.bytes.makeArray()
            input.clear()
        case .chunked: message.isWhole = try await self.takeChunks(to: &message.body)
        }
        return message
    }

    private func takeChunks(to body: inout [UInt8]) async throws -> Bool {
        while let line = try await self.line(endingWith: "\r\n") {
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else { return false }
            if size == 0 {
                while let trailer = try await self.line(endingWith: "\r\n") {
                    if trailer.isEmpty { return true }
                }
                return false
            }
            guard try await self.take(size, to: &body),
                try await self.line(endingWith: "\r\n") == ""
            else { return false }
        }
        return false
    }

    /// What stands before the next `mark`, which is dropped; nil when the end comes first.
    private func line(endingWith mark: String) async throws -> String? {
        let mark = Array(mark.utf8)
        let input = self.connection.input
        while true {
            let bytes = input.bytes.makeArray()
            let places = bytes.indices.dropLast(mark.count - 1)
            if let place = places.first(where: { bytes[$0...].starts(with: mark) }) {
                input.consume(place + mark.count)
                return String(decoding: bytes[..<place], as: UTF8.self)
            }
            guard try await self.fill() else { return nil }
        }
    }

    private func take(_ byteCount: Int, to body: inout [UInt8]) async throws -> Bool {
        let input = self.connection.input
        var rest = byteCount
        while rest > 0 {
            if input.isEmpty, try await !self.fill() { return false }
            let count = min(rest, input.count)
            body += input.bytes.extracting(first: count).makeArray()
            input.consume(count)
            rest -= count
        }
        return true
    }

    /// Waits for more; false at the end, which a reset is as well.
    private func fill() async throws -> Bool {
        do {
            return try await self.connection.fill(deadline: self.deadline) > 0
        } catch ConnectionError.deadlineReached {
            throw ConnectionError.deadlineReached
        } catch {
            return false
        }
    }
}
