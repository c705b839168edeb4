/// The expression language's conversions (specification section 1.23).
package enum Coercion {
    /// To text: null is empty.
    package static func string(_ value: Value) -> String { value.isNull ? "" : value.text }

    /// To true or false: null and the empty string are false.
    package static func boolean(_ value: Value) throws(ScriptFailure) -> Bool {
        switch value {
        case .null: return false
        case .boolean(let truth): return truth
        case .string(let text): return text.lowercased() == "true"
        default: throw Self.failure(value, "java.lang.Boolean")
        }
    }

    /// To a number, whole where it can be: null and the empty string are 0.
    package static func number(_ value: Value) throws(ScriptFailure) -> Value {
        switch value {
        case .null: return .long(0)
        case .int(let number): return .long(Int64(number))
        case .long, .double: return value
        case .character(let unit): return .long(Int64(unit))
        case .string(let text):
            if text.isEmpty { return .long(0) }
            if let number = Int64(text) { return .long(number) }
            if let number = Double(text) { return .double(number) }
            throw Self.failure(value, "java.lang.Number")
        default: throw Self.failure(value, "java.lang.Number")
        }
    }

    /// Whether `empty` says true: null, no text, no elements.
    package static func isEmpty(_ value: Value) -> Bool {
        switch value {
        case .null: true
        case .string(let text): text.isEmpty
        case .list(let list): list.elements.isEmpty
        case .map(let map): map.count == 0
        default: false
        }
    }

    private static func failure(_ value: Value, _ type: String) -> ScriptFailure {
        ScriptFailure(
            "jakarta.el.ELException",
            "Cannot convert [\(value.text)] of type [\(value.typeName)] to [\(type)]")
    }
}
