import Base

/// The value of `validity:ID`: 20 bytes, as memcached-session-manager writes them.
///
/// It records an access between two writes of the session. It never decides whether a copy is
/// current: the later of its time and the one in the session is taken.
package struct SessionValidity: Equatable, Sendable {
    /// Seconds without a request after which the session ends; 0 and below: never.
    package var maxInactiveSeconds: Int32
    /// When the request before the last began, in milliseconds since 1970.
    package var lastAccessMilliseconds: Int64
    /// When the last request began.
    package var thisAccessMilliseconds: Int64

    /// Records an access.
    package init(
        maxInactiveSeconds: Int32, lastAccessMilliseconds: Int64, thisAccessMilliseconds: Int64
    ) {
        self.maxInactiveSeconds = maxInactiveSeconds
        self.lastAccessMilliseconds = lastAccessMilliseconds
        self.thisAccessMilliseconds = thisAccessMilliseconds
    }

    /// Reads the 20 bytes; nil when they are not that many.
    package init?(decoding bytes: [UInt8]) {
        var reader = BigEndianReader(bytes)
        guard bytes.count == 20, let maxInactive = try? reader.integer() as Int32,
            let last = try? reader.integer() as Int64, let this = try? reader.integer() as Int64
        else { return nil }
        self.init(
            maxInactiveSeconds: maxInactive, lastAccessMilliseconds: last,
            thisAccessMilliseconds: this)
    }

    /// The 20 bytes.
    package func encoded() -> [UInt8] {
        let output = ByteBuffer(capacity: 20)
        output.append(bigEndian: self.maxInactiveSeconds)
        output.append(bigEndian: self.lastAccessMilliseconds)
        output.append(bigEndian: self.thisAccessMilliseconds)
        return output.bytes.makeArray()
    }
}
