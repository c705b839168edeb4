/// The numbers of the stored form (Docs/session-format.md). All integers are big-endian.
///
/// ```
/// header   "HFSS"  format u8  kind u8  header length u16
///          version counter u64, stamp u64
///          creation i64, last access i64 (milliseconds since 1970), max inactive i32 (seconds)
///          is new u8, reserved u8, base id: length u16 + UTF-8, context: length u16 + UTF-8
///          … what later formats add, skipped by its length
/// body     attribute count u32, each: name length u16 + UTF-8, value
/// value    type u8, payload length u32, payload
/// ```
package enum SessionFormat {
    /// The first four bytes.
    static let magic: [UInt8] = Array("HFSS".utf8)
    /// The format that is written. Readers refuse a higher one: its body may differ.
    package static let version: UInt8 = 1
    /// Length of the header up to the base id.
    static let fixedHeaderByteCount = 46
    /// Attributes of a session at the most.
    package static let attributeCountMax = 65_536
    /// How deep lists and maps may be nested.
    package static let depthMax = 64

    /// What an item is.
    enum Kind: UInt8 {
        case session = 0
        case ended = 1
    }

    /// The numbers of the value types.
    enum ValueType: UInt8 {
        case null = 0
        case bool = 1
        case int32 = 2
        case int64 = 3
        case double = 4
        case string = 5
        case date = 6
        case bytes = 7
        case list = 8
        case map = 9
    }
}

/// Why bytes are no stored session.
package enum SessionFormatError: Error, Equatable, Sendable {
    /// They do not begin as one does.
    case notASession
    /// They are of a later format than this program knows.
    case unknownFormat(UInt8)
    /// They end too early, or hold lengths that do not fit.
    case malformed
    /// They go beyond a named limit.
    case limitExceeded
    /// They belong to another id.
    case otherSession
}
