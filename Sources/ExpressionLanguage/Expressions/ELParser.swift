/// Reads the inside of `${…}`. Precedence climbing, as the specification's table has it.
struct ELParser {
    /// How deep expressions may be nested.
    private static let depthMax = 100

    private let tokens: [ELToken]
    private var index = 0
    private var depth = 0

    init(_ text: String) throws(ScriptFailure) {
        var lexer = ELLexer(text)
        self.tokens = try lexer.tokens()
    }

    /// The whole expression.
    mutating func parse() throws(ScriptFailure) -> ELNode {
        let node = try self.choice()
        guard self.token.kind == .end else { throw self.unexpected() }
        return node
    }

    private var token: ELToken { self.tokens[self.index] }

    private mutating func accept(_ sign: String) -> Bool {
        guard self.token.kind == .sign(sign) else { return false }
        self.index += 1
        return true
    }

    private mutating func expect(_ sign: String) throws(ScriptFailure) {
        guard self.accept(sign) else { throw self.unexpected(wanted: "'\(sign)'") }
    }

    private func unexpected(wanted: String = "an expression") -> ScriptFailure {
        let found: String
        switch self.token.kind {
        case .end: found = "the end of the expression"
        case .name(let name), .sign(let name): found = "'\(name)'"
        case .string(let text): found = "\"\(text)\""
        case .integer(let number): found = "\(number)"
        case .decimal(let number): found = "\(number)"
        }
        return .mistake(
            "expected \(wanted), found \(found)",
            at: SourcePosition(file: 0, line: 1, column: self.token.offset + 1))
    }

    private mutating func choice() throws(ScriptFailure) -> ELNode {
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth < Self.depthMax else {
            throw .mistake(
                "the expression is nested too deeply",
                at: SourcePosition(file: 0, line: 1, column: self.token.offset + 1))
        }
        let condition = try self.binary(minimum: 1)
        guard self.accept("?") else { return condition }
        let yes = try self.choice()
        try self.expect(":")
        return .choose(condition, yes, try self.choice())
    }

    private mutating func binary(minimum: Int) throws(ScriptFailure) -> ELNode {
        var left = try self.unary()
        while case .sign(let sign) = self.token.kind, let found = ELOperator(rawValue: sign),
            found.precedence >= minimum
        {
            self.index += 1
            left = .binary(left, found, try self.binary(minimum: found.precedence + 1))
        }
        return left
    }

    private mutating func unary() throws(ScriptFailure) -> ELNode {
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth < Self.depthMax else { throw self.unexpected() }
        if self.accept("-") { return .negate(try self.unary()) }
        if self.accept("!") { return .not(try self.unary()) }
        if self.token.kind == .name("empty"), self.beginsOperand(self.tokens[self.index + 1]) {
            self.index += 1
            return .empty(try self.unary())
        }
        return try self.postfix()
    }

    private func beginsOperand(_ token: ELToken) -> Bool {
        switch token.kind {
        case .end: false
        case .sign(let sign): sign == "(" || sign == "!" || sign == "-"
        default: true
        }
    }

    private mutating func postfix() throws(ScriptFailure) -> ELNode {
        var node = try self.primary()
        while true {
            if self.accept(".") {
                guard case .name(let name) = self.token.kind else {
                    throw self.unexpected(wanted: "a name")
                }
                self.index += 1
                node =
                    self.accept("(")
                    ? .call(node, name, try self.arguments()) : .property(node, name)
            } else if self.accept("[") {
                let key = try self.choice()
                try self.expect("]")
                node = .element(node, key)
            } else {
                return node
            }
        }
    }

    private mutating func arguments() throws(ScriptFailure) -> [ELNode] {
        var arguments: [ELNode] = []
        if self.accept(")") { return arguments }
        repeat { arguments.append(try self.choice()) } while self.accept(",")
        try self.expect(")")
        return arguments
    }

    private mutating func primary() throws(ScriptFailure) -> ELNode {
        let kind = self.token.kind
        switch kind {
        case .integer(let number):
            self.index += 1
            return .long(number)
        case .decimal(let number):
            self.index += 1
            return .double(number)
        case .string(let text):
            self.index += 1
            return .string(text)
        case .name(let name):
            self.index += 1
            switch name {
            case "true": return .boolean(true)
            case "false": return .boolean(false)
            case "null": return .null
            default: return .name(name)
            }
        case .sign("("):
            self.index += 1
            let node = try self.choice()
            try self.expect(")")
            return node
        default: throw self.unexpected()
        }
    }
}
