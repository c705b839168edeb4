/// Looking at eight bytes at once, with plain integer arithmetic: heads and command lines are
/// short, so that what counts is how little is done for each of them.
///
/// Bytes are told apart in a word by the highest bit of each (the method of "Bit Twiddling Hacks",
/// "Determine if a word has a byte less than n"): the lowest hit is exact.
// SAFETY: callers give pointers to at least as many bytes as they say; nothing is kept.
@safe enum ByteWords {
    static let size = 8
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The word at `offset`, its first byte lowest.
    @inline(__always)
    static func load(_ base: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Marks the bytes of a word that are `byte`.
    @inline(__always)
    static func marks(of byte: UInt8, in word: UInt64) -> UInt64 {
        let difference = word ^ (UInt64(byte) &* Self.ones)
        return (difference &- Self.ones) & ~difference & Self.highs
    }

    /// Marks the bytes of a word that are below `limit`, which is 128 at the most.
    @inline(__always)
    static func marks(below limit: UInt8, in word: UInt64) -> UInt64 {
        (word &- UInt64(limit) &* Self.ones) & ~word & Self.highs
    }

    /// How many bytes stand before the first mark.
    @inline(__always)
    static func offset(ofFirst marks: UInt64) -> Int { marks.trailingZeroBitCount >> 3 }

    /// A word with its ASCII letters in lower case.
    @inline(__always)
    static func lowercased(_ word: UInt64) -> UInt64 {
        let low = word & ~Self.highs
        let isFromA = low &+ (0x80 - 0x41) &* Self.ones
        let isBeyondZ = low &+ (0x7F - 0x5A) &* Self.ones
        return word | ((isFromA ^ isBeyondZ) & ~word & Self.highs) >> 2
    }

    /// Whether two runs of `count` bytes are the same, `change` applied to those of the left one.
    @inline(__always)
    static func isEqual(
        _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ count: Int,
        _ changeWord: (UInt64) -> UInt64, _ changeByte: (UInt8) -> UInt8
    ) -> Bool {
        var offset = 0
        if count >= Self.size {
            // The last word may look at bytes for the second time.
            let last = count &- Self.size
            while offset < last {
                if unsafe changeWord(Self.load(left, offset)) != Self.load(right, offset) {
                    return false
                }
                offset &+= Self.size
            }
            return unsafe changeWord(Self.load(left, last)) == Self.load(right, last)
        }
        while offset < count {
            let byte = unsafe left.load(fromByteOffset: offset, as: UInt8.self)
            let other = unsafe right.load(fromByteOffset: offset, as: UInt8.self)
            if changeByte(byte) != other { return false }
            offset &+= 1
        }
        return true
    }
}
