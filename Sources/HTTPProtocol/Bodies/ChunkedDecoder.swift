import Base

/// Finds the data in a chunked body (RFC 9112 section 7.1), byte for byte as it comes.
///
/// It copies nothing: it says how much of the input is framing and how much is data.
///
/// ```
/// size -> (extension) -> LF -> data -> CR -> LF -> size …      size 0 -> trailer lines -> finished
/// ```
package struct ChunkedDecoder: Sendable {
    /// What the front of the input is.
    package enum Step: Equatable, Sendable {
        /// So many bytes of framing have been read; more input is needed.
        case needMore(skip: Int)
        /// After `skip` bytes of framing stand `count` bytes of data, at least one.
        case data(skip: Int, count: Int)
        /// The body ended after `skip` bytes of framing.
        case end(skip: Int)
    }

    private enum State {
        case sizeStart, size, sizeBlank, chunkExtension, quotedString, quotedPair, sizeLineFeed
        case data, dataReturn, dataLineFeed
        case trailerStart, trailerLine, trailerLineFeed, endLineFeed, finished
    }

    private var state = State.sizeStart
    /// The data of this chunk that is still to come.
    private var rest: UInt64 = 0
    /// Bytes of the extension or trailer section so far.
    private var extraByteCount = 0
    private let extensionMax: Int
    private let trailerMax: Int

    /// Stands before the first chunk.
    package init(limits: HTTPLimits = HTTPLimits()) {
        self.extensionMax = limits.chunkExtensionByteCountMax
        self.trailerMax = limits.trailerByteCountMax
    }

    /// Whether the last chunk and its trailers have been read.
    package var isFinished: Bool { self.state == .finished }

    /// Says what the front of `input` is. The caller drops the framing, and tells by `took` how
    /// much of the data it dropped after it.
    package mutating func next(_ input: Span<UInt8>) throws(HTTPParseError) -> Step {
        var index = 0
        while index < input.count {
            if self.state == .data {
                let available = UInt64(input.count - index)
                return .data(skip: index, count: Int(min(self.rest, available)))
            }
            if self.state == .finished { break }
            try self.read(input[index])
            index += 1
        }
        return self.state == .finished ? .end(skip: index) : .needMore(skip: index)
    }

    /// Tells that `count` bytes of the data were dropped from the input.
    package mutating func took(_ count: Int) {
        precondition(
            self.state == .data && UInt64(count) <= self.rest, "more was taken than the chunk has")
        self.rest -= UInt64(count)
        if self.rest == 0 { self.state = .dataReturn }
    }

    private mutating func read(_ byte: UInt8) throws(HTTPParseError) {
        switch self.state {
        case .sizeStart, .size, .sizeBlank, .sizeLineFeed: try self.readSize(byte)
        case .chunkExtension, .quotedString, .quotedPair: try self.readExtension(byte)
        case .dataReturn:
            guard byte == 0x0D else { throw .badChunkEnd }
            self.state = .dataLineFeed
        case .dataLineFeed:
            guard byte == 0x0A else { throw .badChunkEnd }
            self.state = .sizeStart
        case .trailerStart, .trailerLine, .trailerLineFeed, .endLineFeed:
            try self.readTrailer(byte)
        case .data, .finished: preconditionFailure("data and the end are not read byte by byte")
        }
    }

    private mutating func readSize(_ byte: UInt8) throws(HTTPParseError) {
        if self.state == .sizeLineFeed {
            guard byte == 0x0A else { throw .bareCarriageReturn }
            self.extraByteCount = 0
            self.state = self.rest == 0 ? .trailerStart : .data
            return
        }
        if self.state != .sizeBlank, let digit = byte.hexadecimalDigitValue {
            if self.state == .sizeStart { self.rest = 0 }
            guard self.rest < 1 << 56 else { throw .badChunkSize }
            self.rest = self.rest << 4 | UInt64(digit)
            self.state = .size
            self.extraByteCount += 1
            // Leading zeros without end are no size.
            guard self.extraByteCount <= 32 else { throw .badChunkSize }
            return
        }
        guard self.state != .sizeStart else { throw .badChunkSize }
        switch byte {
        case 0x0D: self.state = .sizeLineFeed
        case UInt8(ascii: ";"): self.state = .chunkExtension
        case 0x20, 0x09:
            // RFC 9112 section 7.1.1 has us read 'bad white space' before an extension.
            self.state = .sizeBlank
            try self.countExtensionByte()
        default: throw .badChunkSize
        }
    }

    private mutating func readExtension(_ byte: UInt8) throws(HTTPParseError) {
        try self.countExtensionByte()
        if byte == 0x0D, self.state == .chunkExtension {
            self.state = .sizeLineFeed
            return
        }
        guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else { throw .badChunkSize }
        switch self.state {
        case .quotedPair: self.state = .quotedString
        case .quotedString:
            if byte == UInt8(ascii: "\"") { self.state = .chunkExtension }
            if byte == UInt8(ascii: "\\") { self.state = .quotedPair }
        default:
            if byte == UInt8(ascii: "\"") { self.state = .quotedString }
        }
    }

    private mutating func countExtensionByte() throws(HTTPParseError) {
        self.extraByteCount += 1
        if self.extraByteCount > self.extensionMax { throw .chunkExtensionTooLong }
    }

    private mutating func readTrailer(_ byte: UInt8) throws(HTTPParseError) {
        self.extraByteCount += 1
        if self.extraByteCount > self.trailerMax { throw .badTrailer }
        switch self.state {
        case .trailerStart:
            if byte == 0x0D {
                self.state = .endLineFeed
            } else {
                guard HTTPText.isTokenByte(byte) else { throw .badTrailer }
                self.state = .trailerLine
            }
        case .trailerLine:
            if byte == 0x0D {
                self.state = .trailerLineFeed
            } else if byte < 0x20 && byte != 0x09 || byte == 0x7F {
                throw .badTrailer
            }
        case .trailerLineFeed:
            guard byte == 0x0A else { throw .bareCarriageReturn }
            self.state = .trailerStart
        default:
            guard byte == 0x0A else { throw .bareCarriageReturn }
            self.state = .finished
        }
    }
}
