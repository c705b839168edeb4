package import Base
import EventLoop
package import HTTPProtocol
package import SystemInterface

/// How long an answer's body is.
package enum ResponseBody: Equatable, Sendable {
    /// So many bytes, told in Content-Length.
    case length(UInt64)
    /// Not known beforehand: chunked to HTTP/1.1 clients, until the close to HTTP/1.0 ones.
    case stream
}

/// The fields that every answer of the server's own has.
package struct StandardFields: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `Server`, when the settings have one.
    package static let server = StandardFields(rawValue: 1)
    /// `Date`, when the settings say so.
    package static let date = StandardFields(rawValue: 2)
    /// Both.
    package static let all: StandardFields = [.server, .date]
}

/// Where an answer stands.
struct ResponseState {
    enum Phase { case notBegun, head, body, finished }
    enum Mode { case none, length(UInt64), chunked, untilClose }
    var phase = Phase.notBegun
    var mode = Mode.none
    var status = 0
    var keepsConnection = true
    var bodyByteCount: UInt64 = 0
}

/// Writing an answer. All but `sendFile` only append to the connection's output.
extension ServerConnection {
    /// The status of the answer, 0 before `beginResponse`.
    package var status: Int { self.response.status }
    /// Whether the answer's head has been written; its status can then not be changed.
    package var hasBegunResponse: Bool { self.response.phase != .notBegun }
    /// How many bytes of body were written so far, without chunk framing.
    package var responseBodyByteCount: UInt64 { self.response.bodyByteCount }
    /// Whether another request may follow this one; decided at `endHead`.
    package var keepsConnection: Bool { self.response.keepsConnection }

    /// Makes this answer the connection's last.
    package func closeAfterResponse() { self.response.keepsConnection = false }

    /// Writes the status line and the fields `Server` and `Date`, or those of them that are asked
    /// for: a proxy may pass on the ones it got. Once a request.
    package func beginResponse(
        _ status: Int, reason: String? = nil, standardFields: StandardFields = .all
    ) {
        precondition(self.response.phase == .notBegun, "an answer is begun once")
        self.response.phase = .head
        self.response.status = status
        let output = self.connection.output
        output.appendStatusLine(status, reason: reason)
        self.shared.appendStandardFields(
            standardFields, of: self, now: self.loop.now, to: output)
    }

    /// Writes a field. Not for the framing fields, `Connection` or `Date`, which are written here.
    package func addField(_ name: StaticString, _ value: StaticString) {
        self.assertInHead()
        self.connection.output.appendField(name, value)
    }

    /// Writes a field. The value has no control characters: it came through a parser or was
    /// checked.
    package func addField(_ name: StaticString, _ value: String) {
        self.assertInHead()
        self.connection.output.appendField(name, value)
    }

    /// Writes a field; name and value as `addField(_:_:)` wants them.
    package func addField(named name: String, _ value: String) {
        self.assertInHead()
        self.connection.output.appendField(name, value)
    }

    /// Writes a field; name and value as `addField(_:_:)` wants them.
    package func addField(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        self.assertInHead()
        self.connection.output.appendField(name, value)
    }

    /// Writes a field of another message as it came.
    package func addField(_ field: HeaderField, of head: MessageHead) {
        self.assertInHead()
        self.connection.output.appendField(field, of: head)
    }

    /// Writes a field with a number.
    package func addField(_ name: StaticString, decimal value: UInt64) {
        self.assertInHead()
        self.connection.output.appendField(name, decimal: value)
    }

    /// Ends the head: writes the framing fields and `Connection`, and decides whether to keep it.
    ///
    /// 1xx, 204 and 304 get neither body nor framing fields; HEAD gets the fields without the body
    /// (of a stream none).
    package func endHead(_ body: ResponseBody) {
        self.assertInHead()
        self.response.phase = .body
        let output = self.connection.output
        let status = self.response.status
        let hasNoBody = status < 200 || status == 204 || status == 304
        self.decideKeepAlive()
        switch body {
        case .length(let count):
            if hasNoBody {
                self.response.mode = .none
            } else {
                output.appendField("Content-Length", decimal: count)
                self.response.mode = self.request.method == .head ? .none : .length(count)
            }
        case .stream:
            if hasNoBody || self.request.method == .head {
                self.response.mode = .none
            } else if self.request.minorVersion >= 1 {
                output.append("Transfer-Encoding: chunked\r\n")
                self.response.mode = .chunked
            } else {
                self.response.mode = .untilClose
                self.response.keepsConnection = false
            }
        }
        if !self.response.keepsConnection {
            output.append("Connection: close\r\n\r\n")
        } else if self.settings.saysKeepAlive || self.request.minorVersion == 0 {
            output.append("Connection: keep-alive\r\n\r\n")
        } else {
            output.appendHeadEnd()
        }
    }

    private func decideKeepAlive() {
        guard self.response.keepsConnection else { return }
        // A client that waits for 100 Continue may or may not send its body after another answer.
        let bodyIsUncertain =
            self.request.expectsContinue && !self.bodyIsFinished
            && self.bodyByteCount == 0 && self.connection.input.isEmpty
        self.response.keepsConnection =
            self.request.wantsKeepAlive && !self.isDraining && !bodyIsUncertain
            && self.settings.keepAliveTimeout > .zero
            && self.requestCount < self.settings.keepAliveRequestCountMax
    }

    /// Writes a piece of the body; to HEAD and bodiless answers nothing. Call `relieve()` between
    /// pieces.
    ///
    /// Traps when more is written than Content-Length told.
    package func write(_ bytes: Span<UInt8>) {
        precondition(self.response.phase == .body, "a body follows the head")
        switch self.response.mode {
        case .none: return
        case .length(let rest):
            precondition(UInt64(bytes.count) <= rest, "a body is as long as its head told")
            self.response.mode = .length(rest - UInt64(bytes.count))
            self.connection.output.append(bytes)
        case .chunked: self.connection.output.appendChunk(bytes)
        case .untilClose: self.connection.output.append(bytes)
        }
        self.response.bodyByteCount += UInt64(bytes.count)
    }

    /// Ends the answer. A body shorter than its head told cuts the connection at `next()`.
    ///
    /// What was written leaves at `next()`, or at `flush()`.
    package func finish() {
        precondition(self.response.phase == .body, "an answer ends after its head")
        switch self.response.mode {
        case .length(let rest) where rest > 0: return
        case .chunked: self.connection.output.appendLastChunk()
        default: break
        }
        self.response.phase = .finished
    }

    /// Writes a whole short answer.
    package func respond(
        _ status: Int, _ text: String, contentType: StaticString = "text/plain; charset=utf-8"
    ) {
        self.beginResponse(status)
        self.addField("Content-Type", contentType)
        self.endHead(.length(UInt64(text.utf8.count)))
        self.write(text.utf8.span)
        self.finish()
    }

    /// Writes a whole answer out of a buffer, which is left as it is.
    package func respond(_ status: Int, _ bytes: ByteBuffer, contentType: StaticString) {
        self.beginResponse(status)
        self.addField("Content-Type", contentType)
        self.endHead(.length(UInt64(bytes.count)))
        self.write(bytes.bytes)
        self.finish()
    }

    /// Sends a piece of a file as the body, inside the kernel; the head must have told its length.
    ///
    /// - Throws: `connection` when the client is gone, too slow, or the file has become shorter;
    /// the
    ///   answer is then not whole and the connection must be left.
    package func sendFile(
        _ file: borrowing Descriptor, offset: Int64, byteCount: Int64
    ) async throws(HTTPTransportError) {
        precondition(self.response.phase == .body, "a body follows the head")
        guard case .length(let rest) = self.response.mode, byteCount > 0 else { return }
        precondition(UInt64(byteCount) <= rest, "a body is as long as its head told")
        try await self.flush()
        // One deadline for each piece, so that a slow client is judged by its progress.
        let pieceByteCount: Int64 = 131_072
        var position = offset
        let end = offset + byteCount
        while position < end {
            let count = min(pieceByteCount, end - position)
            do {
                try await self.connection.sendFile(
                    file, offset: position, byteCount: count,
                    deadline: self.loop.now + self.settings.sendTimeout)
            } catch {
                throw .connection(error)
            }
            position += count
            self.response.bodyByteCount += UInt64(count)
        }
        self.response.mode = .length(rest - UInt64(byteCount))
    }

    /// Leaves HTTP after a 101 answer's head: the bytes belong to the caller until it leaves the
    /// task.
    package func becomeTunnel() {
        self.response.phase = .finished
        self.response.keepsConnection = false
    }

    private func assertInHead() {
        precondition(self.response.phase == .head, "fields stand between beginResponse and endHead")
    }
}
