/// A value that a session attribute may have: what every language has a word for.
package indirect enum SessionValue: Hashable, Sendable {
    /// One entry of a map; maps keep the order in which they were filled.
    package struct Entry: Hashable, Sendable {
        /// The key.
        package var key: SessionValue
        /// What it stands for.
        package var value: SessionValue

        /// Makes an entry.
        package init(key: SessionValue, value: SessionValue) {
            self.key = key
            self.value = value
        }
    }

    /// Nothing.
    case null
    /// True or false.
    case bool(Bool)
    /// A whole number of 32 bits (Java's Integer).
    case int32(Int32)
    /// A whole number of 64 bits (Java's Long).
    case int64(Int64)
    /// A binary64 number.
    case double(Double)
    /// Text.
    case string(String)
    /// A point in time, in milliseconds since 1970.
    case date(milliseconds: Int64)
    /// Bytes that mean nothing to us.
    case bytes([UInt8])
    /// Values in order.
    case list([SessionValue])
    /// Values by keys.
    case map([Entry])
    /// A type that this version does not know, kept as it was found and written back unchanged.
    case opaque(type: UInt8, payload: [UInt8])
}
