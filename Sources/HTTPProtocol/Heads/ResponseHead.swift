import Base

/// The head of an answer, parsed strictly and incrementally. Reused for all answers of a
/// connection.
package final class ResponseHead: MessageHead {
    /// The status, 100…999.
    package private(set) var status = 0
    /// The reason phrase; may be empty.
    package private(set) var reason = ByteRange.empty
    /// Content-Length, where the fields have it; of a HEAD answer too.
    package private(set) var contentLength: UInt64?
    private var framingFields = FramingFields()

    /// Makes an empty head.
    package override init() { super.init() }

    override var badFirstLine: HTTPParseError { .badStatusLine }

    /// Whether the server will keep the connection, as far as its head says (RFC 9112 section 9.3).
    package var allowsKeepAlive: Bool {
        if self.saysClose { return false }
        return self.minorVersion >= 1 || self.saysKeepAlive
    }

    /// Whether it is interim: 1xx, another head follows. 101 ends HTTP and is not interim.
    package var isInterim: Bool { self.status < 200 && self.status != 101 }

    /// How the body is framed, which depends on the request's method (RFC 9112 section 6.3).
    package func framing(to method: HTTPMethod) -> BodyFraming {
        if method == .head || self.status < 200 || self.status == 204 || self.status == 304 {
            return .none
        }
        return self.framingFields.ofResponse
    }

    /// Reads a head from the front of `input`; the rules are those of `RequestHead.parse`.
    package func parse(
        _ input: Span<UInt8>, limits: HTTPLimits = HTTPLimits()
    ) throws(HTTPParseError) -> Int? {
        do {
            return try self.read(input, limits)
        } catch {
            self.clear()
            throw error
        }
    }

    private func read(
        _ input: Span<UInt8>, _ limits: HTTPLimits
    ) throws(HTTPParseError) -> Int? {
        if !self.hasFirstLine {
            if self.scanIndex == 0 { self.prepare() }
            guard
                let line = try self.nextLine(
                    input, lengthMax: limits.requestLineByteCountMax, tooLong: .fieldLineTooLong)
            else { return nil }
            try self.parseStatusLine(input, line)
            self.hasFirstLine = true
        }
        while true {
            guard
                let line = try self.nextLine(
                    input, lengthMax: limits.fieldLineByteCountMax, tooLong: .fieldLineTooLong)
            else {
                if input.count > limits.headByteCountMax { throw .headTooLong }
                return nil
            }
            if self.lineStart > limits.headByteCountMax { throw .headTooLong }
            if line.isEmpty { break }
            if self.fields.count == limits.fieldCountMax { throw .tooManyFields }
            try self.parseField(input, line)
        }
        let byteCount = self.lineStart
        self.storage.clear()
        self.storage.append(input.extracting(0..<byteCount))
        self.scanIndex = 0
        self.hasFirstLine = false
        try self.understand()
        return byteCount
    }

    /// Forgets everything, also a head that was read in part.
    package func clear() {
        self.scanIndex = 0
        self.hasFirstLine = false
        self.prepare()
    }

    private func prepare() {
        self.reset()
        self.storage.clear()
        self.status = 0
        self.reason = .empty
        self.contentLength = nil
        self.framingFields = FramingFields()
    }

    private func parseStatusLine(
        _ input: Span<UInt8>, _ line: ByteRange
    ) throws(HTTPParseError) {
        let start = Int(line.start)
        let end = Int(line.end)
        guard line.count >= 12, input[start + 8] == 0x20 else { throw .badStatusLine }
        self.minorVersion = try HTTPVersionText.parse(input.extracting(start..<(start + 8)))
        guard let status = input.extracting((start + 9)..<(start + 12)).decimalValue(),
            status >= 100
        else { throw .badStatusLine }
        self.status = Int(status)
        if line.count > 12 {
            guard input[start + 12] == 0x20 else { throw .badStatusLine }
            self.reason = ByteRange(start + 13, end)
        }
    }

    private func understand() throws(HTTPParseError) {
        for field in self.fields {
            switch field.known {
            case .contentLength:
                try self.framingFields.sawContentLength(self.bytes(field.value))
            case .transferEncoding:
                try self.framingFields.sawTransferEncoding(self.bytes(field.value))
            default: break
            }
        }
        self.contentLength = self.framingFields.contentLength
        try self.framingFields.checkResponse()
    }
}
