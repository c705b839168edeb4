import ExpressionLanguage

/// The type that a variable was declared with, as far as it matters for what it can hold.
enum JavaType: Equatable, Sendable {
    case int, long, double, float, boolean, character, byte, short, string, void
    /// `var`: what it is given.
    case inferred
    /// A class by its simple name; holds any object and null.
    case reference(String)
    /// An array of anything.
    indirect case array(JavaType)

    /// The type of that simple name.
    init(named name: String) {
        switch name {
        case "int": self = .int
        case "long": self = .long
        case "double": self = .double
        case "float": self = .float
        case "boolean": self = .boolean
        case "char": self = .character
        case "byte": self = .byte
        case "short": self = .short
        case "String", "CharSequence": self = .string
        case "void": self = .void
        case "var": self = .inferred
        default: self = .reference(name)
        }
    }

    /// The names of the primitive types.
    static let primitives: Set<String> = [
        "int", "long", "double", "float", "boolean", "char", "byte", "short", "void",
    ]

    /// What an array element or field of this type begins with.
    var initialValue: Value {
        switch self {
        case .int, .byte, .short: .int(0)
        case .long: .long(0)
        case .double, .float: .double(0)
        case .boolean: .boolean(false)
        case .character: .character(0)
        default: .null
        }
    }

    /// The name of the type in messages.
    var name: String {
        switch self {
        case .int: "int"
        case .long: "long"
        case .double: "double"
        case .float: "float"
        case .boolean: "boolean"
        case .character: "char"
        case .byte: "byte"
        case .short: "short"
        case .string: "String"
        case .void: "void"
        case .inferred: "var"
        case .reference(let name): name
        case .array(let element): "\(element.name)[]"
        }
    }

    /// The value as a variable of this type takes it: widened, unboxed, or refused.
    func convert(_ value: Value, at position: SourcePosition) throws(ScriptFailure) -> Value {
        switch (self, value) {
        case (.inferred, _), (.array, _), (.void, _): return value
        case (.int, .int), (.long, .long), (.double, .double), (.boolean, .boolean),
            (.character, .character), (.string, .string), (.string, .null):
            return value
        case (.int, .character(let unit)): return .int(Int32(unit))
        case (.byte, .int(let number)), (.short, .int(let number)):
            return try self.narrow(number, at: position)
        case (.long, .int(let number)): return .long(Int64(number))
        case (.long, .character(let unit)): return .long(Int64(unit))
        case (.double, _) where value.number != nil: return .double(value.number ?? 0)
        case (.float, _) where value.number != nil:
            return .double(Double(Float(value.number ?? 0)))
        case (.character, .int(let number)) where (0...65_535).contains(number):
            return .character(UInt16(number))
        case (.reference(let name), _): return try Self.box(value, name, at: position)
        case (_, .null):
            throw ScriptFailure.nullPointer("unbox a value to \(self.name)").placed(at: position)
        default: throw self.incompatible(value, at: position)
        }
    }

    private func narrow(
        _ number: Int32, at position: SourcePosition
    ) throws(ScriptFailure) -> Value {
        let fits = self == .byte ? Int8(exactly: number) != nil : Int16(exactly: number) != nil
        guard fits else { throw self.incompatible(.int(number), at: position) }
        return .int(number)
    }

    private func incompatible(_ value: Value, at position: SourcePosition) -> ScriptFailure {
        ScriptFailure(
            "java.lang.ClassCastException",
            "class \(value.typeName) cannot be cast to \(self.name)", at: position)
    }

    /// `Long x = 5L` keeps its type; a class that is a number's is checked, others hold anything.
    private static func box(
        _ value: Value, _ name: String, at position: SourcePosition
    ) throws(ScriptFailure) -> Value {
        if value.isNull { return value }
        let fits: Bool
        switch name {
        case "Integer":
            if case .character(let unit) = value { return .int(Int32(unit)) }
            if case .int = value { fits = true } else { fits = false }
        case "Long": if case .long = value { fits = true } else { fits = false }
        case "Double", "Float": if case .double = value { fits = true } else { fits = false }
        case "Boolean": if case .boolean = value { fits = true } else { fits = false }
        case "Character": if case .character = value { fits = true } else { fits = false }
        default: return value
        }
        guard fits else {
            throw ScriptFailure(
                "java.lang.ClassCastException",
                "class \(value.typeName) cannot be cast to class java.lang.\(name)", at: position)
        }
        return value
    }

    /// `(type) value`.
    func cast(_ value: Value, at position: SourcePosition) throws(ScriptFailure) -> Value {
        switch self {
        case .int, .byte, .short, .long, .character:
            guard value.number != nil else { return try self.convert(value, at: position) }
            return self.truncate(value)
        case .string:
            if value.isNull { return value }
            guard case .string = value else { throw self.incompatible(value, at: position) }
            return value
        case .reference(let name):
            if !value.isNull, !Library.isInstance(value, of: name) {
                throw self.incompatible(value, at: position)
            }
            return value
        default: return try self.convert(value, at: position)
        }
    }

    /// A number cut down to this integral type (JLS 5.1.3).
    private func truncate(_ value: Value) -> Value {
        let whole: Int64
        if case .double(let number) = value {
            let isLong = self == .long
            let low = isLong ? Double(Int64.min) : Double(Int32.min)
            if number.isNaN {
                whole = 0
            } else if number <= low {
                whole = isLong ? .min : Int64(Int32.min)
            } else if number >= (isLong ? 9.3e18 : Double(Int32.max)) || number >= 0x1p63 {
                whole = isLong ? .max : Int64(Int32.max)
            } else {
                whole = Int64(number)
            }
        } else {
            whole = value.integer ?? 0
        }
        switch self {
        case .long: return .long(whole)
        case .byte: return .int(Int32(Int8(truncatingIfNeeded: whole)))
        case .short: return .int(Int32(Int16(truncatingIfNeeded: whole)))
        case .character: return .character(UInt16(truncatingIfNeeded: whole))
        default: return .int(Int32(truncatingIfNeeded: whole))
        }
    }
}
