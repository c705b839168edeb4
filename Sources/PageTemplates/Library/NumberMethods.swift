import ExpressionLanguage

/// The methods of numbers, characters and booleans.
enum NumberMethods {
    static func call(
        _ value: Value, _ method: String, _ arguments: [Value]
    ) throws(ScriptFailure) -> Value {
        let number = value.number ?? 0
        switch (method, arguments.count) {
        case ("intValue", 0) where value.number != nil:
            return try JavaType.int.cast(value, at: .start)
        case ("longValue", 0) where value.number != nil:
            return try JavaType.long.cast(value, at: .start)
        case ("doubleValue", 0) where value.number != nil, ("floatValue", 0):
            return .double(number)
        case ("booleanValue", 0), ("charValue", 0): return value
        case ("compareTo", 1):
            let other = arguments[0].number ?? 0
            return .int(number == other ? 0 : (number < other ? -1 : 1))
        case ("isNaN", 0): return .boolean(number.isNaN)
        default:
            throw .noSuchMethod(
                method, of: value.typeName,
                near: ["intValue", "longValue", "doubleValue", "compareTo", "toString", "equals"])
        }
    }

    /// `Integer.parseInt(…)` and the like.
    static func callStatic(
        _ type: String, _ method: String, _ values: [Value]
    ) throws(ScriptFailure) -> Value {
        let arguments = Arguments(values: values, method: method)
        switch (type, method, values.count) {
        case ("Integer", "parseInt", 1), ("Integer", "valueOf", 1), ("Short", "parseShort", 1):
            if let number = values[0].integer { return .int(Int32(truncatingIfNeeded: number)) }
            return .int(try JavaNumbers.parseInt(try Self.text(arguments)))
        case ("Integer", "parseInt", 2):
            return .int(
                try JavaNumbers.parseInt(try Self.text(arguments), radix: try arguments.int(1)))
        case ("Long", "parseLong", 1), ("Long", "valueOf", 1):
            if let number = values[0].integer { return .long(number) }
            return .long(try JavaNumbers.parseLong(try Self.text(arguments)))
        case ("Double", "parseDouble", 1), ("Double", "valueOf", 1), ("Float", "parseFloat", 1):
            if let number = values[0].number { return .double(number) }
            return .double(try JavaNumbers.parseDouble(try Self.text(arguments)))
        case ("Boolean", "parseBoolean", 1), ("Boolean", "valueOf", 1):
            return .boolean(values[0].text.lowercased() == "true")
        case (_, "toString", 1): return .string(values[0].text)
        case ("Integer", "toHexString", 1):
            return .string(
                String(UInt32(truncatingIfNeeded: try arguments.int(0)), radix: 16))
        case ("Long", "toHexString", 1):
            return .string(String(UInt64(bitPattern: Int64(try arguments.int(0))), radix: 16))
        case ("Integer", "toBinaryString", 1):
            return .string(String(UInt32(truncatingIfNeeded: try arguments.int(0)), radix: 2))
        case ("Integer", "compare", 2), ("Long", "compare", 2), ("Double", "compare", 2):
            return try Self.call(values[0], "compareTo", [values[1]])
        case ("Integer", "max", 2), ("Integer", "min", 2), ("Integer", "sum", 2),
            ("Long", "max", 2),
            ("Long", "min", 2):
            if method == "sum" {
                return try BinaryOperator.add.apply(values[0], values[1], at: .start)
            }
            return try MathMethods.call(method, values, random: 0)
        case ("Double", "isNaN", 1): return .boolean(try arguments.double(0).isNaN)
        case ("Character", _, 1): return try Self.character(method, values[0])
        default: throw .noSuchMethod(method, of: "java.lang.\(type)")
        }
    }

    private static func text(_ arguments: Arguments) throws(ScriptFailure) -> String {
        if arguments.values[0].isNull {
            throw ScriptFailure(
                "java.lang.NumberFormatException", "Cannot parse null string: null")
        }
        return try arguments.string(0)
    }

    private static func character(
        _ method: String, _ value: Value
    ) throws(ScriptFailure) -> Value {
        let scalar = Unicode.Scalar(UInt32(truncatingIfNeeded: value.integer ?? 0)) ?? "\u{FFFD}"
        let character = Character(scalar)
        switch method {
        case "isDigit": return .boolean(scalar.properties.numericType == .decimal)
        case "isLetter": return .boolean(scalar.properties.isAlphabetic)
        case "isLetterOrDigit":
            return .boolean(
                scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal)
        case "isWhitespace": return .boolean(character.isWhitespace)
        case "isUpperCase": return .boolean(scalar.properties.isUppercase)
        case "isLowerCase": return .boolean(scalar.properties.isLowercase)
        case "toUpperCase":
            return .character(scalar.properties.uppercaseMapping.utf16.first ?? 0)
        case "toLowerCase":
            return .character(scalar.properties.lowercaseMapping.utf16.first ?? 0)
        case "getNumericValue":
            return .int(Int32(scalar.properties.numericValue ?? -1))
        case "valueOf": return value
        default: throw .noSuchMethod(method, of: "java.lang.Character")
        }
    }
}
