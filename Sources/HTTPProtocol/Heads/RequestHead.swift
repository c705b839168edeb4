import Base

/// The head of a request, parsed strictly and incrementally. Reused for all requests of a
/// connection.
///
/// ```
/// GET /docs/a%20b?x=1 HTTP/1.1        method, target = path ? query, version
/// Host: example.org:8080              authority = host [: port]
/// ```
package final class RequestHead: MessageHead {
    /// The four forms of a target (RFC 9112 section 3.2).
    package enum TargetForm: Sendable {
        /// `/path?query`.
        case origin
        /// `http://host/path?query`.
        case absolute
        /// `host:port`, with CONNECT.
        case authority
        /// `*`, with OPTIONS.
        case asterisk
    }

    /// The method.
    package private(set) var method = HTTPMethod.get
    /// Where the method's name stands.
    package private(set) var methodRange = ByteRange.empty
    /// The whole target as it came.
    package private(set) var target = ByteRange.empty
    /// Which form the target has.
    package private(set) var targetForm = TargetForm.origin
    /// The target's path, still encoded; empty in `http://host` and with CONNECT.
    package private(set) var path = ByteRange.empty
    /// What follows the first `?`, or nil when there is none.
    package private(set) var query: ByteRange?
    /// The host with its port: of an absolute target, else of Host. Empty without either.
    package private(set) var authority = ByteRange.empty
    /// The authority without its port; an IPv6 address keeps its brackets.
    package private(set) var host = ByteRange.empty
    /// How the body is framed.
    package private(set) var framing = BodyFraming.none
    /// Whether the client waits for `100 Continue` before it sends the body.
    package private(set) var expectsContinue = false

    /// Makes an empty head.
    package override init() { super.init() }

    /// Whether the client wants the connection kept (RFC 9112 section 9.3).
    package var wantsKeepAlive: Bool {
        if self.saysClose { return false }
        return self.minorVersion >= 1 || self.saysKeepAlive
    }

    /// The whole request line as it came, for logs.
    package var requestLine: ByteRange { ByteRange(self.lineZero, Int(self.lineZeroEnd)) }
    private var lineZero = 0
    private var lineZeroEnd = 0

    /// Reads a head from the front of `input`.
    ///
    /// Call it again with more bytes after nil; the same front must still be there. What was looked
    /// at is not looked at again.
    ///
    /// - Returns: how many bytes the head takes, blank line included; nil when it is not all there.
    /// - Throws: why it can never be a valid request; the head then holds the request line at most.
    package func parse(
        _ input: Span<UInt8>, limits: HTTPLimits = HTTPLimits()
    ) throws(HTTPParseError) -> Int? {
        do {
            return try self.read(input, limits)
        } catch {
            // Their places are in the input, not in what was kept.
            self.fields.removeAll(keepingCapacity: true)
            throw error
        }
    }

    private func read(
        _ input: Span<UInt8>, _ limits: HTTPLimits
    ) throws(HTTPParseError) -> Int? {
        if !self.hasFirstLine {
            if self.scanIndex == 0 { self.prepare() }
            try self.skipEmptyLines(input)
            guard
                let line = try self.nextLine(
                    input, lengthMax: limits.requestLineByteCountMax, tooLong: .requestLineTooLong)
            else { return nil }
            self.keep(input, upTo: Int(line.end))
            try self.parseRequestLine(input, line)
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
        self.keep(input, upTo: byteCount)
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
        self.method = .other
        self.methodRange = .empty
        self.target = .empty
        self.targetForm = .origin
        self.path = .empty
        self.query = nil
        self.authority = .empty
        self.host = .empty
        self.framing = .none
        self.expectsContinue = false
        self.minorVersion = 1
        self.lineZero = 0
        self.lineZeroEnd = 0
    }

    private func keep(_ input: Span<UInt8>, upTo end: Int) {
        self.storage.clear()
        self.storage.append(input.extracting(0..<end))
    }

    /// RFC 9112 section 2.2: empty lines before a request are passed over; two, our limit.
    private func skipEmptyLines(_ input: Span<UInt8>) throws(HTTPParseError) {
        while self.scanIndex == self.lineStart, self.lineStart < input.count {
            let byte = input[self.lineStart]
            if byte == 0x0A {
                self.lineStart += 1
            } else if byte == 0x0D {
                guard self.lineStart + 1 < input.count else { return }
                guard input[self.lineStart + 1] == 0x0A else { throw .bareCarriageReturn }
                self.lineStart += 2
            } else if !HTTPText.isTokenByte(byte) {
                throw .badMethod  // such as TLS spoken to a plain port: no need to wait for a line
            } else {
                return
            }
            if self.lineStart > 4 { throw .badRequestLine }
            self.scanIndex = self.lineStart
        }
    }

    private func parseRequestLine(
        _ input: Span<UInt8>, _ line: ByteRange
    ) throws(HTTPParseError) {
        self.lineZero = Int(line.start)
        self.lineZeroEnd = Int(line.end)
        var index = Int(line.start)
        let end = Int(line.end)
        index = input.firstIndex(outside: HTTPText.token, from: index, to: end)
        guard index < end, input[index] == 0x20 else {
            throw index < end ? .badMethod : .badRequestLine
        }
        self.methodRange = ByteRange(Int(line.start), index)
        self.method = HTTPMethod(input.extracting(self.methodRange.range))
        let targetStart = index + 1
        index = targetStart
        var question: Int?
        while index < end {
            let byte = input[index]
            if byte <= 0x20 || byte == UInt8(ascii: "#") { break }
            if byte == UInt8(ascii: "?"), question == nil { question = index }
            index += 1
        }
        guard index < end else { throw .badRequestLine }
        guard input[index] == 0x20, index > targetStart else { throw .badTarget }
        self.target = ByteRange(targetStart, index)
        self.minorVersion = try HTTPVersionText.parse(input.extracting((index + 1)..<end))
        try self.splitTarget(input, question)
    }

    private func splitTarget(_ input: Span<UInt8>, _ question: Int?) throws(HTTPParseError) {
        let start = Int(self.target.start)
        let end = Int(self.target.end)
        let pathEnd = question ?? end
        if let question { self.query = ByteRange(question + 1, end) }
        if self.method == .connect {
            self.targetForm = .authority
            guard question == nil, HTTPAuthority.isValid(input.extracting(self.target.range)) else {
                throw .badTarget
            }
            self.authority = self.target
        } else if input[start] == UInt8(ascii: "/") {
            self.targetForm = .origin
            self.path = ByteRange(start, pathEnd)
        } else if self.target.count == 1, input[start] == UInt8(ascii: "*") {
            guard self.method == .options else { throw .badTarget }
            self.targetForm = .asterisk
            self.path = self.target
        } else {
            try self.splitAbsoluteTarget(input, pathEnd)
        }
    }

    private func splitAbsoluteTarget(
        _ input: Span<UInt8>, _ pathEnd: Int
    ) throws(HTTPParseError) {
        let target = input.extracting(Int(self.target.start)..<pathEnd)
        guard let colon = target.firstIndex(of: UInt8(ascii: ":")) else { throw .badTarget }
        let scheme = target.extracting(0..<colon)
        let isHTTP =
            scheme.isEqualIgnoringCase(to: "http") || scheme.isEqualIgnoringCase(to: "https")
        guard isHTTP, target.extracting(colon..<target.count).hasPrefix("://") else {
            throw .badTarget
        }
        let hostStart = colon + 3
        let slash = target.firstIndex(of: UInt8(ascii: "/"), from: hostStart) ?? target.count
        guard HTTPAuthority.isValid(target.extracting(hostStart..<slash)) else { throw .badTarget }
        let base = Int(self.target.start)
        self.targetForm = .absolute
        self.authority = ByteRange(base + hostStart, base + slash)
        self.path = ByteRange(base + slash, pathEnd)
    }

    /// What the fields say together, once all of them are there.
    private func understand() throws(HTTPParseError) {
        var hostField: ByteRange?
        var framing = FramingFields()
        for field in self.fields {
            switch field.known {
            case .host:
                if hostField != nil { throw .severalHosts }
                hostField = field.value
            case .contentLength:
                try framing.sawContentLength(self.bytes(field.value))
            case .transferEncoding:
                try framing.sawTransferEncoding(self.bytes(field.value))
            case .expect:
                self.expectsContinue = self.bytes(field.value).isEqualIgnoringCase(
                    to: "100-continue")
            default: break
            }
        }
        if let hostField {
            guard HTTPAuthority.isValid(self.bytes(hostField)) else { throw .badHost }
            if self.authority.isEmpty { self.authority = hostField }
        } else if self.minorVersion >= 1 {
            throw .missingHost
        }
        let hostCount = HTTPAuthority.hostByteCount(self.bytes(self.authority))
        self.host = ByteRange(Int(self.authority.start), Int(self.authority.start) + hostCount)
        self.framing = try framing.ofRequest(minorVersion: self.minorVersion)
        if self.framing == .none || self.minorVersion == 0 { self.expectsContinue = false }
    }
}
