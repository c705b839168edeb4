import ExpressionLanguage

/// The words of a page's code, read from front to back with looking ahead.
struct TokenCursor {
    private let tokens: [CodeToken]
    /// The number of the next token.
    var index = 0
    /// Halves of `>>` and `>>>` that are still to be read as `>` at the end of type arguments.
    private var pendingAngles = 0

    /// Reads `tokens`, the last of which is `end`.
    init(_ tokens: [CodeToken]) {
        precondition(tokens.last?.kind == .end, "the last token is the end")
        self.tokens = tokens
    }

    /// The next token.
    var token: CodeToken { self.tokens[self.index] }
    /// Where the next token stands.
    var position: SourcePosition { self.token.position }

    /// The token `count` places behind the next one.
    func peek(_ count: Int = 1) -> CodeToken {
        self.tokens[min(self.index + count, self.tokens.count - 1)]
    }

    /// Passes the next token over.
    mutating func advance() {
        if self.index < self.tokens.count - 1 { self.index += 1 }
    }

    /// Whether the next token is that sign.
    func isAt(_ sign: String) -> Bool { self.token.kind == .sign(sign) }

    /// Whether the next token is that word.
    func isAt(word: String) -> Bool { self.token.kind == .name(word) }

    /// Passes a sign over if it is next.
    mutating func accept(_ sign: String) -> Bool {
        guard self.isAt(sign) else { return false }
        self.advance()
        return true
    }

    /// Passes a word over if it is next.
    mutating func accept(word: String) -> Bool {
        guard self.isAt(word: word) else { return false }
        self.advance()
        return true
    }

    /// Passes a sign over.
    ///
    /// - Throws: a mistake when something else is next.
    mutating func expect(_ sign: String) throws(ScriptFailure) {
        guard self.accept(sign) else { throw self.unexpected("'\(sign)'") }
    }

    /// Reads a name.
    mutating func expectName(_ what: String = "a name") throws(ScriptFailure) -> String {
        guard case .name(let name) = self.token.kind else { throw self.unexpected(what) }
        self.advance()
        return name
    }

    /// Says what was expected and what was found.
    func unexpected(_ wanted: String) -> ScriptFailure {
        .mistake("expected \(wanted), found \(self.token.description)", at: self.position)
    }

    // MARK: Types

    /// Reads a type such as `java.util.Map<String, Integer>[]`; nil, with nothing read, where none
    /// stands.
    mutating func type() -> JavaType? {
        let start = self.index
        guard case .name(var name) = self.token.kind else { return nil }
        self.advance()
        while self.isAt("."), case .name(let part) = self.peek().kind {
            name = part
            self.advance()
            self.advance()
        }
        if self.isAt("<"), !self.skipTypeArguments() {
            self.index = start
            return nil
        }
        var type = JavaType(named: name)
        while self.isAt("["), self.peek().kind == .sign("]") {
            self.advance()
            self.advance()
            type = .array(type)
        }
        return type
    }

    /// Passes `<…>` over; false when it is no list of type arguments.
    mutating func skipTypeArguments() -> Bool {
        var depth = 0
        repeat {
            switch self.token.kind {
            case .sign("<"): depth += 1
            case .sign(">"): depth -= 1
            case .sign(">>"): depth -= 2
            case .sign(">>>"): depth -= 3
            case .name, .sign(","), .sign("."), .sign("?"), .sign("["), .sign("]"): break
            default: return false
            }
            self.advance()
        } while depth > 0
        return depth == 0
    }
}
