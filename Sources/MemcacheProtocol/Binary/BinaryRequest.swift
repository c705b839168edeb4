import Base

/// A request of the binary protocol that is good as far as its form goes.
///
/// ```
///   header (24) │ extras │ key │ value
///               └────── body ────────┘
/// ```
/// Ranges count from the packet's first byte. Header, extras and key are there; the value may still
/// be under way.
package struct BinaryRequest: Sendable {
    /// Larger bodies are refused and the connection closed.
    package static let bodyByteCountMax = 1 << 30

    /// What is asked for.
    package let opcode: BinaryOpcode
    /// The packet's header.
    package let header: BinaryHeader
    /// Where the key stands.
    package let key: Range<Int>
    /// Where the value stands.
    package let value: Range<Int>

    /// How many bytes the packet has.
    package var byteCount: Int { BinaryHeader.byteCount + self.header.bodyByteCount }

    /// What stands at the beginning of a connection's input.
    package enum Parse: Sendable {
        /// At least so many bytes more are needed.
        case incomplete(missing: Int)
        /// No request: the connection is closed without an answer.
        case notARequest
        /// A request that is answered with an error and passed over, or with which the connection
        /// ends.
        case refused(BinaryHeader, BinaryStatus, ends: Bool)
        case request(BinaryRequest)
    }

    /// Reads a request.
    package static func parse(_ bytes: Span<UInt8>) -> Parse {
        guard bytes.count >= BinaryHeader.byteCount else {
            // What cannot become a request is not waited for.
            if bytes.count > 0, bytes[0] != BinaryHeader.requestMagic { return .notARequest }
            return .incomplete(missing: BinaryHeader.byteCount - bytes.count)
        }
        guard let header = BinaryHeader(bytes) else { return .notARequest }
        let valueStart = BinaryHeader.byteCount + header.extrasByteCount + header.keyByteCount
        guard bytes.count >= valueStart else {
            return .incomplete(missing: valueStart - bytes.count)
        }
        guard header.extrasByteCount + header.keyByteCount <= header.bodyByteCount else {
            return .refused(header, .unknownCommand, ends: true)
        }
        guard header.bodyByteCount <= Self.bodyByteCountMax,
            header.keyByteCount <= ProtocolLimits.keyByteCountMax
        else { return .refused(header, .invalidArguments, ends: true) }
        guard let opcode = BinaryOpcode(rawValue: header.opcode) else {
            return .refused(header, .unknownCommand, ends: false)
        }
        guard Self.hasGoodForm(opcode.loud, header) else {
            return .refused(header, .invalidArguments, ends: true)
        }
        return .request(
            BinaryRequest(
                opcode: opcode, header: header,
                key: (valueStart - header.keyByteCount)..<valueStart,
                value: valueStart..<(BinaryHeader.byteCount + header.bodyByteCount)))
    }

    /// Whether extras, key and value have the lengths that the command wants.
    private static func hasGoodForm(_ opcode: BinaryOpcode, _ header: BinaryHeader) -> Bool {
        let (extras, key) = (header.extrasByteCount, header.keyByteCount)
        let value = header.bodyByteCount - extras - key
        switch opcode {
        case .get, .getKey, .delete: return extras == 0 && key > 0 && value == 0
        case .set, .add, .replace: return extras == 8 && key > 0
        case .append, .prepend: return extras == 0 && key > 0
        case .increment, .decrement: return extras == 20 && key > 0 && value == 0
        case .touch, .getAndTouch, .getKeyAndTouch: return extras == 4 && key > 0
        case .flush: return key == 0 && value == 0 && (extras == 0 || extras == 4)
        case .quit, .noOperation, .version, .listMechanisms:
            return header.bodyByteCount == 0
        case .statistics: return extras == 0
        case .authenticate, .authenticateStep: return extras == 0 && key > 0
        default: preconditionFailure("a quiet command has the form of its loud one")
        }
    }
}

/// What increments and decrements carry before their key.
package struct BinaryArithmetic: Sendable {
    /// The expiry that means 'do not make the item'.
    private static let makesNothing: UInt32 = .max

    /// How much is added or taken.
    package let delta: UInt64
    /// The number of an item that is made.
    package let initial: UInt64
    /// Its expiry; nil where none is to be made.
    package let expiry: UInt32?

    /// Reads the 20 bytes of extras of a packet.
    package init(_ packet: Span<UInt8>) {
        let start = BinaryHeader.byteCount
        self.delta = packet.bigEndian(start, byteCount: 8)
        self.initial = packet.bigEndian(start + 8, byteCount: 8)
        let expiry = UInt32(truncatingIfNeeded: packet.bigEndian(start + 16, byteCount: 4))
        self.expiry = expiry == Self.makesNothing ? nil : expiry
    }
}
