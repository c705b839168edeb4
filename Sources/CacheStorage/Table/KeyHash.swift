/// The hash of keys: words multiplied to 128 bits and folded, with a secret so that nobody can
/// choose keys that meet in one bucket.
// SAFETY: reads stay within the bytes that are given; the tests feed every length.
@safe enum KeyHash {
    private static let first: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let second: UInt64 = 0xD6E8_FEB8_6659_FD93

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    @inline(__always)
    private static func word(_ base: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// The hash of a key, all bits of which depend on all of the key and the secret.
    @inline(__always)
    static func hash(_ key: Span<UInt8>, secret: UInt64) -> UInt32 {
        unsafe key.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return 0 }
            let count = bytes.count
            var state = secret ^ Self.fold(UInt64(truncatingIfNeeded: count) ^ secret, Self.first)
            if count >= 8 {
                var offset = 0
                let last = count &- 8
                while offset < last {
                    state = unsafe Self.fold(state ^ Self.word(base, offset), Self.first)
                    offset &+= 8
                }
                state = unsafe Self.fold(state ^ Self.word(base, last), Self.second)
            } else {
                var tail: UInt64 = 0
                for index in 0..<count {
                    tail =
                        unsafe tail << 8 | UInt64(base.load(fromByteOffset: index, as: UInt8.self))
                }
                state = Self.fold(state ^ tail, Self.second)
            }
            state = Self.fold(state, Self.first ^ secret)
            return UInt32(truncatingIfNeeded: state ^ (state >> 32))
        }
    }

    /// Whether two runs of `count` bytes are the same.
    @inline(__always)
    static func areEqual(
        _ left: UnsafeRawPointer, _ right: UnsafeRawPointer?, _ count: Int
    ) -> Bool {
        guard let right = unsafe right else { return count == 0 }
        var offset = 0
        if count >= 8 {
            let last = count &- 8
            while offset < last {
                if unsafe Self.word(left, offset) != Self.word(right, offset) { return false }
                offset &+= 8
            }
            return unsafe Self.word(left, last) == Self.word(right, last)
        }
        while offset < count {
            let (one, other) = unsafe (
                left.load(fromByteOffset: offset, as: UInt8.self),
                right.load(fromByteOffset: offset, as: UInt8.self)
            )
            if one != other { return false }
            offset &+= 1
        }
        return true
    }
}
