/// Says what names stand for: page, request, session and application attributes, implicit objects.
package protocol NameResolver {
    /// The value of a name; null when nothing has that name.
    func value(named name: String) throws(ScriptFailure) -> Value

    /// Calls a method on a value that is no host object (`${text.length()}`).
    func call(_ target: Value, _ method: String, _ arguments: [Value]) throws(ScriptFailure)
        -> Value
}

/// A compiled expression. Immutable and safe to share.
package struct Expression: Sendable {
    private let root: ELNode

    /// Compiles the inside of `${…}`.
    ///
    /// - Throws: a mistake whose column counts from the expression's first character.
    package init(_ text: String) throws(ScriptFailure) {
        var parser = try ELParser(text)
        self.root = try parser.parse()
    }

    /// Its value.
    package func evaluate(_ resolver: some NameResolver) throws(ScriptFailure) -> Value {
        try Self.evaluate(self.root, resolver)
    }

    private static func evaluate(
        _ node: ELNode, _ resolver: some NameResolver
    ) throws(ScriptFailure) -> Value {
        switch node {
        case .null: return .null
        case .boolean(let truth): return .boolean(truth)
        case .long(let number): return .long(number)
        case .double(let number): return .double(number)
        case .string(let text): return .string(text)
        case .name(let name): return try resolver.value(named: name)
        case .property(let target, let name):
            return try Self.element(try Self.evaluate(target, resolver), .string(name))
        case .element(let target, let key):
            let value = try Self.evaluate(target, resolver)
            return try Self.element(value, try Self.evaluate(key, resolver))
        case .call(let target, let name, let arguments):
            return try Self.call(target, name, arguments, resolver)
        case .negate(let operand):
            return try Arithmetic.apply(
                .subtract, .long(0), Coercion.number(try Self.evaluate(operand, resolver)))
        case .not(let operand):
            return .boolean(!(try Coercion.boolean(try Self.evaluate(operand, resolver))))
        case .empty(let operand):
            return .boolean(Coercion.isEmpty(try Self.evaluate(operand, resolver)))
        case .binary(let left, let sign, let right):
            return try Self.binary(left, sign, right, resolver)
        case .choose(let condition, let yes, let no):
            let chosen = try Coercion.boolean(try Self.evaluate(condition, resolver)) ? yes : no
            return try Self.evaluate(chosen, resolver)
        }
    }

    private static func call(
        _ target: ELNode, _ name: String, _ arguments: [ELNode], _ resolver: some NameResolver
    ) throws(ScriptFailure) -> Value {
        let value = try Self.evaluate(target, resolver)
        var values: [Value] = []
        for argument in arguments { values.append(try Self.evaluate(argument, resolver)) }
        if value.isNull { return .null }
        if case .object(let object) = value { return try object.call(name, values) }
        return try resolver.call(value, name, values)
    }

    /// `a.b` and `a[b]`: null where there is nothing.
    private static func element(_ target: Value, _ key: Value) throws(ScriptFailure) -> Value {
        switch target {
        case .null: return .null
        case .map(let map): return map.get(key) ?? .null
        case .list(let list):
            if case .string("length") = key { return .int(Int32(clamping: list.elements.count)) }
            guard case .long(let index) = try Coercion.number(key) else { return .null }
            guard index >= 0, index < list.elements.count else { return .null }
            return list.elements[Int(index)]
        case .object(let object): return try object.element(key)
        default:
            throw ScriptFailure(
                "jakarta.el.PropertyNotFoundException",
                "Property [\(key.text)] not found on type [\(target.typeName)]")
        }
    }

    private static func binary(
        _ left: ELNode, _ sign: ELOperator, _ right: ELNode, _ resolver: some NameResolver
    ) throws(ScriptFailure) -> Value {
        let first = try Self.evaluate(left, resolver)
        if sign == .and || sign == .or {
            if try Coercion.boolean(first) == (sign == .or) { return .boolean(sign == .or) }
            return .boolean(try Coercion.boolean(try Self.evaluate(right, resolver)))
        }
        let second = try Self.evaluate(right, resolver)
        switch sign {
        case .concatenate: return .string(Coercion.string(first) + Coercion.string(second))
        case .equal: return .boolean(try Arithmetic.isEqual(first, second))
        case .unequal: return .boolean(!(try Arithmetic.isEqual(first, second)))
        case .less, .greater, .lessOrEqual, .greaterOrEqual:
            return .boolean(try Arithmetic.compare(sign, first, second))
        default:
            return try Arithmetic.apply(
                sign, try Coercion.number(first), try Coercion.number(second))
        }
    }
}
