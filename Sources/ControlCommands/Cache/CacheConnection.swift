import Base
import EventLoop
import SystemInterface

/// A conversation with one cache in memcached's text protocol, one request at a time.
///
/// Works with any memcached server. On the loop of `runBlocking`.
final class CacheConnection {
    private static let timeout = Duration.seconds(5)
    private static let answerBytesMax = 1 << 30

    private let connection: Connection
    private let name: String

    private init(_ connection: Connection, name: String) {
        self.connection = connection
        self.name = name
    }

    /// Connects to a cache.
    ///
    /// - Throws: `CommandFailure` when it cannot be reached.
    static func open(_ address: SocketAddress, on loop: Loop) async throws -> CacheConnection {
        do {
            let connection = try await Connection.connect(
                to: address, on: loop, deadline: loop.now + Self.timeout)
            return CacheConnection(connection, name: address.description)
        } catch ConnectionError.system(let errno) {
            throw CommandFailure(description: "\(address): not reachable (\(errno))")
        } catch {
            throw CommandFailure(description: "\(address): not reachable in time")
        }
    }

    /// Sends a line, and a block of data behind it where there is one.
    func send(_ line: String, data: [UInt8]? = nil) async throws {
        self.connection.output.append(line)
        self.connection.output.append("\r\n")
        if let data {
            self.connection.output.append(data)
            self.connection.output.append("\r\n")
        }
        do {
            try await self.connection.flush(deadline: self.deadline)
        } catch {
            throw self.lost
        }
    }

    /// The next line of the answer, without its end.
    ///
    /// - Throws: `CommandFailure` with the cache's words when it is one of memcached's error lines.
    func line() async throws -> String {
        let input = self.connection.input
        while true {
            if let end = input.bytes.firstIndex(of: 0x0A) {
                var line = input.bytes.extracting(first: end).makeString()
                input.consume(end + 1)
                if line.last == "\r" { line.removeLast() }
                for word in ["ERROR", "CLIENT_ERROR", "SERVER_ERROR"] where line.hasPrefix(word) {
                    throw CommandFailure(description: "\(self.name): \(line)")
                }
                return line
            }
            try await self.fill()
        }
    }

    /// The next `count` bytes of the answer and the line end behind them.
    func data(_ count: Int) async throws -> [UInt8] {
        guard count >= 0, count <= Self.answerBytesMax else { throw self.lost }
        let input = self.connection.input
        while input.count < count + 2 { try await self.fill() }
        let data = input.bytes.extracting(first: count).makeArray()
        input.consume(count + 2)
        return data
    }

    private var deadline: Instant { self.connection.loop.now + Self.timeout }

    private var lost: CommandFailure {
        CommandFailure(description: "\(self.name): the connection ended in the middle of an answer")
    }

    private func fill() async throws {
        let count = (try? await self.connection.fill(deadline: self.deadline)) ?? 0
        if count == 0 { throw self.lost }
    }
}
