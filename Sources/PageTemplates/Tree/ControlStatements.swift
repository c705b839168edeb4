import ExpressionLanguage

/// The value of a condition.
func condition(_ node: any ExpressionNode, _ machine: Machine) throws(ScriptFailure) -> Bool {
    guard case .boolean(let truth) = try node.evaluate(machine) else {
        throw ScriptFailure(
            "java.lang.ClassCastException", "a condition is true or false", at: node.position)
    }
    return truth
}

/// `if`.
struct IfStatement: StatementNode {
    let condition: any ExpressionNode
    let then: any StatementNode
    let otherwise: (any StatementNode)?

    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion {
        if try PageTemplates.condition(self.condition, machine) {
            return try self.then.execute(machine)
        }
        return try self.otherwise?.execute(machine) ?? .normal
    }
}

/// `for (;;)`, `while` and `do`.
struct LoopStatement: StatementNode {
    let initial: [any StatementNode]
    let condition: (any ExpressionNode)?
    let update: [any ExpressionNode]
    let body: any StatementNode
    /// Whether the body runs before the condition is looked at first.
    let runsBodyFirst: Bool
    let label: Int
    let position: SourcePosition

    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion {
        for statement in self.initial { _ = try statement.execute(machine) }
        var mustCheck = !self.runsBodyFirst
        while true {
            if mustCheck, let condition, try !PageTemplates.condition(condition, machine) {
                return .normal
            }
            mustCheck = true
            try machine.step(at: self.position)
            switch try self.body.execute(machine) {
            case .normal: break
            case .continued(let label) where label < 0 || label == self.label: break
            case .broke(let label) where label < 0 || label == self.label: return .normal
            case let other: return other
            }
            for update in self.update { _ = try update.evaluate(machine) }
        }
    }
}

/// `for (Type name : values)`.
struct ForEachStatement: StatementNode {
    let slot: Int
    let type: JavaType
    let values: any ExpressionNode
    let body: any StatementNode
    let label: Int

    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion {
        let value = try self.values.evaluate(machine)
        for element in try Library.elements(of: value, at: self.values.position) {
            try machine.step(at: self.values.position)
            machine[self.slot] = try self.type.convert(element, at: self.values.position)
            switch try self.body.execute(machine) {
            case .normal: break
            case .continued(let label) where label < 0 || label == self.label: break
            case .broke(let label) where label < 0 || label == self.label: return .normal
            case let other: return other
            }
        }
        return .normal
    }
}

/// `label: { … }` around anything that is no loop.
struct LabelledStatement: StatementNode {
    let label: Int
    let body: any StatementNode

    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion {
        let completion = try self.body.execute(machine)
        if case .broke(let label) = completion, label == self.label { return .normal }
        return completion
    }
}

/// `switch`, with `:` or `->`.
struct SwitchStatement: StatementNode {
    /// A group of labels and what follows them.
    struct Case: Sendable {
        /// The values; none for `default`.
        let values: [any ExpressionNode]
        let isDefault: Bool
        let body: Block
    }

    let subject: any ExpressionNode
    let cases: [Case]
    /// Whether a case ends where the next begins (`->`).
    let isArrow: Bool

    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion {
        let subject = try self.subject.evaluate(machine)
        guard let first = try self.chosen(subject, machine) else { return .normal }
        for index in first..<self.cases.count {
            let completion = try self.cases[index].body.execute(machine)
            if case .broke(let label) = completion, label < 0 { return .normal }
            guard case .normal = completion else { return completion }
            if self.isArrow { break }
        }
        return .normal
    }

    private func chosen(_ subject: Value, _ machine: Machine) throws(ScriptFailure) -> Int? {
        if subject.isNull {
            throw ScriptFailure.nullPointer("switch").placed(at: self.subject.position)
        }
        for (index, entry) in self.cases.enumerated() {
            for node in entry.values {
                let value = try node.evaluate(machine)
                if value.equals(subject) { return index }
                if let left = value.integer, let right = subject.integer, left == right {
                    return index
                }
            }
        }
        return self.cases.firstIndex { $0.isDefault }
    }
}

/// `break`, `continue` and `return`.
struct JumpStatement: StatementNode {
    /// Which of them.
    enum Kind: Sendable {
        case broke(Int), continued(Int)
        case returned((any ExpressionNode)?)
    }

    let kind: Kind

    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion {
        switch self.kind {
        case .broke(let label): return .broke(label)
        case .continued(let label): return .continued(label)
        case .returned(let value):
            machine.returnValue = try value?.evaluate(machine) ?? .null
            return .returned
        }
    }
}

/// `throw`.
struct ThrowStatement: StatementNode {
    let value: any ExpressionNode

    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion {
        let value = try self.value.evaluate(machine)
        guard case .object(let object) = value, let exception = object as? ExceptionObject else {
            throw ScriptFailure.nullPointer("throw").placed(at: self.value.position)
        }
        throw exception.failure.placed(at: self.value.position)
    }
}

/// `try`.
struct TryStatement: StatementNode {
    /// A `catch` part.
    struct Catch: Sendable {
        let types: [String]
        let slot: Int
        let body: Block
    }

    let body: Block
    let catches: [Catch]
    let finally: Block?

    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion {
        guard let finally else { return try self.executeCaught(machine) }
        let outcome: Result<Completion, ScriptFailure>
        do {
            outcome = .success(try self.executeCaught(machine))
        } catch {
            outcome = .failure(error)
        }
        let returned = machine.returnValue
        let completion = try finally.execute(machine)
        guard case .normal = completion else { return completion }
        machine.returnValue = returned
        return try outcome.get()
    }

    private func executeCaught(_ machine: Machine) throws(ScriptFailure) -> Completion {
        do {
            return try self.body.execute(machine)
        } catch {
            guard error.isCatchable,
                let handler = self.catches.first(where: { part in
                    part.types.contains { ExceptionObject.isKind(error.exception, of: $0) }
                })
            else { throw error }
            machine[handler.slot] = .object(ExceptionObject(error))
            return try handler.body.execute(machine)
        }
    }
}
