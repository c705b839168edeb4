import Base
import MemcacheProtocol

/// A request of the binary protocol as a test makes it up.
struct BinaryPacket: Sendable {
    /// The CAS number that it names: that is different for each server.
    enum Number: Sendable { case none, lastSeen, unknown }

    var opcode: UInt8
    var extras: [UInt8] = []
    var key = ""
    var value: [UInt8] = []
    var cas = Number.none
    var opaque: UInt32 = 0
    /// What the header says of the body's length beyond what is there.
    var surplus = 0

    init(_ opcode: BinaryOpcode) { self.opcode = opcode.rawValue }

    /// Big-endian bytes of numbers, for `extras`.
    static func bytes(_ numbers: (value: UInt64, byteCount: Int)...) -> [UInt8] {
        numbers.flatMap { number in
            (0..<number.byteCount).reversed().map {
                UInt8(truncatingIfNeeded: number.value >> UInt64($0 * 8))
            }
        }
    }

    /// Appends its bytes for the server whose last CAS number is `seen`.
    func append(to bytes: inout [UInt8], seen: UInt64) {
        let key = Array(self.key.utf8)
        let body = self.extras.count + key.count + self.value.count + self.surplus
        let cas: UInt64 =
            switch self.cas {
            case .none: 0
            case .lastSeen: seen
            case .unknown: 987_654_321
            }
        bytes += [BinaryHeader.requestMagic, self.opcode]
        bytes += Self.bytes(
            (UInt64(key.count), 2), (UInt64(self.extras.count), 1), (0, 1), (0, 2),
            (UInt64(body), 4), (UInt64(self.opaque), 4), (cas, 8))
        bytes += self.extras + key + self.value
    }
}

extension BinaryPacket: CustomStringConvertible {
    var description: String {
        let name = BinaryOpcode(rawValue: self.opcode).map { "\($0)" } ?? "\(self.opcode)"
        let value = self.value.isEmpty ? "" : ", \(self.value.count) bytes"
        return "\(name)(\(self.key.prefix(20)) \(self.extras)\(value) cas \(self.cas))"
    }
}

/// Responses of the binary protocol as two servers can be compared: a CAS number becomes `#n`, the
/// n-th that this server has shown.
struct NormalBinaryAnswer {
    private var numbers: [UInt64: Int] = [:]
    /// The last CAS number seen.
    private(set) var lastCAS: UInt64 = 1

    /// A line for each response.
    mutating func lines(of answer: [UInt8]) -> [String] {
        var lines: [String] = []
        var start = 0
        while start < answer.count {
            let rest = answer.span.extracting(droppingFirst: start)
            guard rest.count >= BinaryHeader.byteCount,
                let header = BinaryHeader(rest, magic: BinaryHeader.responseMagic),
                rest.count >= BinaryHeader.byteCount + header.bodyByteCount
            else { return lines + ["no response: \(answer[start...].prefix(40))"] }
            let end = BinaryHeader.byteCount + header.bodyByteCount
            lines.append(self.line(header, rest.extracting(BinaryHeader.byteCount..<end)))
            start += end
        }
        return lines
    }

    private mutating func line(_ header: BinaryHeader, _ body: Span<UInt8>) -> String {
        let (extras, key) = (header.extrasByteCount, header.keyByteCount)
        var cas = ""
        if header.cas != 0 {
            self.lastCAS = header.cas
            if self.numbers[header.cas] == nil { self.numbers[header.cas] = self.numbers.count + 1 }
            cas = " #\(self.numbers[header.cas] ?? 0)"
        }
        let value = body.extracting(droppingFirst: extras + key).makeArray()
        return "\(header.opcode) status \(header.status) opaque \(header.opaque)\(cas)"
            + " \(body.extracting(0..<extras).makeArray())"
            + " '\(body.extracting(extras..<extras + key).makeString())'"
            + " '\(NormalAnswer.shortened(value[...]))'"
    }
}
