import ExpressionLanguage

// `switch` and `try`.
extension CodeParser {
    mutating func switchStatement() throws(ScriptFailure) -> any StatementNode {
        self.cursor.advance()
        try self.cursor.expect("(")
        let subject = try self.expression()
        try self.cursor.expect(")")
        try self.cursor.expect("{")
        self.scope.push()
        self.switchDepth += 1
        defer {
            self.scope.pop()
            self.switchDepth -= 1
        }
        var cases: [SwitchStatement.Case] = []
        var isArrow = false
        while !self.cursor.accept("}") {
            // White space of the template between `{` and the first `case` says nothing.
            if case .text(let bytes) = self.cursor.token.kind, bytes.allSatisfy({ $0 <= 0x20 }) {
                self.cursor.advance()
                continue
            }
            cases.append(try self.switchCase(&isArrow))
        }
        return SwitchStatement(subject: subject, cases: cases, isArrow: isArrow)
    }

    private mutating func switchCase(
        _ isArrow: inout Bool
    ) throws(ScriptFailure) -> SwitchStatement.Case {
        var values: [any ExpressionNode] = []
        let isDefault = self.cursor.accept(word: "default")
        if !isDefault {
            guard self.cursor.accept(word: "case") else {
                throw self.cursor.unexpected("'case' or 'default'")
            }
            repeat { values.append(try self.conditional()) } while self.cursor.accept(",")
        }
        if self.cursor.accept("->") {
            isArrow = true
            let body = try self.statement()
            return SwitchStatement.Case(
                values: values, isDefault: isDefault, body: Block(statements: [body]))
        }
        try self.cursor.expect(":")
        var statements: [any StatementNode] = []
        while !self.cursor.isAt("}"), !self.cursor.isAt(word: "case"),
            !(self.cursor.isAt(word: "default") && self.cursor.peek().kind != .sign("."))
        {
            guard self.cursor.token.kind != .end else { throw self.cursor.unexpected("'}'") }
            statements.append(try self.statement())
        }
        return SwitchStatement.Case(
            values: values, isDefault: isDefault, body: Block(statements: statements))
    }

    mutating func tryStatement() throws(ScriptFailure) -> any StatementNode {
        let position = self.cursor.position
        self.cursor.advance()
        if self.cursor.isAt("(") {
            throw .mistake("try with resources is not supported", at: self.cursor.position)
        }
        let body = try self.block()
        var catches: [TryStatement.Catch] = []
        while self.cursor.accept(word: "catch") { catches.append(try self.catchPart()) }
        let finally = self.cursor.accept(word: "finally") ? try self.block() : nil
        guard !catches.isEmpty || finally != nil else {
            throw .mistake("this try has neither catch nor finally", at: position)
        }
        return TryStatement(body: body, catches: catches, finally: finally)
    }

    private mutating func catchPart() throws(ScriptFailure) -> TryStatement.Catch {
        try self.cursor.expect("(")
        _ = self.cursor.accept(word: "final")
        var types: [String] = []
        repeat {
            guard let type = self.cursor.type() else {
                throw self.cursor.unexpected("an exception's class")
            }
            types.append(type.name)
        } while self.cursor.accept("|")
        self.scope.push()
        defer { self.scope.pop() }
        let position = self.cursor.position
        let name = try self.cursor.expectName("the exception's name")
        try self.cursor.expect(")")
        let slot = try self.scope.declare(name, .inferred, at: position)
        return TryStatement.Catch(types: types, slot: slot, body: try self.block())
    }
}
