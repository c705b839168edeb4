package import Base

/// Bytes that are no frame, or a frame that has no place there.
package struct FrameProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, for the log.
    package let description: String

    /// With these words.
    package init(_ description: String) { self.description = description }
}

/// One message of a link between caches:
///
/// ```
/// 0 kind (1)   1 bytes of the body (2)   3 body   and behind an item's frame its value
/// ```
/// Numbers have the most significant byte first.
package enum ReplicationFrame: Equatable, Sendable {
    /// The first frame of either side.
    case greeting(Greeting)
    /// That the sender knows the secret: a code over both nonces.
    case proof([UInt8])
    /// Why the sender closes the link.
    case refusal(String)
    /// All items follow, among changes.
    case copyBegins
    /// All items were told.
    case copyEnds
    /// An item; its value follows.
    case item(ItemHead)
    /// A key was deleted.
    case deletion(key: [UInt8], version: UInt64)
    /// Everything up to a version was flushed.
    case flush(version: UInt64)
    /// All changes before `place` in the sender's log, which ends at `end`, were told.
    case position(place: UInt64, end: UInt64)
    /// All up to a position was applied.
    case acknowledgement(UInt64)

    /// Bytes of a key at the most.
    package static let keyByteCountMax = 250
    /// Bytes of a value at the most.
    package static let valueByteCountMax = 1 << 30
    /// Bytes of a refusal's text at the most.
    package static let refusalByteCountMax = 500
    /// Bytes of a proof: HMAC with SHA-256; none when there is no secret.
    package static let proofByteCount = 32
    private static let headByteCount = 3
    private static let bodyByteCountMax = 512

    private enum Kind: UInt8 {
        case greeting = 1, proof, refusal, copyBegins, copyEnds, item, deletion, flush, position
        case acknowledgement
    }

    private var kind: Kind {
        switch self {
        case .greeting: .greeting
        case .proof: .proof
        case .refusal: .refusal
        case .copyBegins: .copyBegins
        case .copyEnds: .copyEnds
        case .item: .item
        case .deletion: .deletion
        case .flush: .flush
        case .position: .position
        case .acknowledgement: .acknowledgement
        }
    }

    /// Appends the frame; an item's value is left to the caller.
    package func append(to output: ByteBuffer) {
        output.append(self.kind.rawValue)
        let place = output.count
        output.append(bigEndian: 0, byteCount: 2)
        self.appendBody(to: output)
        let count = output.count - place - 2
        precondition(count <= Self.bodyByteCountMax)
        output.set(UInt8(truncatingIfNeeded: count >> 8), at: place)
        output.set(UInt8(truncatingIfNeeded: count), at: place + 1)
    }

    private func appendBody(to output: ByteBuffer) {
        switch self {
        case .greeting(let greeting): greeting.appendBody(to: output)
        case .proof(let code): output.append(code)
        case .refusal(let text): output.append(Array(text.utf8.prefix(Self.refusalByteCountMax)))
        case .copyBegins, .copyEnds: break
        case .item(let head): head.append(to: output)
        case .deletion(let key, let version):
            output.append(bigEndian: version, byteCount: 8)
            output.append(key)
        case .flush(let number), .acknowledgement(let number):
            output.append(bigEndian: number, byteCount: 8)
        case .position(let place, let end):
            output.append(bigEndian: place, byteCount: 8)
            output.append(bigEndian: end, byteCount: 8)
        }
    }

    /// Reads the frame at the start of `bytes`.
    ///
    /// - Returns: the frame and its bytes, without an item's value; nil when more bytes are needed.
    /// - Throws: what is wrong; nothing can be read from there on.
    package static func read(
        _ bytes: Span<UInt8>
    ) throws(FrameProblem) -> (frame: ReplicationFrame, byteCount: Int)? {
        guard bytes.count > 0 else { return nil }
        guard let kind = Kind(rawValue: bytes[0]) else {
            throw FrameProblem("there is no frame of kind \(bytes[0])")
        }
        guard bytes.count >= Self.headByteCount else { return nil }
        let count = Int(bytes.bigEndian(1, byteCount: 2))
        guard count <= Self.bodyByteCountMax else {
            throw FrameProblem("a frame of \(count) bytes; \(Self.bodyByteCountMax) are the most")
        }
        let end = Self.headByteCount + count
        guard bytes.count >= end else { return nil }
        let body = bytes.extracting(Self.headByteCount..<end)
        guard let frame = try Self.frame(kind, body) else {
            throw FrameProblem("a frame of kind \(kind.rawValue) with a body that is none")
        }
        return (frame, end)
    }

    private static func frame(
        _ kind: Kind, _ body: Span<UInt8>
    ) throws(FrameProblem) -> ReplicationFrame? {
        switch kind {
        case .greeting: return .greeting(try Greeting(body))
        case .proof:
            guard body.count == 0 || body.count == Self.proofByteCount else { return nil }
            return .proof(body.makeArray())
        case .refusal:
            return body.count <= Self.refusalByteCountMax ? .refusal(body.makeString()) : nil
        case .copyBegins: return body.count == 0 ? .copyBegins : nil
        case .copyEnds: return body.count == 0 ? .copyEnds : nil
        case .item: return ItemHead(body).map { .item($0) }
        case .deletion:
            guard (9...8 + Self.keyByteCountMax).contains(body.count) else { return nil }
            return .deletion(
                key: body.extracting(8..<body.count).makeArray(),
                version: body.bigEndian(0, byteCount: 8))
        case .flush:
            return body.count == 8 ? .flush(version: body.bigEndian(0, byteCount: 8)) : nil
        case .position:
            guard body.count == 16 else { return nil }
            return .position(
                place: body.bigEndian(0, byteCount: 8), end: body.bigEndian(8, byteCount: 8))
        case .acknowledgement:
            return body.count == 8 ? .acknowledgement(body.bigEndian(0, byteCount: 8)) : nil
        }
    }
}
