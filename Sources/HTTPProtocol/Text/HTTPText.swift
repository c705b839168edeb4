import Base

/// Small questions about bytes of a head.
package enum HTTPText {
    /// The characters of a token (RFC 9110 section 5.6.2): a method, a field name, a cookie name.
    static var token: ASCIISet {
        ASCIISet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
    }

    /// Whether a byte may stand in a token.
    package static func isTokenByte(_ byte: UInt8) -> Bool { Self.token.contains(byte) }

    /// Whether the bytes are a token: at least one, all of them token characters.
    package static func isToken(_ bytes: Span<UInt8>) -> Bool {
        let end = bytes.firstIndex(outside: Self.token, from: 0, to: bytes.count)
        return end == bytes.count && !bytes.isEmpty
    }

    /// Whether a comma-separated list has `token` (lower case) in it, in any case.
    package static func list(_ value: Span<UInt8>, has token: StaticString) -> Bool {
        var list = HTTPListReader()
        while let item = list.next(in: value) {
            if value.extracting(item.range).isEqualIgnoringCase(to: token) { return true }
        }
        return false
    }

    /// Whether a comma-separated list has `token` in it, in any case.
    package static func list(_ value: Span<UInt8>, has token: Span<UInt8>) -> Bool {
        var list = HTTPListReader()
        while let item = list.next(in: value) {
            if Self.isEqualIgnoringCase(value.extracting(item.range), token) { return true }
        }
        return false
    }

    /// Whether both are the same when the case of ASCII letters is ignored.
    package static func isEqualIgnoringCase(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index].asciiLowercased != right[index].asciiLowercased
        {
            return false
        }
        return true
    }
}

/// Walks a comma-separated list (RFC 9110 section 5.6.1); empty items are passed over.
package struct HTTPListReader {
    private var index = 0

    /// Stands before the first item.
    package init() {}

    /// The next item without blanks around it, or nil at the end. Always with the same `value`.
    package mutating func next(in value: Span<UInt8>) -> ByteRange? {
        while self.index < value.count {
            let comma = value.firstIndex(of: UInt8(ascii: ","), from: self.index) ?? value.count
            var start = self.index
            var end = comma
            self.index = comma + 1
            while start < end, value[start] == 0x20 || value[start] == 0x09 { start += 1 }
            while end > start, value[end - 1] == 0x20 || value[end - 1] == 0x09 { end -= 1 }
            if start < end { return ByteRange(start, end) }
        }
        return nil
    }
}
