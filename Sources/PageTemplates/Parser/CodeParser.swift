import ExpressionLanguage

/// What the declarations of a page have in common with its code.
struct PageMembers: Sendable {
    /// A method's name and how many parameters it takes; its number is its place.
    struct Signature: Sendable {
        let name: String
        let parameterCount: Int
    }

    var methods: [Signature] = []
    var fields: [PageField] = []
    /// The implicit objects that this page has.
    var implicitObjects: Set<ImplicitObject> = []
}

/// Turns words into statements: shared state, and the entry points. Statements are in
/// CodeParser+Statements.swift, expressions in CodeParser+Expressions.swift.
struct CodeParser {
    /// How deep statements and expressions may be nested.
    static let depthMax = 200

    var cursor: TokenCursor
    var scope = Scope()
    let members: PageMembers
    let template: TemplateParts
    var depth = 0
    var labels: [String] = []
    var loopDepth = 0
    var switchDepth = 0

    init(_ tokens: [CodeToken], members: PageMembers, template: TemplateParts) {
        self.cursor = TokenCursor(tokens)
        self.members = members
        self.template = template
    }

    /// All statements up to the end of the page.
    mutating func page() throws(ScriptFailure) -> Block {
        var statements: [any StatementNode] = []
        while self.cursor.token.kind != .end {
            if self.cursor.isAt("}") {
                throw .mistake("this } closes nothing", at: self.cursor.position)
            }
            statements.append(try self.statement())
        }
        return Block(statements: statements)
    }

    /// Counts nesting; a page that is nested deeper than any person writes must not overflow the
    /// stack.
    mutating func nested<Result>(
        _ body: (inout CodeParser) throws(ScriptFailure) -> Result
    ) throws(ScriptFailure) -> Result {
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth < Self.depthMax else {
            throw .mistake("the code is nested too deeply", at: self.cursor.position)
        }
        return try body(&self)
    }

    /// The number of a label, which stands for it in `break` and `continue`.
    func labelNumber(_ name: String) throws(ScriptFailure) -> Int {
        guard let index = self.labels.lastIndex(of: name) else {
            throw .mistake("there is no label \(name) around this", at: self.cursor.position)
        }
        return index
    }
}

/// What the template tokens of a page stand for.
struct TemplateParts: Sendable {
    /// The `${…}` of the page, compiled.
    var expressions: [Expression] = []
    /// The actions of the page.
    var actions: [ActionPart] = []
}

/// An action of a page, its attributes still as written.
struct ActionPart: Sendable {
    let name: String
    let attributes: [PageAttribute]
    let parameters: [[PageAttribute]]
    let position: SourcePosition
}
