import ExpressionLanguage

/// `java.lang.Math`, as far as it needs no functions beyond those of the processor.
enum MathMethods {
    static func call(
        _ method: String, _ values: [Value], random: UInt64
    ) throws(ScriptFailure) -> Value {
        let arguments = Arguments(values: values, method: method)
        switch (method, values.count) {
        case ("max", 2), ("min", 2): return try Self.extremum(method == "max", arguments)
        case ("abs", 1): return try Self.absolute(arguments)
        case ("random", 0): return .double(Double(random >> 11) * 0x1p-53)
        case ("floor", 1): return .double(try arguments.double(0).rounded(.down))
        case ("ceil", 1): return .double(try arguments.double(0).rounded(.up))
        case ("rint", 1): return .double(try arguments.double(0).rounded(.toNearestOrEven))
        case ("sqrt", 1): return .double(try arguments.double(0).squareRoot())
        case ("round", 1):
            let rounded = (try arguments.double(0) + 0.5).rounded(.down)
            return try JavaType.long.cast(.double(rounded), at: .start)
        case ("pow", 2): return .double(try Self.power(arguments))
        case ("signum", 1):
            let number = try arguments.double(0)
            return .double(number == 0 || number.isNaN ? number : (number < 0 ? -1 : 1))
        case ("floorMod", 2), ("floorDiv", 2):
            return try Self.floored(method == "floorMod", arguments)
        default:
            throw .noSuchMethod(
                method, of: "java.lang.Math",
                near: ["max", "min", "abs", "random", "floor", "ceil", "round", "sqrt", "pow"])
        }
    }

    private static func extremum(
        _ isMaximum: Bool, _ arguments: Arguments
    ) throws(ScriptFailure) -> Value {
        let left = arguments.values[0]
        let right = arguments.values[1]
        let isLeft = (try arguments.double(0) > arguments.double(1)) == isMaximum
        let chosen = isLeft ? left : right
        // Both operands take the wider type of the two.
        if case .double = left { return .double(chosen.number ?? 0) }
        if case .double = right { return .double(chosen.number ?? 0) }
        if case .long = left { return .long(chosen.integer ?? 0) }
        if case .long = right { return .long(chosen.integer ?? 0) }
        return chosen
    }

    private static func absolute(_ arguments: Arguments) throws(ScriptFailure) -> Value {
        switch arguments.values[0] {
        case .int(let number): return .int(number < 0 ? 0 &- number : number)
        case .long(let number): return .long(number < 0 ? 0 &- number : number)
        default: return .double(abs(try arguments.double(0)))
        }
    }

    /// Powers with whole exponents by multiplication, square roots by the processor; others are
    /// refused.
    private static func power(_ arguments: Arguments) throws(ScriptFailure) -> Double {
        let base = try arguments.double(0)
        let exponent = try arguments.double(1)
        if exponent == 0.5 { return base.squareRoot() }
        guard exponent == exponent.rounded(), abs(exponent) <= 1_024 else {
            throw .illegalArgument("pow takes whole exponents up to 1024 here")
        }
        var result = 1.0
        var factor = base
        var rest = Int(abs(exponent))
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return exponent < 0 ? 1 / result : result
    }

    private static func floored(
        _ isModulus: Bool, _ arguments: Arguments
    ) throws(ScriptFailure) -> Value {
        let left = try arguments.int(0)
        let right = try arguments.int(1)
        guard right != 0 else { throw ScriptFailure("java.lang.ArithmeticException", "/ by zero") }
        if right == -1 { return isModulus ? .int(0) : .long(0 &- Int64(left)) }
        let modulus = (left % right + right) % right
        let result = Int64(isModulus ? modulus : (left - modulus) / right)
        if case .int = arguments.values[0] { return .int(Int32(truncatingIfNeeded: result)) }
        return .long(result)
    }
}
