/// A word of an expression.
struct ELToken: Equatable, Sendable {
    /// What it is.
    enum Kind: Equatable, Sendable {
        case name(String)
        case string(String)
        case integer(Int64)
        case decimal(Double)
        /// An operator or bracket, word operators as their signs (`and` is `&&`).
        case sign(String)
        case end
    }

    let kind: Kind
    /// How many characters of the expression stand before it.
    let offset: Int
}

/// Cuts an expression into words.
struct ELLexer {
    private static let words = [
        "and": "&&", "or": "||", "not": "!", "eq": "==", "ne": "!=", "lt": "<", "gt": ">",
        "le": "<=", "ge": ">=", "div": "/", "mod": "%",
    ]
    private static let signs = [
        "&&", "||", "==", "!=", "<=", ">=", "+=", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":",
        "(", ")", "[", "]", ".", ",",
    ]

    private let characters: [Character]
    private var index = 0

    init(_ text: String) { self.characters = Array(text) }

    /// All words, `end` last.
    ///
    /// - Throws: a `ScriptFailure` whose position's column is the offset in the expression, from 1.
    mutating func tokens() throws(ScriptFailure) -> [ELToken] {
        var tokens: [ELToken] = []
        while true {
            while self.index < self.characters.count, self.characters[self.index].isWhitespace {
                self.index += 1
            }
            let offset = self.index
            guard self.index < self.characters.count else {
                tokens.append(ELToken(kind: .end, offset: offset))
                return tokens
            }
            tokens.append(ELToken(kind: try self.next(), offset: offset))
        }
    }

    private mutating func next() throws(ScriptFailure) -> ELToken.Kind {
        let first = self.characters[self.index]
        if first.isLetter || first == "_" || first == "$" { return self.word() }
        if first.isASCII, first.isNumber { return try self.number() }
        if first == "\"" || first == "'" { return try self.string(first) }
        for sign in Self.signs where self.matches(sign) {
            self.index += sign.count
            return .sign(sign)
        }
        throw self.mistake("'\(first)' cannot stand in an expression", at: self.index)
    }

    private func matches(_ sign: String) -> Bool {
        var index = self.index
        for character in sign {
            guard index < self.characters.count, self.characters[index] == character else {
                return false
            }
            index += 1
        }
        return true
    }

    private mutating func word() -> ELToken.Kind {
        let start = self.index
        while self.index < self.characters.count {
            let character = self.characters[self.index]
            guard character.isLetter || character.isNumber || character == "_" || character == "$"
            else { break }
            self.index += 1
        }
        let text = String(self.characters[start..<self.index])
        return Self.words[text].map { .sign($0) } ?? .name(text)
    }

    private mutating func number() throws(ScriptFailure) -> ELToken.Kind {
        let start = self.index
        var isDecimal = false
        while self.index < self.characters.count {
            let character = self.characters[self.index]
            let next =
                self.index + 1 < self.characters.count ? self.characters[self.index + 1] : " "
            if character == ".", next.isNumber {
                isDecimal = true
            } else if character == "e" || character == "E",
                next.isNumber || next == "-" || next == "+"
            {
                isDecimal = true
                self.index += 1
            } else if !(character.isASCII && character.isNumber) {
                break
            }
            self.index += 1
        }
        let text = String(self.characters[start..<self.index])
        if !isDecimal, let number = Int64(text) { return .integer(number) }
        guard let number = Double(text) else {
            throw self.mistake("\(text) is no number", at: start)
        }
        return .decimal(number)
    }

    private mutating func string(_ quote: Character) throws(ScriptFailure) -> ELToken.Kind {
        let start = self.index
        self.index += 1
        var text = ""
        while self.index < self.characters.count {
            let character = self.characters[self.index]
            self.index += 1
            if character == quote { return .string(text) }
            if character == "\\", self.index < self.characters.count {
                text.append(self.characters[self.index])
                self.index += 1
            } else {
                text.append(character)
            }
        }
        throw self.mistake("the string has no end", at: start)
    }

    private func mistake(_ message: String, at offset: Int) -> ScriptFailure {
        .mistake(message, at: SourcePosition(file: 0, line: 1, column: offset + 1))
    }
}
