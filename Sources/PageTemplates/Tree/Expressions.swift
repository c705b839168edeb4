import ExpressionLanguage

/// A literal.
struct LiteralNode: ExpressionNode {
    let value: StoredValue
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        switch self.value {
        case .string(let text): .string(text)
        case .int(let number): .int(number)
        default: Value(self.value)
        }
    }
}

/// A local variable.
struct LocalNode: ExpressionNode {
    let slot: Int
    let type: JavaType
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value { machine[self.slot] }
}

/// A field that the page declares.
struct FieldNode: ExpressionNode {
    let index: Int
    let type: JavaType
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value { machine.fields[self.index] }
}

/// `request`, `session` and their like.
struct ImplicitObjectNode: ExpressionNode {
    let object: ImplicitObject
    let index: Int
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        do {
            return try machine.implicitObject(self.object, self.index)
        } catch {
            throw error.placed(at: self.position)
        }
    }
}

/// `out`.
struct OutNode: ExpressionNode {
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        .object(OutObject(machine, position: self.position))
    }
}

/// `array[index]`.
struct ElementNode: ExpressionNode {
    let target: any ExpressionNode
    let index: any ExpressionNode
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        let (list, index) = try self.place(machine)
        return list.elements[index]
    }

    /// The list and the place in it that are meant.
    func place(_ machine: Machine) throws(ScriptFailure) -> (ListObject, Int) {
        let target = try self.target.evaluate(machine)
        let index = try self.index.evaluate(machine)
        guard case .list(let list) = target else {
            throw ScriptFailure.nullPointer("load from an array").placed(at: self.position)
        }
        guard let number = index.integer, number >= 0, number < list.elements.count else {
            throw ScriptFailure(
                "java.lang.ArrayIndexOutOfBoundsException",
                "Index \(index.text) out of bounds for length \(list.elements.count)",
                at: self.position)
        }
        return (list, Int(number))
    }
}

/// `condition ? yes : no`.
struct ChoiceNode: ExpressionNode {
    let condition: any ExpressionNode
    let yes: any ExpressionNode
    let no: any ExpressionNode

    var position: SourcePosition { self.condition.position }

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        try PageTemplates.condition(self.condition, machine)
            ? try self.yes.evaluate(machine) : try self.no.evaluate(machine)
    }
}

/// `&&` and `||`.
struct LogicNode: ExpressionNode {
    let left: any ExpressionNode
    let right: any ExpressionNode
    let isAnd: Bool

    var position: SourcePosition { self.left.position }

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        if try condition(self.left, machine) != self.isAnd { return .boolean(!self.isAnd) }
        return .boolean(try condition(self.right, machine))
    }
}

/// `!`, `-`, `+` and `~`.
struct UnaryNode: ExpressionNode {
    let sign: String
    let operand: any ExpressionNode
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        let value = try self.operand.evaluate(machine)
        switch (self.sign, value) {
        case ("!", .boolean(let truth)): return .boolean(!truth)
        case ("-", .int(let number)): return .int(0 &- number)
        case ("-", .long(let number)): return .long(0 &- number)
        case ("-", .double(let number)): return .double(-number)
        case ("-", .character(let unit)): return .int(-Int32(unit))
        case ("+", .character(let unit)): return .int(Int32(unit))
        case ("+", _) where value.number != nil: return value
        case ("~", .int(let number)): return .int(~number)
        case ("~", .long(let number)): return .long(~number)
        default:
            throw ScriptFailure(
                "java.lang.ClassCastException",
                "\(self.sign) cannot be applied to \(value.typeName)", at: self.position)
        }
    }
}

/// `(type) value`.
struct CastNode: ExpressionNode {
    let type: JavaType
    let operand: any ExpressionNode
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        try self.type.cast(try self.operand.evaluate(machine), at: self.position)
    }
}

/// `value instanceof Type`.
struct InstanceNode: ExpressionNode {
    let operand: any ExpressionNode
    let type: String

    var position: SourcePosition { self.operand.position }

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        let value = try self.operand.evaluate(machine)
        return .boolean(!value.isNull && Library.isInstance(value, of: self.type))
    }
}

/// What can stand to the left of `=`.
enum AssignmentTarget: Sendable {
    case local(LocalNode)
    case field(FieldNode)
    case element(ElementNode)
}

/// `=`, `+=` and the like, `++` and `--`.
struct AssignmentNode: ExpressionNode {
    let target: AssignmentTarget
    /// The operator before `=`, nil for a plain assignment.
    let sign: BinaryOperator?
    let value: any ExpressionNode
    /// Whether the expression has the value from before (`i++`).
    let givesOldValue: Bool
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        switch self.target {
        case .local(let local):
            let old = machine[local.slot]
            let new = try self.newValue(old, local.type, machine)
            machine[local.slot] = new
            return self.givesOldValue ? old : new
        case .field(let field):
            let old = machine.fields[field.index]
            let new = try self.newValue(old, field.type, machine)
            machine.fields[field.index] = new
            return self.givesOldValue ? old : new
        case .element(let element):
            let (list, index) = try element.place(machine)
            let old = list.elements[index]
            let new = try self.newValue(old, .inferred, machine)
            // The right side may have changed the list.
            guard index < list.elements.count else {
                throw ScriptFailure(
                    "java.lang.ArrayIndexOutOfBoundsException", "Index \(index)",
                    at: self.position)
            }
            list.elements[index] = new
            return self.givesOldValue ? old : new
        }
    }

    private func newValue(
        _ old: Value, _ type: JavaType, _ machine: Machine
    ) throws(ScriptFailure) -> Value {
        let value = try self.value.evaluate(machine)
        guard let sign else { return try type.convert(value, at: self.position) }
        let result = try sign.apply(old, value, at: self.position)
        // JLS 15.26.2: a compound assignment casts to the type of its left side.
        switch (type, old) {
        case (.inferred, .int): return try JavaType.int.cast(result, at: self.position)
        case (.inferred, .long): return try JavaType.long.cast(result, at: self.position)
        case (.inferred, .character): return try JavaType.character.cast(result, at: self.position)
        case (.inferred, _), (.reference, _), (.string, _): return result
        default: return try type.cast(result, at: self.position)
        }
    }
}

/// Calls one of the page's methods.
struct MethodCallNode: ExpressionNode {
    let index: Int
    let arguments: [any ExpressionNode]
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        var values: [Value] = []
        for argument in self.arguments { values.append(try argument.evaluate(machine)) }
        return try machine.call(machine.methods[self.index], values, at: self.position)
    }
}

/// Calls a method of an object.
struct CallNode: ExpressionNode {
    let target: any ExpressionNode
    let method: String
    let arguments: [any ExpressionNode]
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        let target = try self.target.evaluate(machine)
        var values: [Value] = []
        values.reserveCapacity(self.arguments.count)
        for argument in self.arguments { values.append(try argument.evaluate(machine)) }
        do {
            if case .object(let object) = target { return try object.call(self.method, values) }
            return try Library.call(target, self.method, values, machine)
        } catch {
            throw error.placed(at: self.position)
        }
    }
}

/// Calls a class's method: `Math.max(a, b)`.
struct StaticCallNode: ExpressionNode {
    let type: String
    let method: String
    let arguments: [any ExpressionNode]
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        var values: [Value] = []
        for argument in self.arguments { values.append(try argument.evaluate(machine)) }
        do {
            return try Library.callStatic(self.type, self.method, values, machine)
        } catch {
            throw error.placed(at: self.position)
        }
    }
}

/// `array.length`, and constants such as `Integer.MAX_VALUE`.
struct MemberNode: ExpressionNode {
    let target: any ExpressionNode
    let name: String
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        let target = try self.target.evaluate(machine)
        if case .list(let list) = target, self.name == "length" {
            return .int(Int32(clamping: list.elements.count))
        }
        if target.isNull {
            throw ScriptFailure.nullPointer("read field \"\(self.name)\"").placed(
                at: self.position)
        }
        throw ScriptFailure(
            "java.lang.NoSuchFieldException", "\(target.typeName) has no field \(self.name)",
            at: self.position)
    }
}

/// `new Type(…)`.
struct NewNode: ExpressionNode {
    let type: String
    let arguments: [any ExpressionNode]
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        try machine.step(at: self.position)
        var values: [Value] = []
        for argument in self.arguments { values.append(try argument.evaluate(machine)) }
        do {
            return try Library.make(self.type, values, machine)
        } catch {
            throw error.placed(at: self.position)
        }
    }
}

/// `new type[size]`, `{a, b}`.
struct NewArrayNode: ExpressionNode {
    let element: JavaType
    /// The sizes, outermost first; empty when the elements are given.
    let sizes: [any ExpressionNode]
    let elements: [any ExpressionNode]
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        if self.sizes.isEmpty {
            var values: [Value] = []
            for node in self.elements {
                values.append(
                    try self.element.convert(try node.evaluate(machine), at: node.position))
            }
            return .list(ListObject(values, kind: .array))
        }
        var sizes: [Int] = []
        var total = 1
        for node in self.sizes {
            guard let size = try node.evaluate(machine).integer, size >= 0 else {
                throw ScriptFailure(
                    "java.lang.NegativeArraySizeException", "an array's size", at: node.position)
            }
            let (product, overflow) = total.multipliedReportingOverflow(by: max(1, Int(size)))
            guard !overflow, product <= machine.limits.elementCountMax else {
                throw machine.limitReached("the array is too large", at: node.position)
            }
            total = product
            sizes.append(Int(size))
        }
        return self.make(sizes[...])
    }

    private func make(_ sizes: ArraySlice<Int>) -> Value {
        guard let size = sizes.first else { return self.element.initialValue }
        let rest = sizes.dropFirst()
        return .list(ListObject((0..<size).map { _ in self.make(rest) }, kind: .array))
    }
}
