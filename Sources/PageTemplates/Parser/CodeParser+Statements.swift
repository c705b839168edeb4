import ExpressionLanguage

extension CodeParser {
    /// One statement, or piece of template.
    mutating func statement() throws(ScriptFailure) -> any StatementNode {
        try self.nested { (parser) throws(ScriptFailure) in try parser.statementInside() }
    }

    private mutating func statementInside() throws(ScriptFailure) -> any StatementNode {
        let position = self.cursor.position
        switch self.cursor.token.kind {
        case .text(let bytes):
            self.cursor.advance()
            return TextStatement(bytes: bytes, position: position)
        case .language(let index):
            self.cursor.advance()
            return LanguageStatement(
                expression: self.template.expressions[index], position: position)
        case .action(let index):
            self.cursor.advance()
            return try self.action(self.template.actions[index])
        case .expressionStart:
            self.cursor.advance()
            let value = try self.expression()
            guard self.cursor.token.kind == .expressionEnd else {
                throw self.cursor.unexpected("%>")
            }
            self.cursor.advance()
            return WriteStatement(value: value)
        case .sign("{"): return try self.block()
        case .sign(";"):
            self.cursor.advance()
            return Block(statements: [])
        case .name(let name): return try self.statement(beginningWith: name)
        default: return try self.simpleStatement()
        }
    }

    /// `{ … }`.
    mutating func block() throws(ScriptFailure) -> Block {
        let start = self.cursor.position
        try self.cursor.expect("{")
        self.scope.push()
        defer { self.scope.pop() }
        var statements: [any StatementNode] = []
        while !self.cursor.isAt("}") {
            guard self.cursor.token.kind != .end else {
                throw .mistake("this { is never closed", at: start)
            }
            statements.append(try self.statement())
        }
        self.cursor.advance()
        return Block(statements: statements)
    }

    private mutating func statement(
        beginningWith name: String
    ) throws(ScriptFailure) -> any StatementNode {
        switch name {
        case "if": return try self.ifStatement()
        case "for": return try self.forStatement(label: nil)
        case "while": return try self.whileStatement(label: nil)
        case "do": return try self.doStatement(label: nil)
        case "switch": return try self.switchStatement()
        case "try": return try self.tryStatement()
        case "break", "continue": return try self.jump(name)
        case "return":
            self.cursor.advance()
            let value = self.cursor.isAt(";") ? nil : try self.expression()
            try self.endOfStatement()
            return JumpStatement(kind: .returned(value))
        case "throw":
            self.cursor.advance()
            let value = try self.expression()
            try self.endOfStatement()
            return ThrowStatement(value: value)
        case "synchronized":
            self.cursor.advance()
            try self.cursor.expect("(")
            _ = try self.expression()
            try self.cursor.expect(")")
            return try self.block()
        case "class", "interface", "enum", "import", "package":
            throw .mistake("\(name) cannot stand in a page's code", at: self.cursor.position)
        default:
            if self.cursor.peek().kind == .sign(":"), self.cursor.peek(2).kind != .sign(":") {
                return try self.labelled(name)
            }
            return try self.simpleStatement()
        }
    }

    /// A declaration or an expression, with its semicolon.
    private mutating func simpleStatement() throws(ScriptFailure) -> any StatementNode {
        if let declaration = try self.declaration() {
            try self.endOfStatement()
            return declaration
        }
        let expression = try self.expression()
        try self.endOfStatement()
        return ExpressionStatement(expression: expression)
    }

    private mutating func endOfStatement() throws(ScriptFailure) {
        guard self.cursor.accept(";") else { throw self.cursor.unexpected("';'") }
    }

    /// `int a = 1, b`; nil, with nothing read, where an expression stands.
    private mutating func declaration() throws(ScriptFailure) -> (any StatementNode)? {
        let start = self.cursor.index
        _ = self.cursor.accept(word: "final")
        guard let type = self.cursor.type(), case .name = self.cursor.token.kind,
            !self.cursor.isAt(word: "instanceof")
        else {
            self.cursor.index = start
            return nil
        }
        var statements: [any StatementNode] = []
        repeat {
            let position = self.cursor.position
            let name = try self.cursor.expectName("the variable's name")
            let variableType = try self.arraySuffix(type)
            var initial: (any ExpressionNode)?
            if self.cursor.accept("=") { initial = try self.initializer(variableType) }
            let slot = try self.scope.declare(name, variableType, at: position)
            statements.append(
                DeclarationStatement(
                    slot: slot, type: variableType, initial: initial, position: position))
        } while self.cursor.accept(",")
        return statements.count == 1 ? statements[0] : Block(statements: statements)
    }

    /// `name[]` makes an array of the declared type.
    mutating func arraySuffix(_ type: JavaType) throws(ScriptFailure) -> JavaType {
        var type = type
        while self.cursor.accept("[") {
            try self.cursor.expect("]")
            type = .array(type)
        }
        return type
    }

    /// What stands behind `=`: an expression, or `{a, b}` for an array.
    mutating func initializer(_ type: JavaType) throws(ScriptFailure) -> any ExpressionNode {
        if self.cursor.isAt("{"), case .array(let element) = type {
            return try self.arrayElements(element)
        }
        return try self.expression()
    }

    private mutating func labelled(_ name: String) throws(ScriptFailure) -> any StatementNode {
        self.cursor.advance()
        self.cursor.advance()
        self.labels.append(name)
        defer { self.labels.removeLast() }
        let number = self.labels.count - 1
        switch self.cursor.token.kind {
        case .name("for"): return try self.forStatement(label: number)
        case .name("while"): return try self.whileStatement(label: number)
        case .name("do"): return try self.doStatement(label: number)
        default: return LabelledStatement(label: number, body: try self.statement())
        }
    }

    private mutating func jump(_ word: String) throws(ScriptFailure) -> any StatementNode {
        let position = self.cursor.position
        self.cursor.advance()
        var label = -1
        if case .name(let name) = self.cursor.token.kind {
            label = try self.labelNumber(name)
            self.cursor.advance()
        } else if self.loopDepth == 0, word == "continue" || self.switchDepth == 0 {
            throw .mistake("\(word) stands outside of a loop", at: position)
        }
        try self.endOfStatement()
        return JumpStatement(kind: word == "break" ? .broke(label) : .continued(label))
    }

    // MARK: if, loops

    private mutating func parenthesized() throws(ScriptFailure) -> any ExpressionNode {
        try self.cursor.expect("(")
        let expression = try self.expression()
        try self.cursor.expect(")")
        return expression
    }

    private mutating func scoped() throws(ScriptFailure) -> any StatementNode {
        self.scope.push()
        defer { self.scope.pop() }
        return try self.statement()
    }

    private mutating func ifStatement() throws(ScriptFailure) -> any StatementNode {
        self.cursor.advance()
        let condition = try self.parenthesized()
        let then = try self.scoped()
        // White space between `}` and `else` is template text when two scriptlets meet there.
        if case .text(let bytes) = self.cursor.token.kind, bytes.allSatisfy({ $0 <= 0x20 }),
            self.cursor.peek().kind == .name("else")
        {
            throw .mistake(
                "text stands between } and else; write them in one scriptlet",
                at: self.cursor.position)
        }
        var otherwise: (any StatementNode)?
        if self.cursor.accept(word: "else") { otherwise = try self.scoped() }
        return IfStatement(condition: condition, then: then, otherwise: otherwise)
    }

    private mutating func loopBody() throws(ScriptFailure) -> any StatementNode {
        self.loopDepth += 1
        defer { self.loopDepth -= 1 }
        return try self.scoped()
    }

    private mutating func whileStatement(
        label: Int?
    ) throws(ScriptFailure) -> any StatementNode {
        let position = self.cursor.position
        self.cursor.advance()
        let condition = try self.parenthesized()
        return LoopStatement(
            initial: [], condition: condition, update: [], body: try self.loopBody(),
            runsBodyFirst: false, label: label ?? -2, position: position)
    }

    private mutating func doStatement(label: Int?) throws(ScriptFailure) -> any StatementNode {
        let position = self.cursor.position
        self.cursor.advance()
        let body = try self.loopBody()
        guard self.cursor.accept(word: "while") else { throw self.cursor.unexpected("'while'") }
        let condition = try self.parenthesized()
        try self.endOfStatement()
        return LoopStatement(
            initial: [], condition: condition, update: [], body: body, runsBodyFirst: true,
            label: label ?? -2, position: position)
    }

    private mutating func forStatement(label: Int?) throws(ScriptFailure) -> any StatementNode {
        let position = self.cursor.position
        self.cursor.advance()
        try self.cursor.expect("(")
        self.scope.push()
        defer { self.scope.pop() }
        if let forEach = try self.forEach(label: label) { return forEach }
        var initial: [any StatementNode] = []
        if !self.cursor.isAt(";") {
            if let declaration = try self.declaration() {
                initial = [declaration]
            } else {
                initial = try self.expressionList().map { ExpressionStatement(expression: $0) }
            }
        }
        try self.cursor.expect(";")
        let condition = self.cursor.isAt(";") ? nil : try self.expression()
        try self.cursor.expect(";")
        let update = self.cursor.isAt(")") ? [] : try self.expressionList()
        try self.cursor.expect(")")
        return LoopStatement(
            initial: initial, condition: condition, update: update, body: try self.loopBody(),
            runsBodyFirst: false, label: label ?? -2, position: position)
    }

    private mutating func forEach(label: Int?) throws(ScriptFailure) -> (any StatementNode)? {
        let start = self.cursor.index
        _ = self.cursor.accept(word: "final")
        guard let type = self.cursor.type(), case .name(let name) = self.cursor.token.kind,
            self.cursor.peek().kind == .sign(":")
        else {
            self.cursor.index = start
            return nil
        }
        let position = self.cursor.position
        self.cursor.advance()
        self.cursor.advance()
        let values = try self.expression()
        try self.cursor.expect(")")
        let slot = try self.scope.declare(name, type, at: position)
        return ForEachStatement(
            slot: slot, type: type, values: values, body: try self.loopBody(), label: label ?? -2)
    }

    private mutating func expressionList() throws(ScriptFailure) -> [any ExpressionNode] {
        var expressions = [try self.expression()]
        while self.cursor.accept(",") { expressions.append(try self.expression()) }
        return expressions
    }
}
