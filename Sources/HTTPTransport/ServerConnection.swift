package import Base
package import EventLoop
package import HTTPProtocol
import Synchronization

/// A client's connection: reads requests, writes answers, keeps or closes. Loop thread only.
///
/// ```
///      next() ──► request ──► (nextBodyPart …) ──► beginResponse, addField, endHead, write …,
/// finish
///        ▲                                                                          │
///        └────────────── keep-alive: what is left of the body is read away ◄────────┘
/// ```
/// A request that cannot be read is answered here (400, 408, 414, 431, 505) and the connection
/// closed;
/// `rejection` lets the server write its own answer.
package final class ServerConnection {
    /// How many requests are served in a row before other work of the loop has its turn.
    private static let requestsInARowMax = 64

    /// The bytes below.
    package let connection: Connection
    /// The loop the connection lives on.
    package let loop: Loop
    /// How the connection is treated: the server's settings, unless its handler knows better ones
    /// for the present request (a location's time-outs). They stay until they are changed again.
    package var settings: ServerSettings
    /// The present request; valid from `next()` to `next()`.
    package let request = RequestHead()
    /// How many requests `next()` has answered so far.
    package private(set) var requestCount = 0
    /// When the present request's first byte was there, or nearly so.
    package private(set) var requestStart: Instant
    /// The largest body this request may have; set anew from the settings for each.
    package var bodyByteCountMax: UInt64?
    /// How many bytes of this request's body were consumed.
    package private(set) var bodyByteCount: UInt64 = 0
    /// Why the connection ended, once `next()` has answered nil; nil for a regular end.
    package private(set) var failure: HTTPTransportError?
    /// Writes the answer to a request that could not be read, by `beginResponse` … `finish`.
    /// Without it a short text is sent. The request line, when it could be read, is in `request`.
    package var rejection: ((ServerConnection, HTTPParseError) -> Void)?

    let shared: ServerLoop
    var response = ResponseState()
    private var body = BodyReader(.none)
    private var mustSendContinue = false
    private var flushIsScheduled = false
    private var requestsInARow = 0
    private var isServing = false

    init(_ connection: Connection, settings: ServerSettings, shared: ServerLoop) {
        self.connection = connection
        self.loop = connection.loop
        self.settings = settings
        self.shared = shared
        self.requestStart = connection.loop.now
    }

    /// Whether the server is ending; answers then say `Connection: close`.
    package var isDraining: Bool { self.shared.isDraining }

    // MARK: Requests

    /// The next request, or nil when the connection is at its end and should be left.
    ///
    /// Ends the exchange before: an answer that was begun and not finished cuts the connection, one
    /// not begun at all becomes a 500.
    package func next() async -> RequestHead? {
        do {
            if self.requestCount > 0, !self.endExchangeNow() {
                guard try await self.endExchange() else { return nil }
            }
            return try await self.readRequest()
        } catch {
            self.failure = error
            if case .invalidMessage(let reason) = error { await self.reject(reason) }
            return nil
        }
    }

    private func readRequest() async throws(HTTPTransportError) -> RequestHead? {
        let input = self.connection.input
        let mayRest = self.requestCount > 0
        var deadline =
            self.loop.now + (mayRest ? self.settings.keepAliveTimeout : self.settings.headerTimeout)
        var hasBegun = false
        while true {
            if !input.isEmpty {
                if !hasBegun {
                    hasBegun = true
                    self.requestStart = self.loop.now
                    deadline = self.loop.now + self.settings.headerTimeout
                }
                if let request = try self.takeRequest(input) {
                    self.requestsInARow += 1
                    if self.requestsInARow >= Self.requestsInARowMax { try await self.yield() }
                    return request
                }
            }
            if try !self.flushNow() { try await self.flush() }
            self.requestsInARow = 0
            let count = try await self.fill(deadline: deadline)
            if count == 0 {
                if hasBegun { throw .connection(.closed) }
                return nil
            }
        }
    }

    private func takeRequest(_ input: ByteBuffer) throws(HTTPTransportError) -> RequestHead? {
        do {
            guard
                let byteCount = try self.request.parse(input.bytes, limits: self.settings.limits)
            else { return nil }
            input.consume(byteCount)
        } catch {
            throw .invalidMessage(error)
        }
        self.requestCount += 1
        self.shared.counters.requestCount.wrappingAdd(1, ordering: .relaxed)
        self.shared.counters.busyCount.wrappingAdd(1, ordering: .relaxed)
        self.isServing = true
        self.body = BodyReader(self.request.framing, limits: self.settings.limits)
        self.bodyByteCount = 0
        self.bodyByteCountMax = self.settings.bodyByteCountMax
        self.mustSendContinue = self.request.expectsContinue
        self.response = ResponseState()
        return self.request
    }

    /// A client that pipelines without end must not keep the loop to itself.
    private func yield() async throws(HTTPTransportError) {
        self.requestsInARow = 0
        try await self.relieve()
        await self.loop.yield()
    }

    // MARK: The request's body

    /// Whether the whole body has been read; true for a request without one.
    package var bodyIsFinished: Bool { self.body.isFinished }
    /// How many bytes of the body are still to come, where the head said how many there are.
    package var bodyByteCountRemaining: UInt64? { self.body.remaining }

    /// Waits for a piece of the body: so many bytes at the front of `connection.input`. 0 at the
    /// end.
    ///
    /// The caller copies what it wants and calls `consumeBody`. Sends `100 Continue` when the
    /// client waits for it and no answer was begun.
    /// - Throws: `bodyTooLarge`, `invalidMessage`, `connection` when the client is gone or too
    /// slow.
    package func nextBodyPart() async throws(HTTPTransportError) -> Int {
        while true {
            if let count = try self.bodyPartNow() { return count }
            if self.mustSendContinue {
                self.mustSendContinue = false
                if self.response.phase == .notBegun {
                    self.connection.output.append("HTTP/1.1 100 Continue\r\n\r\n")
                }
            }
            if self.response.phase == .notBegun {
                try await self.flush()
            } else {
                // Another task may be writing the answer; it waits for room, not this one.
                do {
                    _ = try self.connection.flushNow()
                } catch {
                    throw .connection(error)
                }
            }
            let deadline = self.loop.now + self.settings.bodyTimeout
            if try await self.fill(deadline: deadline) == 0 { throw .invalidMessage(.truncated) }
        }
    }

    /// The piece of the body that is there already, 0 at the end, nil when more must be waited for.
    package func bodyPartNow() throws(HTTPTransportError) -> Int? {
        if let limit = self.bodyByteCountMax, let rest = self.body.remaining,
            self.bodyByteCount + rest > limit
        {
            throw .bodyTooLarge
        }
        do {
            switch try self.body.next(in: self.connection.input) {
            case .needMore: return nil
            case .end: return 0
            case .data(let count):
                if let limit = self.bodyByteCountMax, self.bodyByteCount + UInt64(count) > limit {
                    throw HTTPTransportError.bodyTooLarge
                }
                return count
            }
        } catch let error as HTTPParseError {
            throw .invalidMessage(error)
        } catch {
            throw .bodyTooLarge
        }
    }

    /// Drops bytes of the body from `connection.input`, at most as many as the last part had.
    package func consumeBody(_ byteCount: Int) {
        self.body.consume(byteCount, from: self.connection.input)
        self.bodyByteCount += UInt64(byteCount)
    }

    /// Appends the next piece of the body to `buffer`; answers how many bytes, 0 at the end.
    package func readBody(into buffer: ByteBuffer) async throws(HTTPTransportError) -> Int {
        let count = try await self.nextBodyPart()
        let input = self.connection.input
        buffer.append(input.bytes.extracting(first: count))
        self.consumeBody(count)
        return count
    }

    /// The whole body, for callers that need it at once (forms, control requests).
    ///
    /// - Throws: `bodyTooLarge` beyond `limit`, and what `nextBodyPart` throws.
    package func readWholeBody(limit: Int) async throws(HTTPTransportError) -> [UInt8] {
        self.bodyByteCountMax = UInt64(limit)
        let buffer = ByteBuffer()
        while try await self.readBody(into: buffer) > 0 {}
        return buffer.bytes.makeArray()
    }

    // MARK: Sending

    /// Sends what the client's connection takes of what was written; whether that is all.
    ///
    /// Most answers leave at once: asking here first saves them a wait that would be none.
    package func flushNow() throws(HTTPTransportError) -> Bool {
        do {
            return try self.connection.flushNow()
        } catch {
            throw .connection(error)
        }
    }

    /// Sends all that was written, waiting for the client as needed.
    package func flush() async throws(HTTPTransportError) {
        do {
            while try !self.connection.flushNow() {
                try await self.connection.waitUntilWritable(
                    deadline: self.loop.now + self.settings.sendTimeout)
            }
        } catch {
            throw .connection(error)
        }
    }

    /// Sends what was written when more than `outputHighWater` of it waits. Between pieces of a
    /// body.
    package func relieve() async throws(HTTPTransportError) {
        if self.needsRelief { try await self.flush() }
    }

    /// Whether so much was written that `relieve` would send it.
    package var needsRelief: Bool {
        self.connection.output.count > self.settings.outputHighWater
    }

    /// Sees to it that what was written leaves at the end of this turn of the loop, together with
    /// what comes to it until then.
    package func flushAtEndOfTurn() {
        if self.flushIsScheduled { return }
        self.flushIsScheduled = true
        self.loop.atEndOfTurn { [self] in
            self.flushIsScheduled = false
            // An error shows at the next read or write of the connection's own task.
            _ = try? self.connection.flushNow()
        }
    }

    private func fill(deadline: Instant) async throws(HTTPTransportError) -> Int {
        do {
            return try await self.connection.fill(deadline: deadline)
        } catch {
            throw .connection(error)
        }
    }

    // MARK: Between two requests

    /// Ends an exchange after which another request follows, and for which nothing is left to wait
    /// for; false when it is not such a one.
    private func endExchangeNow() -> Bool {
        guard self.response.phase == .finished, self.response.keepsConnection,
            self.body.isFinished, self.connection.input.isEmpty
        else { return false }
        self.ended()
        return true
    }

    /// Ends the exchange. Answers whether another request may follow on this connection.
    private func endExchange() async throws(HTTPTransportError) -> Bool {
        self.ended()
        switch self.response.phase {
        case .finished: break
        case .notBegun:
            self.response.keepsConnection = false
            self.respond(500, "Internal Server Error\n")
        case .head, .body:
            self.cut()
            return false
        }
        if self.response.keepsConnection, !self.body.isFinished {
            self.response.keepsConnection = try await self.discardBody()
        }
        guard self.response.keepsConnection else {
            try await self.flush()
            await self.linger()
            return false
        }
        // Further requests are there already: their answers may leave together with this one.
        if !self.connection.input.isEmpty, !self.connection.output.isEmpty {
            if self.connection.output.count > self.settings.outputHighWater {
                try await self.flush()
            } else {
                self.flushAtEndOfTurn()
            }
        }
        return true
    }

    /// Reads away what the handler left of the body; false when that is too much.
    private func discardBody() async throws(HTTPTransportError) -> Bool {
        self.bodyByteCountMax = nil
        let end = self.bodyByteCount + UInt64(self.settings.discardedBodyByteCountMax)
        if let rest = self.body.remaining, self.bodyByteCount + rest > end { return false }
        do {
            while self.bodyByteCount <= end {
                let count = try await self.nextBodyPart()
                if count == 0 { return true }
                self.consumeBody(count)
            }
        } catch .invalidMessage {}
        return false
    }

    private func reject(_ reason: HTTPParseError) async {
        self.shared.counters.rejectedCount.wrappingAdd(1, ordering: .relaxed)
        self.response = ResponseState()
        self.response.keepsConnection = false
        self.body = BodyReader(.none)
        if let rejection {
            rejection(self, reason)
        } else {
            self.respond(reason.status, "\(ReasonPhrase.of(reason.status))\n")
        }
        do {
            try await self.flush()
        } catch {
            return
        }
        await self.linger(isForced: true)
    }

    /// Closes after the last answer in a way that lets the client read it: what it still sends is
    /// read away for a while, as closing over unread data would reset the connection.
    private func linger(isForced: Bool = false) async {
        if !isForced, self.body.isFinished, self.connection.input.isEmpty { return }
        self.connection.shutdownOutput()
        let end = self.loop.now + self.settings.lingeringTime
        let input = self.connection.input
        while self.loop.now < end {
            input.clear()
            let deadline = min(end, self.loop.now + self.settings.lingeringTimeout)
            guard let count = try? await self.connection.fill(deadline: deadline), count > 0 else {
                return
            }
        }
    }

    /// Whether the connection waits for the first byte of a request.
    var isResting: Bool {
        !self.isServing && self.connection.input.isEmpty && self.connection.output.isEmpty
    }

    /// Cuts the connection so that the client sees that the answer is not whole. Counted.
    ///
    /// Where only the end of the connection ends the body, that is a reset; else what is there of
    /// the answer still reaches the client, who misses the rest of it.
    package func cut() {
        if self.connection.isClosed { return }
        self.shared.counters.cutCount.wrappingAdd(1, ordering: .relaxed)
        if case .untilClose = self.response.mode {
            self.connection.resetOnClose()
        } else {
            _ = try? self.connection.flushNow()
        }
        self.connection.close()
    }

    /// Keeps the books when an exchange, or the handler in the middle of one, has ended.
    func ended() {
        guard self.isServing else { return }
        self.isServing = false
        self.shared.counters.busyCount.wrappingSubtract(1, ordering: .relaxed)
    }
}
