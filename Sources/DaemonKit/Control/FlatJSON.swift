import Base

/// Reads the only JSON that control requests carry: one object of plain values (RFC 8259).
package enum FlatJSON {
    /// A plain value.
    package enum Value: Equatable, Sendable {
        /// A text.
        case string(String)
        /// A number, as it was written.
        case number(String)
        /// true or false.
        case bool(Bool)
        /// Nothing.
        case null

        /// The text, or nil for another kind.
        package var string: String? { if case .string(let text) = self { text } else { nil } }
        /// The whole number, or nil for another kind.
        package var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }
        /// The truth, or nil for another kind.
        package var bool: Bool? { if case .bool(let truth) = self { truth } else { nil } }
    }

    /// The members of the object, the last one of a name; nil for anything else.
    package static func parse(_ text: Span<UInt8>) -> [String: Value]? {
        var reader = FlatJSONReader()
        return reader.object(text)
    }
}

/// Walks the text once; nil anywhere means that it is no flat object.
private struct FlatJSONReader {
    private var index = 0

    mutating func object(_ text: Span<UInt8>) -> [String: FlatJSON.Value]? {
        guard self.take("{", text) else { return nil }
        var members: [String: FlatJSON.Value] = [:]
        if !self.take("}", text) {
            repeat {
                guard let name = self.string(text), self.take(":", text),
                    let value = self.value(text)
                else { return nil }
                members[name] = value
            } while self.take(",", text)
            guard self.take("}", text) else { return nil }
        }
        self.skipBlanks(text)
        return self.index == text.count ? members : nil
    }

    private mutating func value(_ text: Span<UInt8>) -> FlatJSON.Value? {
        self.skipBlanks(text)
        guard self.index < text.count else { return nil }
        if text[self.index] == UInt8(ascii: "\"") { return self.string(text).map { .string($0) } }
        let start = self.index
        while self.index < text.count, Self.isWordByte(text[self.index]) { self.index += 1 }
        let word = text.extracting(start..<self.index).makeString()
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default: return Double(word) != nil && word.utf8.first != 0x2B ? .number(word) : nil
        }
    }

    private mutating func string(_ text: Span<UInt8>) -> String? {
        guard self.take("\"", text) else { return nil }
        let bytes = ByteBuffer()
        while self.index < text.count {
            let byte = text[self.index]
            self.index += 1
            switch byte {
            case UInt8(ascii: "\""):
                return String(validating: bytes.bytes.makeArray(), as: UTF8.self)
            case UInt8(ascii: "\\"): guard self.escape(text, into: bytes) else { return nil }
            case 0..<0x20: return nil
            default: bytes.append(byte)
            }
        }
        return nil
    }

    private mutating func escape(_ text: Span<UInt8>, into bytes: ByteBuffer) -> Bool {
        guard self.index < text.count else { return false }
        let byte = text[self.index]
        self.index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "u"):
            guard let scalar = self.unicode(text) else { return false }
            bytes.append(String(scalar))
        default: return false
        }
        return true
    }

    /// Four digits, or two times four for what lies beyond 16 bits.
    private mutating func unicode(_ text: Span<UInt8>) -> UnicodeScalar? {
        guard let first = self.unit(text) else { return nil }
        guard (0xD800..<0xDC00).contains(first) else { return UnicodeScalar(first) }
        guard self.index + 1 < text.count, text[self.index] == UInt8(ascii: "\\"),
            text[self.index + 1] == UInt8(ascii: "u")
        else { return nil }
        self.index += 2
        guard let second = self.unit(text), (0xDC00..<0xE000).contains(second) else { return nil }
        return UnicodeScalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    private mutating func unit(_ text: Span<UInt8>) -> UInt32? {
        guard self.index + 4 <= text.count else { return nil }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = text[self.index].hexadecimalDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
            self.index += 1
        }
        return value
    }

    private mutating func take(_ mark: UnicodeScalar, _ text: Span<UInt8>) -> Bool {
        self.skipBlanks(text)
        guard self.index < text.count, text[self.index] == UInt8(ascii: mark) else { return false }
        self.index += 1
        return true
    }

    private mutating func skipBlanks(_ text: Span<UInt8>) {
        while self.index < text.count {
            switch text[self.index] {
            case 0x20, 0x09, 0x0A, 0x0D: self.index += 1
            default: return
            }
        }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
    }
}
