import Base

/// A host with an optional port, as in Host (RFC 3986 section 3.2 without user information).
package enum HTTPAuthority {
    // The characters of a reg-name, of an IP literal and of a port, one bit each.
    private static var bytes: ASCIISet {
        ASCIISet(low: 0x2FFF_7FF2_0000_0000, high: 0x47FF_FFFE_AFFF_FFFE)
    }
    /// The same without `[` and `]`.
    private static var name: ASCIISet {
        ASCIISet(low: 0x2FFF_7FF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    }

    /// Whether the bytes are a host, with or without a port.
    package static func isValid(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty, bytes[0] != UInt8(ascii: ":") else { return false }
        let isBracketed = bytes[0] == UInt8(ascii: "[")
        let hostCount = Self.hostByteCount(bytes)
        // Brackets stand around an address only: in a name they would be outside of the set.
        let nameEnd = isBracketed ? 0 : hostCount
        guard bytes.firstIndex(outside: Self.name, from: 0, to: nameEnd) == nameEnd,
            bytes.firstIndex(outside: Self.bytes, from: nameEnd, to: bytes.count) == bytes.count
        else { return false }
        if isBracketed, bytes[hostCount - 1] != UInt8(ascii: "]") { return false }
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
