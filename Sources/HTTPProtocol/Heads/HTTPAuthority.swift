import Base

/// A host with an optional port, as in Host (RFC 3986 section 3.2 without user information).
package enum HTTPAuthority {
    // The characters of a reg-name, of an IP literal and of a port, one bit each.
    private static let low: UInt64 = 0x2FFF_7FF2_0000_0000
    private static let high: UInt64 = 0x47FF_FFFE_AFFF_FFFE

    /// Whether the bytes are a host, with or without a port.
    package static func isValid(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty, bytes[0] != UInt8(ascii: ":") else { return false }
        for index in bytes.indices {
            let byte = bytes[index]
            if byte >= 0x80 { return false }
            if (byte < 64 ? Self.low : Self.high) >> UInt64(byte & 63) & 1 == 0 { return false }
        }
        let hostCount = Self.hostByteCount(bytes)
        if bytes[0] == UInt8(ascii: "[") {
            guard bytes[hostCount - 1] == UInt8(ascii: "]") else { return false }
        } else {
            for index in 0..<hostCount
            where bytes[index] == UInt8(ascii: "[") || bytes[index] == UInt8(ascii: "]")
                || bytes[index] == UInt8(ascii: ":")
            {
                return false
            }
        }
        if hostCount == bytes.count { return true }
        guard bytes[hostCount] == UInt8(ascii: ":"), bytes.count - hostCount <= 6 else {
            return false
        }
        for index in (hostCount + 1)..<bytes.count where !bytes[index].isASCIIDigit { return false }
        return true
    }

    /// How many of the bytes are the host; the rest is `:port` or nothing.
    package static func hostByteCount(_ bytes: Span<UInt8>) -> Int {
        if !bytes.isEmpty, bytes[0] == UInt8(ascii: "[") {
            return bytes.firstIndex(of: UInt8(ascii: "]")).map { $0 + 1 } ?? bytes.count
        }
        return bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
    }
}
