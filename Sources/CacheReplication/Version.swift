/// What a version of an item is made of where caches replicate: microseconds since 1970, and in the
/// lowest bits the tag of the cache that made it, so that no two caches make the same one.
package enum Version {
    /// Bits of the tag.
    package static let tagBitCount: UInt64 = 12
    /// How many tags there are; 0 is nobody's. Versions of one cache lie so far apart.
    package static let step: UInt64 = 1 << tagBitCount

    /// The lowest version of a moment.
    package static func floor(unixMicroseconds: Int64) -> UInt64 {
        UInt64(clamping: unixMicroseconds) << Self.tagBitCount
    }

    /// The tag of who made a version.
    package static func tag(_ version: UInt64) -> UInt64 { version & (Self.step - 1) }

    /// The moment of a version, in microseconds since 1970.
    package static func unixMicroseconds(_ version: UInt64) -> Int64 {
        Int64(version >> Self.tagBitCount)
    }
}
