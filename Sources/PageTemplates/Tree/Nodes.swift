import ExpressionLanguage

/// A part of a page that has a value. Immutable.
protocol ExpressionNode: Sendable {
    /// Where it stands.
    var position: SourcePosition { get }
    /// Works its value out.
    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value
}

/// How a statement ended.
enum Completion {
    case normal
    /// `break`, out of the statement with that label; -1 is the innermost one.
    case broke(Int)
    /// `continue`, with the statement of that label; -1 is the innermost loop.
    case continued(Int)
    /// `return`; the value is in the machine.
    case returned
}

/// A part of a page that does something. Immutable.
protocol StatementNode: Sendable {
    /// Does it.
    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion
}

/// Statements one after another.
struct Block: StatementNode {
    /// A block that is known before it is compiled, for methods that call each other.
    final class Box: Sendable {
        let value: Block
        init(_ value: Block) { self.value = value }
    }

    let statements: [any StatementNode]

    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion {
        // By index: a statement that is bound to a name is copied first.
        for index in self.statements.indices {
            let completion = try self.statements[index].execute(machine)
            guard case .normal = completion else { return completion }
        }
        return .normal
    }
}

/// Template text.
struct TextStatement: StatementNode {
    let bytes: [UInt8]
    let position: SourcePosition

    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion {
        try machine.write(self.bytes, at: self.position)
        return .normal
    }
}

/// `<%= … %>`, `out.print(…)`.
struct WriteStatement: StatementNode {
    let value: any ExpressionNode

    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion {
        try machine.write(try self.value.evaluate(machine), at: self.value.position)
        return .normal
    }
}

/// `${…}` in template text.
struct LanguageStatement: StatementNode {
    let expression: Expression
    let position: SourcePosition

    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion {
        let value: Value
        do {
            value = try self.expression.evaluate(machine)
        } catch {
            throw error.placed(at: self.position)
        }
        if !value.isNull { try machine.write(value, at: self.position) }
        return .normal
    }
}

/// An expression whose value is not used.
struct ExpressionStatement: StatementNode {
    let expression: any ExpressionNode

    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion {
        try machine.step(at: self.expression.position)
        _ = try self.expression.evaluate(machine)
        return .normal
    }
}

/// A local variable's declaration.
struct DeclarationStatement: StatementNode {
    let slot: Int
    let type: JavaType
    let initial: (any ExpressionNode)?
    let position: SourcePosition

    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion {
        guard let initial else {
            machine[self.slot] = self.type.initialValue
            return .normal
        }
        machine[self.slot] = try self.type.convert(
            try initial.evaluate(machine), at: self.position)
        return .normal
    }
}
