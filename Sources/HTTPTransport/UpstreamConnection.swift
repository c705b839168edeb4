package import Base
package import EventLoop
package import HTTPProtocol
package import SystemInterface

/// A connection to a server that is asked: writes requests, reads answers. Loop thread only.
///
/// ```
/// upstream.beginRequest(.get)
/// upstream.connection.output.appendRequestLine("GET", "/")   // … fields, appendHeadEnd
/// try await upstream.flush(deadline: …)
/// let head = try await upstream.readHead(timeout: …)
/// while case let count = try await upstream.nextBodyPart(timeout: …), count > 0 { …
/// consumeBody(count) } pool.put(upstream)                                          // when
/// upstream.isReusable
/// ```
package final class UpstreamConnection {
    /// How many interim answers (1xx) may come before the real one.
    private static let interimCountMax = 16

    /// The bytes below.
    package let connection: Connection
    /// Whom it was connected to.
    package let address: SocketAddress
    /// The present answer's head; valid until the next `readHead`.
    package let response = ResponseHead()
    /// How many requests were begun on it.
    package private(set) var requestCount = 0
    /// When it was made.
    package let openedAt: Instant
    /// When it was put aside last.
    package internal(set) var idleSince: Instant
    /// Whether any byte of the present answer has come.
    package private(set) var hasAnswerBytes = false

    private let limits: HTTPLimits
    private var method = HTTPMethod.get
    private var body = BodyReader(.none)
    private var sentBefore = 0
    private var isComplete = true
    private var isWhole = true

    /// Wraps a connection that stands.
    package init(
        _ connection: Connection, address: SocketAddress, limits: HTTPLimits = HTTPLimits()
    ) {
        self.connection = connection
        self.address = address
        self.limits = limits
        self.openedAt = connection.loop.now
        self.idleSince = connection.loop.now
    }

    /// Connects to `address`.
    package static func connect(
        to address: SocketAddress, on loop: Loop, deadline: Instant,
        limits: HTTPLimits = HTTPLimits()
    ) async throws(HTTPTransportError) -> UpstreamConnection {
        do {
            let connection = try await Connection.connect(
                to: address, on: loop, deadline: deadline)
            return UpstreamConnection(connection, address: address, limits: limits)
        } catch {
            throw .connection(error)
        }
    }

    // MARK: Asking

    /// Begins a request with `method`, whose head and body the caller appends to
    /// `connection.output`.
    package func beginRequest(_ method: HTTPMethod) {
        self.method = method
        self.requestCount += 1
        self.isComplete = false
        self.isWhole = false
        self.hasAnswerBytes = false
        self.sentBefore = self.connection.sentByteCount
        self.response.clear()
    }

    /// Whether any byte of the present request has been given to the kernel. From then on the
    /// server may have acted on it.
    package var hasSentBytes: Bool { self.connection.sentByteCount != self.sentBefore }

    /// Tells that the whole request is in `connection.output` or sent. Without it the connection is
    /// not used again.
    package func requestIsWhole() { self.isWhole = true }

    /// Sends what the kernel takes at once of what was appended; whether that is all.
    package func flushNow() throws(HTTPTransportError) -> Bool {
        do {
            return try self.connection.flushNow()
        } catch {
            throw .connection(error)
        }
    }

    /// Sends what was appended, waiting for room; each wait is `timeout` at the longest.
    package func flush(timeout: Duration) async throws(HTTPTransportError) {
        do {
            while try !self.connection.flushNow() {
                try await self.connection.waitUntilWritable(
                    deadline: self.connection.loop.now + timeout)
            }
        } catch {
            throw .connection(error)
        }
    }

    // MARK: The answer

    /// Waits for the head of the answer; interim ones are passed over, 101 is not.
    ///
    /// - Throws: `noMessage` when the server closed without a byte, `invalidMessage`, `connection`.
    package func readHead(timeout: Duration) async throws(HTTPTransportError) -> ResponseHead {
        var interimCount = 0
        while true {
            while let head = try self.takeHead() {
                if !head.isInterim { return head }
                interimCount += 1
                guard interimCount <= Self.interimCountMax else {
                    throw .invalidMessage(.badStatusLine)
                }
            }
            let deadline = self.connection.loop.now + timeout
            if try await self.fill(deadline: deadline) == 0 {
                throw self.hasAnswerBytes ? .invalidMessage(.truncated) : .noMessage
            }
            self.hasAnswerBytes = true
        }
    }

    private func takeHead() throws(HTTPTransportError) -> ResponseHead? {
        let input = self.connection.input
        if input.isEmpty { return nil }
        do {
            guard let byteCount = try self.response.parse(input.bytes, limits: self.limits) else {
                return nil
            }
            input.consume(byteCount)
        } catch {
            throw .invalidMessage(error)
        }
        if !self.response.isInterim {
            self.body = BodyReader(self.response.framing(to: self.method), limits: self.limits)
            self.isComplete = self.body.isFinished
        }
        return self.response
    }

    /// How many bytes of the answer's body are still to come, where its head said how many there
    /// are.
    package var bodyByteCountRemaining: UInt64? { self.body.remaining }

    /// The piece of the body that is there already, at the front of `connection.input`: 0 at the
    /// end, nil when more must be waited for.
    package func bodyPartNow() throws(HTTPTransportError) -> Int? {
        do {
            switch try self.body.next(in: self.connection.input) {
            case .needMore: return nil
            case .data(let count): return count
            case .end:
                self.isComplete = true
                return 0
            }
        } catch {
            throw .invalidMessage(error)
        }
    }

    /// Waits for a piece of the body: so many bytes at the front of `connection.input`. 0 at the
    /// end.
    ///
    /// - Throws: `invalidMessage(.truncated)` when the server closed in the middle, `connection`.
    package func nextBodyPart(timeout: Duration) async throws(HTTPTransportError) -> Int {
        while true {
            if let count = try self.bodyPartNow() { return count }
            if try await self.fill(deadline: self.connection.loop.now + timeout) == 0 {
                do {
                    try self.body.inputEnded()
                } catch {
                    throw .invalidMessage(error)
                }
                return 0
            }
        }
    }

    /// Drops bytes of the body from `connection.input`, at most as many as the last part had.
    package func consumeBody(_ byteCount: Int) {
        self.body.consume(byteCount, from: self.connection.input)
        if self.body.isFinished { self.isComplete = true }
    }

    /// Whether another request may be sent: question and answer are whole, the server keeps the
    /// connection and has sent nothing that was not asked for.
    package var isReusable: Bool {
        self.isComplete && self.isWhole && !self.connection.isClosed
            && !self.connection.peerHasFinished && self.connection.input.isEmpty
            && self.connection.output.isEmpty && self.response.allowsKeepAlive
            && self.response.status != 101
    }

    /// Closes the connection. Again has no effect.
    package func close() { self.connection.close() }

    private func fill(deadline: Instant) async throws(HTTPTransportError) -> Int {
        do {
            return try await self.connection.fill(deadline: deadline)
        } catch {
            throw .connection(error)
        }
    }
}
