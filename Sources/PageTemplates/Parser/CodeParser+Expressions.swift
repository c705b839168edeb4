import ExpressionLanguage

extension CodeParser {
    private static let assignments: [String: BinaryOperator] = [
        "+=": .add, "-=": .subtract, "*=": .multiply, "/=": .divide, "%=": .remainder, "&=": .and,
        "|=": .or, "^=": .exclusiveOr, "<<=": .shiftLeft, ">>=": .shiftRight,
        ">>>=": .shiftRightUnsigned,
    ]
    private static let precedences: [String: Int] = [
        "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, ">": 7, "<=": 7,
        ">=": 7, "<<": 8, ">>": 8, ">>>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
    ]
    private static let instancePrecedence = 7

    /// An expression, assignments included.
    mutating func expression() throws(ScriptFailure) -> any ExpressionNode {
        try self.nested { (parser) throws(ScriptFailure) in try parser.assignment() }
    }

    private mutating func assignment() throws(ScriptFailure) -> any ExpressionNode {
        let left = try self.conditional()
        guard case .sign(let sign) = self.cursor.token.kind,
            sign == "=" || Self.assignments[sign] != nil
        else {
            if self.cursor.isAt("->") || self.cursor.isAt("::") {
                throw .mistake("lambdas are not supported in pages", at: self.cursor.position)
            }
            return left
        }
        let position = self.cursor.position
        let target = try self.target(left, at: position)
        self.cursor.advance()
        return AssignmentNode(
            target: target, sign: Self.assignments[sign], value: try self.expression(),
            givesOldValue: false, position: position)
    }

    private func target(
        _ node: any ExpressionNode, at position: SourcePosition
    ) throws(ScriptFailure) -> AssignmentTarget {
        switch node {
        case let local as LocalNode: return .local(local)
        case let field as FieldNode: return .field(field)
        case let element as ElementNode: return .element(element)
        default:
            throw .mistake("only a variable or an array's element can be assigned", at: position)
        }
    }

    /// An expression without assignment.
    mutating func conditional() throws(ScriptFailure) -> any ExpressionNode {
        let condition = try self.binary(minimum: 1)
        guard self.cursor.accept("?") else { return condition }
        let yes = try self.expression()
        try self.cursor.expect(":")
        let no = try self.nested { (parser) throws(ScriptFailure) in try parser.conditional() }
        return ChoiceNode(condition: condition, yes: yes, no: no)
    }

    private mutating func binary(minimum: Int) throws(ScriptFailure) -> any ExpressionNode {
        var left = try self.unary()
        while true {
            let position = self.cursor.position
            if self.cursor.isAt(word: "instanceof"), minimum <= Self.instancePrecedence {
                self.cursor.advance()
                guard let type = self.cursor.type() else {
                    throw self.cursor.unexpected("a class")
                }
                left = InstanceNode(operand: left, type: type.name)
                continue
            }
            guard case .sign(let sign) = self.cursor.token.kind,
                let precedence = Self.precedences[sign], precedence >= minimum
            else { return left }
            self.cursor.advance()
            let right = try self.binary(minimum: precedence + 1)
            if sign == "&&" || sign == "||" {
                left = LogicNode(left: left, right: right, isAnd: sign == "&&")
            } else if let found = BinaryOperator(rawValue: sign) {
                left = BinaryNode(left: left, sign: found, right: right, position: position)
            }
        }
    }

    private mutating func unary() throws(ScriptFailure) -> any ExpressionNode {
        try self.nested { (parser) throws(ScriptFailure) in try parser.unaryInside() }
    }

    private mutating func unaryInside() throws(ScriptFailure) -> any ExpressionNode {
        let position = self.cursor.position
        guard case .sign(let sign) = self.cursor.token.kind else { return try self.postfix() }
        switch sign {
        case "!", "-", "+", "~":
            self.cursor.advance()
            return UnaryNode(sign: sign, operand: try self.unary(), position: position)
        case "++", "--":
            self.cursor.advance()
            let operand = try self.unary()
            return self.increment(
                try self.target(operand, at: position), sign, givesOldValue: false, position)
        case "(":
            if let cast = try self.cast() { return cast }
            return try self.postfix()
        default: return try self.postfix()
        }
    }

    private func increment(
        _ target: AssignmentTarget, _ sign: String, givesOldValue: Bool,
        _ position: SourcePosition
    ) -> any ExpressionNode {
        AssignmentNode(
            target: target, sign: sign == "++" ? .add : .subtract,
            value: LiteralNode(value: .int(1), position: position), givesOldValue: givesOldValue,
            position: position)
    }

    /// `(type) operand`; nil, with nothing read, where parentheses hold an expression.
    private mutating func cast() throws(ScriptFailure) -> (any ExpressionNode)? {
        let position = self.cursor.position
        let start = self.cursor.index
        self.cursor.advance()
        guard let type = self.cursor.type(), self.cursor.accept(")") else {
            self.cursor.index = start
            return nil
        }
        var isPrimitive = false
        if JavaType.primitives.contains(type.name) { isPrimitive = true }
        guard isPrimitive || self.beginsCastOperand() else {
            self.cursor.index = start
            return nil
        }
        return CastNode(type: type, operand: try self.unary(), position: position)
    }

    private func beginsCastOperand() -> Bool {
        switch self.cursor.token.kind {
        case .name(let name): name != "instanceof"
        case .int, .long, .double, .string, .character: true
        case .sign(let sign): sign == "(" || sign == "!" || sign == "~"
        default: false
        }
    }

    private mutating func postfix() throws(ScriptFailure) -> any ExpressionNode {
        var node = try self.primary()
        while true {
            let position = self.cursor.position
            if self.cursor.accept(".") {
                node = try self.member(of: node)
            } else if self.cursor.accept("[") {
                let index = try self.expression()
                try self.cursor.expect("]")
                node = ElementNode(target: node, index: index, position: position)
            } else if self.cursor.isAt("++") || self.cursor.isAt("--") {
                let sign = self.cursor.isAt("++") ? "++" : "--"
                self.cursor.advance()
                node = self.increment(
                    try self.target(node, at: position), sign, givesOldValue: true, position)
            } else {
                return node
            }
        }
    }

    private mutating func member(
        of target: any ExpressionNode
    ) throws(ScriptFailure) -> any ExpressionNode {
        let position = self.cursor.position
        let name = try self.cursor.expectName("a method or field")
        guard self.cursor.isAt("(") else {
            return MemberNode(target: target, name: name, position: position)
        }
        let arguments = try self.arguments()
        if target is OutNode, name == "print", arguments.count == 1 {
            return PrintNode(value: arguments[0], position: position)
        }
        return CallNode(target: target, method: name, arguments: arguments, position: position)
    }

    /// `(a, b)`.
    mutating func arguments() throws(ScriptFailure) -> [any ExpressionNode] {
        try self.cursor.expect("(")
        var arguments: [any ExpressionNode] = []
        if self.cursor.accept(")") { return arguments }
        repeat { arguments.append(try self.expression()) } while self.cursor.accept(",")
        try self.cursor.expect(")")
        return arguments
    }
}

/// `out.print(value)`, without making an object of `out`.
struct PrintNode: ExpressionNode {
    let value: any ExpressionNode
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        try machine.write(try self.value.evaluate(machine), at: self.position)
        return .null
    }
}
