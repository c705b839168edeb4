import Base

/// The requests of a load, and how long their answers are when all is well.
struct Requests: Sendable {
    private static let keyByteCount = 12
    private static let binaryHeaderByteCount = 24
    private let options: LoadOptions

    init(_ options: LoadOptions) { self.options = options }

    /// Bytes of the answer to a set.
    var setAnswerByteCount: Int { self.options.wire == .binary ? Self.binaryHeaderByteCount : 8 }

    /// Bytes of the answer to a get that finds all its keys.
    var getAnswerByteCount: Int {
        let (size, count) = (self.options.valueBytes, self.options.keysPerGet)
        let digits = "\(size)".utf8.count
        switch self.options.wire {
        // `VALUE key 0 size`, the value, each with its line's end; `END` at last.
        case .text: return (6 + Self.keyByteCount + 3 + digits + 2 + size + 2) * count + 5
        case .meta: return (3 + digits + 2 + size + 2) * count
        case .binary: return (Self.binaryHeaderByteCount + 4 + size) * count
        }
    }

    func anyKey(_ random: inout SeededGenerator) -> Int {
        Int(random.next() % UInt64(self.options.keys))
    }

    func appendSet(_ index: Int, to buffer: ByteBuffer) {
        let size = self.options.valueBytes
        if self.options.wire == .binary {
            self.appendHead(opcode: 1, extras: 8, body: 8 + Self.keyByteCount + size, to: buffer)
            for _ in 0..<8 { buffer.append(0) }
            self.appendKey(index, to: buffer)
            return buffer.append([UInt8](repeating: 0x61, count: size))
        }
        buffer.append("set " as StaticString)
        self.appendKey(index, to: buffer)
        buffer.append(" 0 0 " as StaticString)
        buffer.append(decimal: size)
        buffer.append("\r\n" as StaticString)
        buffer.append([UInt8](repeating: 0x61, count: size))
        buffer.append("\r\n" as StaticString)
    }

    func appendGet(_ random: inout SeededGenerator, to output: ByteBuffer) {
        if self.options.wire == .text { output.append("get" as StaticString) }
        for _ in 0..<self.options.keysPerGet {
            let key = self.anyKey(&random)
            switch self.options.wire {
            case .text:
                output.append(UInt8(ascii: " "))
                self.appendKey(key, to: output)
            case .meta:
                output.append("mg " as StaticString)
                self.appendKey(key, to: output)
                output.append(" v\r\n" as StaticString)
            case .binary:
                self.appendHead(opcode: 0, extras: 0, body: Self.keyByteCount, to: output)
                self.appendKey(key, to: output)
            }
        }
        if self.options.wire == .text { output.append("\r\n" as StaticString) }
    }

    private func appendKey(_ index: Int, to buffer: ByteBuffer) {
        buffer.append("key:" as StaticString)
        buffer.append(hexadecimal: UInt64(index), minimumDigits: 8)
    }

    /// The head of a binary request, with the key's usual length.
    private func appendHead(opcode: UInt8, extras: UInt8, body: Int, to buffer: ByteBuffer) {
        buffer.append([0x80, opcode, 0, UInt8(Self.keyByteCount), extras, 0, 0, 0])
        buffer.append(bigEndian: UInt64(body), byteCount: 4)
        for _ in 0..<12 { buffer.append(0) }
    }
}
