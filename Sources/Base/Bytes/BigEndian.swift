// Numbers in network order.

extension Span where Element == UInt8 {
    /// The number in `byteCount` bytes from `start` on, the most significant first.
    package func bigEndian(_ start: Int, byteCount: Int) -> UInt64 {
        var number: UInt64 = 0
        for place in start..<(start + byteCount) { number = number << 8 | UInt64(self[place]) }
        return number
    }
}

extension ByteBuffer {
    /// Appends the low `byteCount` bytes of a number, the most significant first.
    package func append(bigEndian number: UInt64, byteCount: Int) {
        for place in (0..<byteCount).reversed() {
            self.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * place)))
        }
    }
}
