import Base

/// Makes one line of an access log out of a request. Loop thread only.
final class AccessLogLine {
    private let value = ByteBuffer(capacity: 256)

    /// Appends the line and its end.
    func append(_ format: LogFormat, of request: any RequestView, to output: ByteBuffer) {
        for part in format.value.parts {
            switch part {
            case .text(let bytes): output.append(bytes)
            case .variable(let reference):
                let value = self.value
                value.clear()
                let hasValue = VariableEvaluator.append(reference, of: request, to: value)
                if !hasValue || value.isEmpty {
                    if format.escaping != .json { output.append(UInt8(ascii: "-")) }
                } else {
                    Self.escape(value.bytes, format.escaping, to: output)
                }
            }
        }
        output.append(UInt8(ascii: "\n"))
    }

    /// Appends a value with the bytes made harmless that could be taken for something else.
    static func escape(
        _ bytes: Span<UInt8>, _ escaping: LogFormat.Escaping, to output: ByteBuffer
    ) {
        guard escaping != .none, let first = Self.firstUnsafe(bytes, escaping) else {
            return output.append(bytes)
        }
        output.append(bytes.extracting(0..<first))
        for index in first..<bytes.count {
            let byte = bytes[index]
            if Self.isSafe(byte, escaping) {
                output.append(byte)
            } else {
                Self.append(byte, escaping, to: output)
            }
        }
    }

    private static func firstUnsafe(
        _ bytes: Span<UInt8>, _ escaping: LogFormat.Escaping
    ) -> Int? {
        for index in bytes.indices where !Self.isSafe(bytes[index], escaping) { return index }
        return nil
    }

    private static func isSafe(_ byte: UInt8, _ escaping: LogFormat.Escaping) -> Bool {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return false }
        // JSON is UTF-8, whose bytes stand for themselves.
        return byte >= 0x20 && (byte < 0x7F || escaping == .json)
    }

    private static func append(
        _ byte: UInt8, _ escaping: LogFormat.Escaping, to output: ByteBuffer
    ) {
        output.append(UInt8(ascii: "\\"))
        switch (escaping, byte) {
        case (.json, UInt8(ascii: "\"")), (.json, UInt8(ascii: "\\")),
            (.httpd, UInt8(ascii: "\"")), (.httpd, UInt8(ascii: "\\")):
            output.append(byte)
        case (.json, 0x0A), (.httpd, 0x0A): output.append(UInt8(ascii: "n"))
        case (.json, 0x0D), (.httpd, 0x0D): output.append(UInt8(ascii: "r"))
        case (.json, 0x09), (.httpd, 0x09): output.append(UInt8(ascii: "t"))
        case (.json, _):
            output.append("u" as StaticString)
            output.append(hexadecimal: UInt64(byte), minimumDigits: 4)
        case (.httpd, _):
            output.append(UInt8(ascii: "x"))
            output.append(hexadecimal: UInt64(byte), minimumDigits: 2)
        default:
            output.append(UInt8(ascii: "x"))
            for digit in [byte >> 4, byte & 15] {
                output.append(digit < 10 ? digit + 0x30 : digit + 0x37)
            }
        }
    }
}
