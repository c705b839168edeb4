import Base
import EventLoop
import SystemInterface

/// A conversation with one cache in memcached's text protocol.
///
/// Works with any memcached server. On the loop of `runBlocking`.
final class CacheConnection {
    /// An item as `get` and `gets` bring it.
    struct Item {
        /// Its key, flags and CAS number (0 from `get`).
        var key: String, flags: UInt32, cas: UInt64
        /// Its value.
        var value: [UInt8]
    }

    private static let timeout = Duration.seconds(10)
    private static let answerBytesMax = 1 << 30

    /// Its address.
    let name: String
    /// What commands that speak for themselves use.
    let connection: Connection

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
            throw CommandFailure(.unreachable, description: "\(address): not reachable (\(errno))")
        } catch {
            throw CommandFailure(.unreachable, description: "\(address): not reachable in time")
        }
    }

    /// Puts a line, and a block of data behind it where there is one, into what `flush` sends.
    func add(_ line: String, data: [UInt8]? = nil) {
        self.connection.output.append(line)
        self.connection.output.append("\r\n")
        if let data {
            self.connection.output.append(data)
            self.connection.output.append("\r\n")
        }
    }

    /// Sends what was added.
    func flush() async throws {
        do {
            try await self.connection.flush(deadline: self.deadline)
        } catch {
            throw self.lost
        }
    }

    /// Sends a line, and a block of data behind it where there is one.
    func send(_ line: String, data: [UInt8]? = nil) async throws {
        self.add(line, data: data)
        try await self.flush()
    }

    /// The next line of the answer, without its end.
    ///
    /// - Throws: `CommandFailure` with the cache's words when it is one of memcached's error lines.
    func line() async throws -> String {
        let line = try await self.rawLine(timeout: Self.timeout)
        for word in ["ERROR", "CLIENT_ERROR", "SERVER_ERROR"] where line.hasPrefix(word) {
            throw CommandFailure(description: "\(self.name): \(line)")
        }
        return line
    }

    /// The next line, whatever it says. Without a `timeout` it waits as long as it takes.
    func rawLine(timeout: Duration?) async throws -> String {
        let input = self.connection.input
        while true {
            if let end = input.bytes.firstIndex(of: 0x0A) {
                var line = input.bytes.extracting(first: end).makeString()
                input.consume(end + 1)
                // A carriage return and a line feed are one character of a string.
                if line.utf8.last == 0x0D { line = String(line.unicodeScalars.dropLast()) }
                return line
            }
            try await self.fill(timeout)
        }
    }

    /// The next `count` bytes of the answer and the line end behind them.
    func data(_ count: Int) async throws -> [UInt8] {
        guard count >= 0, count <= Self.answerBytesMax else { throw self.lost }
        let input = self.connection.input
        while input.count < count + 2 { try await self.fill(Self.timeout) }
        let data = input.bytes.extracting(first: count).makeArray()
        input.consume(count + 2)
        return data
    }

    /// The next item of an answer to `get` or `gets`; nil at its end.
    func item() async throws -> Item? {
        let line = try await self.line()
        if line == "END" { return nil }
        let words = line.split(separator: " ")
        guard words.count >= 4, words[0] == "VALUE", let flags = UInt32(words[2]),
            let count = Int(words[3])
        else { throw self.strange(line) }
        let cas = words.count > 4 ? UInt64(words[4]) ?? 0 : 0
        return Item(
            key: String(words[1]), flags: flags, cas: cas, value: try await self.data(count))
    }

    /// The pairs of an answer to `stats`.
    func statistics(_ group: String = "") async throws -> [(name: String, value: String)] {
        try await self.send(group.isEmpty ? "stats" : "stats \(group)")
        var pairs: [(name: String, value: String)] = []
        while true {
            let line = try await self.line()
            if line == "END" || line == "RESET" { return pairs }
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            guard words.count >= 2, words[0] == "STAT" else { throw self.strange(line) }
            pairs.append((String(words[1]), words.count > 2 ? String(words[2]) : ""))
        }
    }

    /// Ends the conversation.
    func close() { self.connection.close() }

    /// What to say of an answer that does not belong here.
    func strange(_ line: String) -> CommandFailure {
        CommandFailure(
            .strange, description: "\(self.name): answered '\(RecordWriter.oneLine(line))'")
    }

    private var deadline: Instant { self.connection.loop.now + Self.timeout }

    private var lost: CommandFailure {
        CommandFailure(
            .unreachable,
            description: "\(self.name): the connection ended in the middle of an answer")
    }

    private func fill(_ timeout: Duration?) async throws {
        let deadline = self.connection.loop.now + (timeout ?? .seconds(86_400 * 365))
        let count = (try? await self.connection.fill(deadline: deadline)) ?? 0
        if count == 0 { throw self.lost }
    }
}
