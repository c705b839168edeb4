import ExpressionLanguage

extension CodeParser {
    /// A literal, a name, `new`, or an expression in parentheses.
    mutating func primary() throws(ScriptFailure) -> any ExpressionNode {
        let position = self.cursor.position
        let kind = self.cursor.token.kind
        if let literal = Self.literal(kind) {
            self.cursor.advance()
            return LiteralNode(value: literal, position: position)
        }
        switch kind {
        case .sign("("):
            self.cursor.advance()
            let expression = try self.expression()
            try self.cursor.expect(")")
            return expression
        case .name("new"):
            self.cursor.advance()
            return try self.creation(at: position)
        case .name(let name):
            self.cursor.advance()
            return try self.named(name, at: position)
        default: throw self.cursor.unexpected("an expression")
        }
    }

    private static func literal(_ kind: CodeToken.Kind) -> StoredValue? {
        switch kind {
        case .int(let number): .int(number)
        case .long(let number): .long(number)
        case .double(let number): .double(number)
        case .character(let unit): .character(unit)
        case .string(let text): .string(text)
        case .name("true"): .boolean(true)
        case .name("false"): .boolean(false)
        case .name("null"): .null
        default: nil
        }
    }

    private mutating func named(
        _ name: String, at position: SourcePosition
    ) throws(ScriptFailure) -> any ExpressionNode {
        if self.cursor.isAt("(") { return try self.pageMethod(name, at: position) }
        if let variable = self.scope.find(name) {
            return LocalNode(slot: variable.slot, type: variable.type, position: position)
        }
        if let index = self.members.fields.firstIndex(where: { $0.name == name }) {
            return FieldNode(
                index: index, type: self.members.fields[index].type, position: position)
        }
        if name == "out" { return OutNode(position: position) }
        if name == "this", case .name = self.cursor.peek().kind, self.cursor.accept(".") {
            let member = try self.cursor.expectName()
            return try self.named(member, at: position)
        }
        if let object = ImplicitObject(rawValue: name),
            let index = ImplicitObject.allCases.firstIndex(of: object)
        {
            guard self.members.implicitObjects.contains(object) else {
                throw .mistake(
                    object == .session
                        ? "this page has no session: its page directive says session=\"false\""
                        : "exception is known on error pages only (isErrorPage=\"true\")",
                    at: position)
            }
            return ImplicitObjectNode(object: object, index: index, position: position)
        }
        return try self.staticMember(name, at: position)
    }

    private mutating func pageMethod(
        _ name: String, at position: SourcePosition
    ) throws(ScriptFailure) -> any ExpressionNode {
        let arguments = try self.arguments()
        let index = self.members.methods.firstIndex {
            $0.name == name && $0.parameterCount == arguments.count
        }
        guard let index else {
            let hint = Suggestion.nearest(to: name, in: self.members.methods.map(\.name))
            throw .mistake(
                "the page has no method \(name) with \(arguments.count) parameters"
                    + (hint.map { "; did you mean \($0)?" } ?? ""), at: position)
        }
        return MethodCallNode(index: index, arguments: arguments, position: position)
    }

    /// `Math.max(…)`, `java.util.Arrays.asList(…)`, `Integer.MAX_VALUE`.
    private mutating func staticMember(
        _ first: String, at position: SourcePosition
    ) throws(ScriptFailure) -> any ExpressionNode {
        var type = first
        while first.first?.isLowercase ?? false, !Library.isClass(type), self.cursor.isAt("."),
            case .name(let part) = self.cursor.peek().kind
        {
            self.cursor.advance()
            self.cursor.advance()
            type = part
        }
        guard Library.isClass(type) else {
            let known =
                self.scope.names + self.members.fields.map(\.name)
                + ImplicitObject.allCases.map(\.rawValue) + ["out"] + Library.classNames
            let hint = Suggestion.nearest(to: first, in: known)
            throw .mistake(
                "there is no variable or class \(first)"
                    + (hint.map { "; did you mean \($0)?" } ?? ""), at: position)
        }
        try self.cursor.expect(".")
        let memberPosition = self.cursor.position
        let member = try self.cursor.expectName("a method or constant of \(type)")
        if self.cursor.isAt("(") {
            return StaticCallNode(
                type: type, method: member, arguments: try self.arguments(),
                position: memberPosition)
        }
        guard let constant = Library.constant(type, member) else {
            throw .mistake("\(type) has no constant \(member)", at: memberPosition)
        }
        return LiteralNode(value: constant, position: position)
    }

    /// What follows `new`.
    private mutating func creation(
        at position: SourcePosition
    ) throws(ScriptFailure) -> any ExpressionNode {
        guard case .name = self.cursor.token.kind, let type = self.cursor.type() else {
            throw self.cursor.unexpected("a class")
        }
        if case .array(let element) = type { return try self.arrayElements(element) }
        if self.cursor.isAt("[") {
            var sizes: [any ExpressionNode] = []
            var element = type
            while self.cursor.accept("[") {
                if self.cursor.accept("]") {
                    element = .array(element)
                    continue
                }
                sizes.append(try self.expression())
                try self.cursor.expect("]")
            }
            return NewArrayNode(element: element, sizes: sizes, elements: [], position: position)
        }
        let name = type.name
        guard Library.canMake(name) else {
            let hint = Suggestion.nearest(to: name, in: Library.classNames)
            throw .mistake(
                "pages cannot make a \(name)" + (hint.map { "; did you mean \($0)?" } ?? ""),
                at: position)
        }
        let arguments = try self.arguments()
        if self.cursor.isAt("{") {
            throw .mistake("anonymous classes are not supported", at: self.cursor.position)
        }
        return NewNode(type: name, arguments: arguments, position: position)
    }

    /// `{a, b}`.
    mutating func arrayElements(
        _ element: JavaType
    ) throws(ScriptFailure) -> any ExpressionNode {
        let position = self.cursor.position
        try self.cursor.expect("{")
        var elements: [any ExpressionNode] = []
        while !self.cursor.accept("}") {
            elements.append(try self.initializer(element))
            if !self.cursor.accept(","), !self.cursor.isAt("}") {
                throw self.cursor.unexpected("',' or '}'")
            }
        }
        return NewArrayNode(element: element, sizes: [], elements: elements, position: position)
    }
}
