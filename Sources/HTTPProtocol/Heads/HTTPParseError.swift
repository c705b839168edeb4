/// Why a message can never become valid. One case for each refusal that a log should tell apart.
package enum HTTPParseError: Error, Equatable, Sendable {
    /// The request line is not `method SP target SP version`.
    case badRequestLine
    /// The method has a character that is none of a token.
    case badMethod
    /// The target is none of the four forms, or has a control character, blank or `#`.
    case badTarget
    /// The version is not `HTTP/digit.digit`.
    case badVersion
    /// A major version that is not 1.
    case unsupportedVersion
    /// Our limit: `HTTPLimits.requestLineByteCountMax`.
    case requestLineTooLong
    /// Our limit: `HTTPLimits.fieldLineByteCountMax`.
    case fieldLineTooLong
    /// Our limit: `HTTPLimits.headByteCountMax`.
    case headTooLong
    /// Our limit: `HTTPLimits.fieldCountMax`.
    case tooManyFields
    /// A field line without a colon, or a name that is no token.
    case badFieldName
    /// White space between a field's name and its colon (RFC 9112 section 5.1).
    case spaceBeforeColon
    /// A control character in a field's value.
    case badFieldValue
    /// A line that continues the one before it (RFC 9112 section 5.2).
    case obsoleteFolding
    /// A CR that no LF follows.
    case bareCarriageReturn
    /// HTTP/1.1 without Host.
    case missingHost
    /// More than one Host.
    case severalHosts
    /// A Host that is no host name, address or port.
    case badHost
    /// Content-Length is no decimal number.
    case badContentLength
    /// Content-Length came more than once.
    case severalContentLengths
    /// Both Content-Length and Transfer-Encoding (RFC 9112 section 6.1).
    case lengthAndTransferEncoding
    /// A transfer coding other than chunked, chunked twice, or one in HTTP/1.0.
    case unsupportedTransferEncoding
    /// A chunk size that is no hexadecimal number, or larger than 2^60.
    case badChunkSize
    /// A chunk's data or size line does not end with CR LF.
    case badChunkEnd
    /// Our limit: `HTTPLimits.chunkExtensionByteCountMax`.
    case chunkExtensionTooLong
    /// Our limit: `HTTPLimits.trailerByteCountMax`; or a trailer line that is none.
    case badTrailer
    /// The status line is not `version SP three digits [SP reason]`.
    case badStatusLine
    /// The peer closed before the message was whole.
    case truncated

    /// The status a server answers with (RFC 9110 section 15, RFC 6585).
    package var status: Int {
        switch self {
        case .requestLineTooLong: 414
        case .fieldLineTooLong, .headTooLong, .tooManyFields: 431
        case .unsupportedVersion: 505
        default: 400
        }
    }
}
