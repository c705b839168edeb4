import Base

/// What is told of an item before its value.
package struct ItemHead: Equatable, Sendable {
    /// The key, of 1 to 250 bytes.
    package var key: [UInt8]
    /// Which state of the item this is; see `Version`.
    package var version: UInt64
    /// The number that `gets` answers.
    package var cas: UInt64
    /// The client's flag bits.
    package var flags: UInt32
    /// The Unix second from which on it is gone; 0 for never.
    package var expiry: Int64
    /// Whether its value is old and to be made anew.
    package var isStale: Bool
    /// Whether its key came as Base64.
    package var hasBinaryKey: Bool
    /// Bytes of the value, which follow.
    package var valueByteCount: Int

    /// As given.
    package init(
        key: [UInt8], version: UInt64, cas: UInt64, flags: UInt32, expiry: Int64,
        isStale: Bool = false, hasBinaryKey: Bool = false, valueByteCount: Int
    ) {
        self.key = key
        self.version = version
        self.cas = cas
        self.flags = flags
        self.expiry = expiry
        self.isStale = isStale
        self.hasBinaryKey = hasBinaryKey
        self.valueByteCount = valueByteCount
    }

    /// Bytes before the key.
    private static let fixedByteCount = 33
    private static let staleBit: UInt8 = 1, binaryKeyBit: UInt8 = 2

    func append(to output: ByteBuffer) {
        output.append(bigEndian: self.version, byteCount: 8)
        output.append(bigEndian: self.cas, byteCount: 8)
        output.append(bigEndian: UInt64(self.flags), byteCount: 4)
        output.append(bigEndian: UInt64(bitPattern: self.expiry), byteCount: 8)
        output.append(bigEndian: UInt64(self.valueByteCount), byteCount: 4)
        output.append(
            (self.isStale ? Self.staleBit : 0) | (self.hasBinaryKey ? Self.binaryKeyBit : 0))
        output.append(self.key)
    }

    /// Reads what `append` wrote; nil when it is none.
    init?(_ body: Span<UInt8>) {
        guard body.count > Self.fixedByteCount,
            body.count <= Self.fixedByteCount + ReplicationFrame.keyByteCountMax
        else { return nil }
        let bits = body[32]
        self.init(
            key: body.extracting(Self.fixedByteCount..<body.count).makeArray(),
            version: body.bigEndian(0, byteCount: 8), cas: body.bigEndian(8, byteCount: 8),
            flags: UInt32(truncatingIfNeeded: body.bigEndian(16, byteCount: 4)),
            expiry: Int64(bitPattern: body.bigEndian(20, byteCount: 8)),
            isStale: bits & Self.staleBit != 0, hasBinaryKey: bits & Self.binaryKeyBit != 0,
            valueByteCount: Int(body.bigEndian(28, byteCount: 4)))
        guard self.valueByteCount <= ReplicationFrame.valueByteCountMax, self.expiry >= 0 else {
            return nil
        }
    }
}
