import Base

/// The version in a request or status line.
enum HTTPVersionText {
    /// The minor version of `HTTP/1.x`: 0, or 1 for all later ones (RFC 9110 section 2.5).
    static func parse(_ bytes: Span<UInt8>) throws(HTTPParseError) -> UInt8 {
        guard bytes.count == 8, bytes.hasPrefix("HTTP/"), bytes[5].isASCIIDigit,
            bytes[6] == UInt8(ascii: "."), bytes[7].isASCIIDigit
        else { throw .badVersion }
        guard bytes[5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
        return bytes[7] == UInt8(ascii: "0") ? 0 : 1
    }
}
