import Base
import ExpressionLanguage

/// Cuts scripting code into words (Java Language Specification, chapter 3).
struct CodeLexer {
    private static let signs: [[UInt8]] = [
        ">>>=", "<<=", ">>=", ">>>", "...", "->", "++", "--", "&&", "||", "==", "!=", "<=", ">=",
        "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", "::", "+", "-", "*", "/", "%", "=",
        "<",
        ">", "!", "~", "?", ":", ";", ",", ".", "(", ")", "[", "]", "{", "}", "&", "|", "^", "@",
    ].map { Array($0.utf8) }

    private let bytes: [UInt8]
    private var index = 0
    private var line: Int
    private var column: Int
    private let file: Int

    /// Stands at the start of `code`, which begins at `position` of its page.
    init(_ code: [UInt8], at position: SourcePosition) {
        self.bytes = code
        self.file = Int(position.file)
        self.line = Int(position.line)
        self.column = Int(position.column)
    }

    /// All words.
    mutating func tokens() throws(ScriptFailure) -> [CodeToken] {
        var tokens: [CodeToken] = []
        while try self.skipSpaceAndComments() {
            let position = self.position
            tokens.append(CodeToken(kind: try self.next(), position: position))
        }
        return tokens
    }

    private var position: SourcePosition {
        SourcePosition(file: self.file, line: self.line, column: self.column)
    }

    /// Answers whether there is a word.
    private mutating func skipSpaceAndComments() throws(ScriptFailure) -> Bool {
        while self.index < self.bytes.count {
            let byte = self.bytes[self.index]
            if byte <= 0x20 {
                self.advance()
            } else if byte == UInt8(ascii: "/"), self.peek(1) == UInt8(ascii: "/") {
                while self.index < self.bytes.count, self.bytes[self.index] != 0x0A {
                    self.advance()
                }
            } else if byte == UInt8(ascii: "/"), self.peek(1) == UInt8(ascii: "*") {
                let start = self.position
                self.advance()
                self.advance()
                while !(self.peek(0) == UInt8(ascii: "*") && self.peek(1) == UInt8(ascii: "/")) {
                    guard self.index < self.bytes.count else {
                        throw .mistake("the comment has no end; expected */", at: start)
                    }
                    self.advance()
                }
                self.advance()
                self.advance()
            } else {
                return true
            }
        }
        return false
    }

    private mutating func next() throws(ScriptFailure) -> CodeToken.Kind {
        let byte = self.bytes[self.index]
        if Self.beginsName(byte) { return .name(self.word()) }
        if byte.isASCIIDigit || (byte == UInt8(ascii: ".") && (self.peek(1) ?? 0).isASCIIDigit) {
            return try self.number()
        }
        if byte == UInt8(ascii: "\"") { return .string(try self.quoted(byte)) }
        if byte == UInt8(ascii: "'") {
            let position = self.position
            let units = Array(try self.quoted(byte).utf16)
            guard units.count == 1 else {
                throw .mistake("a character literal holds one character", at: position)
            }
            return .character(units[0])
        }
        for sign in Self.signs where self.bytes[self.index...].starts(with: sign) {
            for _ in sign { self.advance() }
            return .sign(String(decoding: sign, as: UTF8.self))
        }
        throw .mistake(
            "'\(String(decoding: [byte], as: UTF8.self))' cannot stand in code", at: self.position)
    }

    private static func beginsName(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$") || byte >= 0x80
    }

    private mutating func word() -> String {
        let start = self.index
        while let byte = self.peek(0), Self.beginsName(byte) || byte.isASCIIDigit { self.advance() }
        return String(decoding: self.bytes[start..<self.index], as: UTF8.self)
    }

    private mutating func number() throws(ScriptFailure) -> CodeToken.Kind {
        let position = self.position
        let start = self.index
        var isDecimal = false
        let second = (self.peek(1) ?? 0) | 0x20
        let isHexadecimal = self.bytes[start] == UInt8(ascii: "0") && second == UInt8(ascii: "x")
        while let byte = self.peek(0) {
            if !isHexadecimal, byte | 0x20 == UInt8(ascii: "e"),
                let next = self.peek(1),
                next.isASCIIDigit || next == UInt8(ascii: "-") || next == UInt8(ascii: "+")
            {
                isDecimal = true
                self.advance()
            } else if byte == UInt8(ascii: ".") {
                guard !isHexadecimal, !isDecimal, (self.peek(1) ?? 0).isASCIIDigit else { break }
                isDecimal = true
            } else if !(byte.isASCIIDigit || byte.isASCIILetter || byte == UInt8(ascii: "_")) {
                break
            }
            self.advance()
        }
        let text = String(decoding: self.bytes[start..<self.index], as: UTF8.self)
            .filter { $0 != "_" }.lowercased()
        guard let kind = Self.number(text, isDecimal, isHexadecimal) else {
            throw .mistake("\(text) is no number, or too large", at: position)
        }
        return kind
    }

    private static func number(
        _ text: String, _ isDecimal: Bool, _ isHexadecimal: Bool
    ) -> CodeToken.Kind? {
        if isHexadecimal {
            let isLong = text.hasSuffix("l")
            let digits = text.dropFirst(2).filter { $0 != "l" }
            guard let bits = UInt64(digits, radix: 16) else { return nil }
            if isLong { return .long(Int64(bitPattern: bits)) }
            return UInt32(exactly: bits).map { .int(Int32(bitPattern: $0)) }
        }
        if let last = text.last, last == "f" || last == "d" {
            return Double(text.dropLast()).map { .double($0) }
        }
        if isDecimal { return Double(text).map { .double($0) } }
        if text.hasSuffix("l") {
            return UInt64(text.dropLast()).map { .long(Int64(bitPattern: $0)) }
        }
        // 2147483648 is an int only behind a minus sign; it wraps to what that means.
        guard let number = UInt32(text), number <= 1 << 31 else { return nil }
        return .int(Int32(bitPattern: number))
    }

    private mutating func quoted(_ quote: UInt8) throws(ScriptFailure) -> String {
        let start = self.position
        self.advance()
        var text: [UInt8] = []
        while let byte = self.peek(0), byte != 0x0A {
            self.advance()
            if byte == quote { return String(decoding: text, as: UTF8.self) }
            if byte == UInt8(ascii: "\\") { text += try self.escape() } else { text.append(byte) }
        }
        throw .mistake("the literal has no end on its line", at: start)
    }

    private mutating func escape() throws(ScriptFailure) -> [UInt8] {
        let position = self.position
        guard let byte = self.peek(0) else {
            throw .mistake("the literal has no end on its line", at: position)
        }
        self.advance()
        switch byte {
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "s"): return [0x20]
        case UInt8(ascii: "0"): return [0]
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"), UInt8(ascii: "%"):
            return [byte]
        case UInt8(ascii: "u"):
            var unit: UInt32 = 0
            for _ in 0..<4 {
                guard let digit = self.peek(0)?.hexadecimalDigitValue else {
                    throw .mistake("expected four hexadecimal digits behind \\u", at: position)
                }
                unit = unit << 4 | UInt32(digit)
                self.advance()
            }
            return Array(String(Unicode.Scalar(unit).map(Character.init) ?? "\u{FFFD}").utf8)
        default: throw .mistake("unknown escape in a literal", at: position)
        }
    }

    private func peek(_ ahead: Int) -> UInt8? {
        let index = self.index + ahead
        return index < self.bytes.count ? self.bytes[index] : nil
    }

    private mutating func advance() {
        if self.bytes[self.index] == 0x0A {
            self.line += 1
            self.column = 1
        } else {
            self.column += 1
        }
        self.index += 1
    }
}
