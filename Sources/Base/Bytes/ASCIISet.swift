/// A set of ASCII characters, asked for byte by byte: tokens, hosts, paths.
package struct ASCIISet: Sendable {
    /// The characters below 64 and from 64 on, one bit each, the lowest first.
    private let low: UInt64, high: UInt64

    /// Takes the set as bits: `low` for the characters 0 to 63, `high` for 64 to 127.
    package init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// Whether a byte is in the set; bytes from 128 on never are.
    @inline(__always)
    package func contains(_ byte: UInt8) -> Bool {
        let bits = byte < 64 ? self.low : self.high
        return byte < 0x80 && bits &>> UInt64(byte & 63) & 1 != 0
    }
}

extension Span where Element == UInt8 {
    /// The index from `start` up to `end` of the first byte that is not in `set`, or `end`.
    package func firstIndex(outside set: ASCIISet, from start: Int, to end: Int) -> Int {
        precondition(start >= 0 && start <= end && end <= self.count, "a range of the span")
        // SAFETY: start ..< end lies within the span, as checked above.
        return unsafe self.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return end }
            var index = start
            while index < end, set.contains(unsafe base.load(fromByteOffset: index, as: UInt8.self))
            {
                index &+= 1
            }
            return index
        }
    }
}
