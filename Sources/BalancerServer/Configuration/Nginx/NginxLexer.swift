package import Base

/// A word or mark of nginx's language.
package struct NginxToken: Equatable, Sendable {
    /// What it is.
    package enum Kind: Equatable, Sendable {
        case word, semicolon, openBrace, closeBrace
    }

    /// What it is.
    package let kind: Kind
    /// A word's text, quotes and escapes taken out.
    package let text: String
    /// Where it begins.
    package let place: ConfigurationPlace
}

/// Splits nginx's language into tokens, by the rules of nginx's own reader.
///
/// Words end at white space, `;` or `{`; `}` ends nothing unless it begins a token. Quotes count
/// only at the beginning of a word, and after the closing one must come white space, `;`, `{` or
/// `)`.
/// `${` does not open a block. A backslash keeps the next byte from ending the word; `\"`, `\'` and
/// `\\` lose it, `\t`, `\r` and `\n` are control characters, before all else it stays.
package struct NginxLexer {
    /// nginx's reading buffer: no word is longer.
    package static let wordByteCountMax = 4_096

    private let bytes: [UInt8]
    private let texts: ConfigurationTexts
    private let file: Int
    private var index = 0
    private var line = 1
    private var lineStart = 0

    /// Reads file number `file` of `texts`.
    package init(_ texts: ConfigurationTexts, file: Int) {
        self.texts = texts
        self.file = file
        self.bytes = texts.sources[file].text
        // A byte order mark that some editors put first.
        if self.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { self.index = 3 }
    }

    /// Where the reader stands; after the last token, the end of the file.
    package var place: ConfigurationPlace {
        ConfigurationPlace(
            file: self.file, line: self.line, column: self.index - self.lineStart + 1)
    }

    /// The next token, nil at the end of the file.
    ///
    /// - Throws: the mistake and its place.
    package mutating func next() throws(Diagnostic) -> NginxToken? {
        self.skipBlanks()
        guard self.index < self.bytes.count else { return nil }
        let place = self.place
        let kind: NginxToken.Kind
        switch self.bytes[self.index] {
        case UInt8(ascii: ";"): kind = .semicolon
        case UInt8(ascii: "{"): kind = .openBrace
        case UInt8(ascii: "}"): kind = .closeBrace
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return try self.quotedWord(place)
        default: return try self.plainWord(place)
        }
        self.index += 1
        return NginxToken(kind: kind, text: "", place: place)
    }

    private mutating func skipBlanks() {
        var isInComment = false
        while self.index < self.bytes.count {
            let byte = self.bytes[self.index]
            if byte == 0x0A {
                isInComment = false
                self.newLine()
            } else if !isInComment, byte == UInt8(ascii: "#") {
                isInComment = true
            } else if !isInComment, !Self.isBlank(byte) {
                return
            }
            self.index += 1
        }
    }

    private mutating func newLine() {
        self.line += 1
        self.lineStart = self.index + 1
    }

    private mutating func plainWord(
        _ place: ConfigurationPlace
    ) throws(Diagnostic) -> NginxToken {
        var text: [UInt8] = []
        while self.index < self.bytes.count {
            let byte = self.bytes[self.index]
            if byte == UInt8(ascii: "{"), text.last == UInt8(ascii: "$") {
                text.append(byte)
            } else if Self.isBlank(byte) || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "{") {
                return try self.word(text, place)
            } else if byte == UInt8(ascii: "\\") {
                self.escape(into: &text)
            } else {
                text.append(byte)
            }
            self.index += 1
        }
        throw self.texts.diagnostic(
            self.place, "unexpected end of file, expecting \";\" or \"}\"")
    }

    private mutating func quotedWord(
        _ place: ConfigurationPlace
    ) throws(Diagnostic) -> NginxToken {
        let quote = self.bytes[self.index]
        var text: [UInt8] = []
        self.index += 1
        while self.index < self.bytes.count {
            let byte = self.bytes[self.index]
            if byte == quote {
                self.index += 1
                try self.expectEndOfQuoted()
                return try self.word(text, place)
            }
            if byte == UInt8(ascii: "\\") {
                self.escape(into: &text)
            } else {
                if byte == 0x0A { self.newLine() }
                text.append(byte)
            }
            self.index += 1
        }
        let mark = quote == UInt8(ascii: "\"") ? "\"" : "'"
        throw self.texts.diagnostic(
            place, "unexpected end of file, the quote \(mark) that begins here is not closed")
    }

    /// Takes the backslash and what it changes; the index ends on the last byte taken.
    private mutating func escape(into text: inout [UInt8]) {
        guard self.index + 1 < self.bytes.count else {
            text.append(UInt8(ascii: "\\"))
            return
        }
        self.index += 1
        let byte = self.bytes[self.index]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"): text.append(byte)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "n"): text.append(0x0A)
        default:
            if byte == 0x0A { self.newLine() }
            text.append(UInt8(ascii: "\\"))
            text.append(byte)
        }
    }

    private func expectEndOfQuoted() throws(Diagnostic) {
        guard self.index < self.bytes.count else {
            throw self.texts.diagnostic(
                self.place, "unexpected end of file, expecting \";\" or \"}\"")
        }
        let byte = self.bytes[self.index]
        if Self.isBlank(byte) { return }
        switch byte {
        case UInt8(ascii: ";"), UInt8(ascii: "{"), UInt8(ascii: ")"): return
        default:
            let shown = String(decoding: [byte], as: UTF8.self)
            throw self.texts.diagnostic(self.place, "unexpected \"\(shown)\"")
        }
    }

    private func word(
        _ text: [UInt8], _ place: ConfigurationPlace
    ) throws(Diagnostic) -> NginxToken {
        guard text.count <= Self.wordByteCountMax else {
            let start = String(decoding: text.prefix(10), as: UTF8.self)
            throw self.texts.diagnostic(place, "too long parameter \"\(start)...\" started")
        }
        return NginxToken(
            kind: .word, text: String(decoding: text, as: UTF8.self), place: place)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }
}
