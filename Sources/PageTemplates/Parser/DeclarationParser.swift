import ExpressionLanguage

/// Reads `<%! … %>`: fields and methods. Signatures first, so that methods can call each other.
struct DeclarationParser {
    private struct Method {
        let name: String
        let type: JavaType
        let parameters: [PageParameter]
        let position: SourcePosition
        /// The words of the body, braces included.
        let body: ClosedRange<Int>
    }

    private static let modifiers: Set<String> = [
        "public", "private", "protected", "static", "final", "synchronized", "transient",
        "volatile",
    ]

    private let tokens: [CodeToken]
    private var cursor: TokenCursor
    private var methods: [Method] = []
    private var members = PageMembers()

    init(_ tokens: [CodeToken], implicitObjects: Set<ImplicitObject>) {
        self.tokens = tokens
        self.cursor = TokenCursor(tokens)
        self.members.implicitObjects = implicitObjects
    }

    /// The members, and the methods compiled.
    mutating func parse(
        template: TemplateParts
    ) throws(ScriptFailure) -> (members: PageMembers, methods: [PageMethod]) {
        while self.cursor.token.kind != .end { try self.member(template) }
        for method in self.methods {
            self.members.methods.append(
                PageMembers.Signature(
                    name: method.name, parameterCount: method.parameters.count))
        }
        var compiled: [PageMethod] = []
        for method in self.methods { compiled.append(try self.compile(method, template)) }
        return (self.members, compiled)
    }

    private mutating func member(_ template: TemplateParts) throws(ScriptFailure) {
        if self.cursor.accept(";") { return }
        while case .name(let word) = self.cursor.token.kind, Self.modifiers.contains(word) {
            self.cursor.advance()
        }
        if self.cursor.isAt(word: "class") || self.cursor.isAt(word: "interface") {
            throw .mistake("pages cannot declare classes", at: self.cursor.position)
        }
        guard let type = self.cursor.type() else {
            throw self.cursor.unexpected("a field or method")
        }
        let position = self.cursor.position
        let name = try self.cursor.expectName("the field's or method's name")
        if self.cursor.isAt("(") {
            try self.method(name, type, at: position)
        } else {
            try self.fields(name, type, template)
        }
    }

    private mutating func fields(
        _ first: String, _ type: JavaType, _ template: TemplateParts
    ) throws(ScriptFailure) {
        var name = first
        while true {
            var initial: (any ExpressionNode)?
            if self.cursor.accept("=") {
                // What a field begins with may use the fields before it.
                var parser = CodeParser(self.tokens, members: self.members, template: template)
                parser.cursor = self.cursor
                initial = try parser.initializer(type)
                self.cursor = parser.cursor
            }
            self.members.fields.append(PageField(name: name, type: type, initial: initial))
            guard self.cursor.accept(",") else { break }
            name = try self.cursor.expectName("the field's name")
        }
        try self.cursor.expect(";")
    }

    private mutating func method(
        _ name: String, _ type: JavaType, at position: SourcePosition
    ) throws(ScriptFailure) {
        try self.cursor.expect("(")
        var parameters: [PageParameter] = []
        if !self.cursor.accept(")") {
            repeat {
                _ = self.cursor.accept(word: "final")
                guard let parameterType = self.cursor.type() else {
                    throw self.cursor.unexpected("a parameter's type")
                }
                parameters.append(
                    PageParameter(
                        name: try self.cursor.expectName("the parameter's name"),
                        type: parameterType))
            } while self.cursor.accept(",")
            try self.cursor.expect(")")
        }
        if self.cursor.accept(word: "throws") {
            repeat { _ = self.cursor.type() } while self.cursor.accept(",")
        }
        guard self.cursor.isAt("{") else { throw self.cursor.unexpected("'{'") }
        let start = self.cursor.index
        try self.skipBlock()
        self.methods.append(
            Method(
                name: name, type: type, parameters: parameters, position: position,
                body: start...(self.cursor.index - 1)))
    }

    private mutating func skipBlock() throws(ScriptFailure) {
        let start = self.cursor.position
        var depth = 0
        repeat {
            if self.cursor.isAt("{") { depth += 1 }
            if self.cursor.isAt("}") { depth -= 1 }
            if self.cursor.token.kind == .end {
                throw .mistake("this { is never closed", at: start)
            }
            self.cursor.advance()
        } while depth > 0
    }

    private func compile(
        _ method: Method, _ template: TemplateParts
    ) throws(ScriptFailure) -> PageMethod {
        var tokens = Array(self.tokens[method.body])
        tokens.append(CodeToken(kind: .end, position: tokens.last?.position ?? method.position))
        // A method has no implicit objects: they belong to the request (JSP.1.12.2).
        var members = self.members
        members.implicitObjects = []
        var parser = CodeParser(tokens, members: members, template: template)
        for parameter in method.parameters {
            _ = try parser.scope.declare(parameter.name, parameter.type, at: method.position)
        }
        let body = try parser.block()
        return PageMethod(
            name: method.name, type: method.type, parameters: method.parameters,
            slotCount: parser.scope.slotCount, body: Block.Box(body))
    }
}
