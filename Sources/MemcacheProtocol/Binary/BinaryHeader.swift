package import Base

/// The 24 bytes that every packet of the binary protocol begins with.
///
/// ```
///  0 magic   1 opcode   2–3 key length      4 extras length  5 data type  6–7 vbucket or status
///  8–11 body length (extras, key, value)   12–15 opaque     16–23 CAS number
/// ```
/// Numbers have the most significant byte first.
package struct BinaryHeader: Equatable, Sendable {
    /// The first byte of a request, by which connections are told from text ones.
    package static let requestMagic: UInt8 = 0x80
    /// The first byte of a response.
    package static let responseMagic: UInt8 = 0x81
    /// How many bytes it has.
    package static let byteCount = 24

    /// The command; a value that is no `BinaryOpcode` is a command that is not known.
    package var opcode: UInt8
    /// Bytes of the key.
    package var keyByteCount: Int
    /// Bytes of what stands before the key.
    package var extrasByteCount: Int
    /// A response's outcome; of a request the number of a bucket, which is not looked at.
    package var status: UInt16 = 0
    /// Bytes of extras, key and value together.
    package var bodyByteCount: Int
    /// What the client gets back as it is.
    package var opaque: UInt32 = 0
    /// The CAS number; 0 for none.
    package var cas: UInt64 = 0

    /// A header for a packet.
    package init(
        opcode: UInt8, keyByteCount: Int = 0, extrasByteCount: Int = 0, bodyByteCount: Int = 0
    ) {
        self.opcode = opcode
        self.keyByteCount = keyByteCount
        self.extrasByteCount = extrasByteCount
        self.bodyByteCount = bodyByteCount
    }

    /// Reads the header that `bytes` begins with; nil when the first byte is not `magic`.
    ///
    /// `bytes` has at least `byteCount` of them.
    package init?(_ bytes: Span<UInt8>, magic: UInt8 = Self.requestMagic) {
        precondition(bytes.count >= Self.byteCount, "a header is read when it is all there")
        guard bytes[0] == magic else { return nil }
        self.opcode = bytes[1]
        self.keyByteCount = Int(bytes.bigEndian(2, byteCount: 2))
        self.extrasByteCount = Int(bytes[4])
        self.status = UInt16(truncatingIfNeeded: bytes.bigEndian(6, byteCount: 2))
        self.bodyByteCount = Int(bytes.bigEndian(8, byteCount: 4))
        self.opaque = UInt32(truncatingIfNeeded: bytes.bigEndian(12, byteCount: 4))
        self.cas = bytes.bigEndian(16, byteCount: 8)
    }

    /// Appends the header's bytes.
    package func append(to output: ByteBuffer, magic: UInt8 = Self.responseMagic) {
        output.append(magic)
        output.append(self.opcode)
        output.append(bigEndian: UInt64(self.keyByteCount), byteCount: 2)
        output.append(UInt8(truncatingIfNeeded: self.extrasByteCount))
        output.append(0)
        output.append(bigEndian: UInt64(self.status), byteCount: 2)
        output.append(bigEndian: UInt64(self.bodyByteCount), byteCount: 4)
        output.append(bigEndian: UInt64(self.opaque), byteCount: 4)
        output.append(bigEndian: self.cas, byteCount: 8)
    }
}
