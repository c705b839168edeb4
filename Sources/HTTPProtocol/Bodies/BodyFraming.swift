import Base

/// How the end of a body is found.
package enum BodyFraming: Equatable, Sendable {
    /// There is no body.
    case none
    /// So many bytes.
    case length(UInt64)
    /// Chunks, until one of size 0.
    case chunked
    /// All that comes until the peer closes; answers only.
    case untilClose
}

/// What the framing fields of one head say; decides as RFC 9112 section 6.3 has it, and refuses
/// what could be read in two ways.
struct FramingFields {
    private(set) var contentLength: UInt64?
    private var isChunked = false

    /// Takes a Content-Length.
    mutating func sawContentLength(_ value: Span<UInt8>) throws(HTTPParseError) {
        // A second one is refused even when it says the same: nothing needs it.
        if self.contentLength != nil { throw .severalContentLengths }
        guard let length = value.decimalValue(), length <= UInt64(Int64.max) else {
            throw .badContentLength
        }
        self.contentLength = length
    }

    /// Takes a Transfer-Encoding.
    mutating func sawTransferEncoding(_ value: Span<UInt8>) throws(HTTPParseError) {
        guard !self.isChunked, value.isEqualIgnoringCase(to: "chunked") else {
            throw .unsupportedTransferEncoding
        }
        self.isChunked = true
    }

    /// The framing of a request.
    func ofRequest(minorVersion: UInt8) throws(HTTPParseError) -> BodyFraming {
        if self.isChunked {
            if self.contentLength != nil { throw .lengthAndTransferEncoding }
            // RFC 9112 section 6.1: chunked in HTTP/1.0 is faulty framing.
            if minorVersion == 0 { throw .unsupportedTransferEncoding }
            return .chunked
        }
        guard let contentLength, contentLength > 0 else { return .none }
        return .length(contentLength)
    }

    /// Refuses an answer with both.
    func checkResponse() throws(HTTPParseError) {
        if self.isChunked, self.contentLength != nil { throw .lengthAndTransferEncoding }
    }

    /// The framing of an answer that may have a body.
    var ofResponse: BodyFraming {
        if self.isChunked { return .chunked }
        guard let contentLength else { return .untilClose }
        return contentLength == 0 ? .none : .length(contentLength)
    }
}
