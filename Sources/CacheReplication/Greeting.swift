package import Base

/// How the two ends of a link introduce themselves.
package struct Greeting: Equatable, Sendable {
    /// What both must begin with.
    private static let mark: UInt64 = 0x486F_6C64_6661_7374  // "Holdfast"
    /// Counted up when the frames change their meaning.
    package static let formatNumber: UInt16 = 1
    /// Bytes of a random number that no two links share.
    package static let nonceByteCount = 16
    private static let byteCount = 8 + 2 + 8 + 2 + 2 + 8 + nonceByteCount

    /// A random number that the process chose when it started.
    package var node: UInt64
    /// What its versions carry; below `Version.step`.
    package var tag: UInt16
    /// Where it listens for peers.
    package var port: UInt16
    /// Of who listens: the place in the dialer's log up to which it has heard all; 0 for nothing.
    package var position: UInt64
    /// What the other side's proof must be made with.
    package var nonce: [UInt8]

    /// As given.
    package init(node: UInt64, tag: UInt16, port: UInt16, position: UInt64, nonce: [UInt8]) {
        precondition(nonce.count == Self.nonceByteCount)
        self.node = node
        self.tag = tag
        self.port = port
        self.position = position
        self.nonce = nonce
    }

    /// Appends the body of its frame.
    package func appendBody(to output: ByteBuffer) {
        output.append(bigEndian: Self.mark, byteCount: 8)
        output.append(bigEndian: UInt64(Self.formatNumber), byteCount: 2)
        output.append(bigEndian: self.node, byteCount: 8)
        output.append(bigEndian: UInt64(self.tag), byteCount: 2)
        output.append(bigEndian: UInt64(self.port), byteCount: 2)
        output.append(bigEndian: self.position, byteCount: 8)
        output.append(self.nonce)
    }

    /// Reads what `append` wrote.
    ///
    /// - Throws: what is wrong with it.
    init(_ body: Span<UInt8>) throws(FrameProblem) {
        guard body.count >= 10, body.bigEndian(0, byteCount: 8) == Self.mark else {
            throw FrameProblem("this is no cache that replicates")
        }
        let format = UInt16(truncatingIfNeeded: body.bigEndian(8, byteCount: 2))
        guard format == Self.formatNumber, body.count == Self.byteCount else {
            throw FrameProblem(
                "its replication format is \(format), this one's is \(Self.formatNumber)")
        }
        self.init(
            node: body.bigEndian(10, byteCount: 8),
            tag: UInt16(body.bigEndian(18, byteCount: 2)) & UInt16(Version.step - 1),
            port: UInt16(body.bigEndian(20, byteCount: 2)),
            position: body.bigEndian(22, byteCount: 8),
            nonce: body.extracting(30..<body.count).makeArray())
    }
}
