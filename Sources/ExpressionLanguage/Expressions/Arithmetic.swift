/// Numbers and comparisons of the expression language (specification sections 1.7 to 1.9).
enum Arithmetic {
    /// `+ - * / %` on coerced numbers. Whole numbers stay whole but for `/`.
    static func apply(
        _ sign: ELOperator, _ left: Value, _ right: Value
    ) throws(ScriptFailure) -> Value {
        if sign != .divide, case .long(let first) = left, case .long(let second) = right {
            switch sign {
            case .add: return .long(first &+ second)
            case .subtract: return .long(first &- second)
            case .multiply: return .long(first &* second)
            default:
                guard second != 0 else {
                    throw ScriptFailure("java.lang.ArithmeticException", "/ by zero")
                }
                return .long(second == -1 ? 0 : first % second)
            }
        }
        let first = left.number ?? 0
        let second = right.number ?? 0
        switch sign {
        case .add: return .double(first + second)
        case .subtract: return .double(first - second)
        case .multiply: return .double(first * second)
        case .divide: return .double(first / second)
        default: return .double(first.truncatingRemainder(dividingBy: second))
        }
    }

    /// `==`: numbers by value, a string with anything by text, null only with null.
    static func isEqual(_ left: Value, _ right: Value) throws(ScriptFailure) -> Bool {
        if left.isNull || right.isNull { return left.isNull && right.isNull }
        if left.number != nil || right.number != nil {
            if case .string = left, right.number == nil { return left.text == right.text }
            return try Self.order(Coercion.number(left), Coercion.number(right)) == 0
        }
        if case .boolean = left {
            return try Coercion.boolean(left) == Coercion.boolean(right)
        }
        if case .boolean = right {
            return try Coercion.boolean(left) == Coercion.boolean(right)
        }
        if case .string = left { return left.text == right.text }
        if case .string = right { return left.text == right.text }
        return left.equals(right)
    }

    /// `< > <= >=`: by number when either is one, else by text; nothing compares with null.
    static func compare(
        _ sign: ELOperator, _ left: Value, _ right: Value
    ) throws(ScriptFailure) -> Bool {
        if left.isNull || right.isNull {
            let isSame = left.isNull && right.isNull
            return isSame && (sign == .lessOrEqual || sign == .greaterOrEqual)
        }
        let order: Int
        if left.number != nil || right.number != nil {
            let first = try Coercion.number(left)
            let second = try Coercion.number(right)
            if (first.number ?? 0).isNaN || (second.number ?? 0).isNaN { return false }
            order = Self.order(first, second)
        } else {
            let first = left.text
            let second = right.text
            order = first == second ? 0 : (first < second ? -1 : 1)
        }
        switch sign {
        case .less: return order < 0
        case .greater: return order > 0
        case .lessOrEqual: return order <= 0
        default: return order >= 0
        }
    }

    private static func order(_ left: Value, _ right: Value) -> Int {
        if case .long(let first) = left, case .long(let second) = right {
            return first == second ? 0 : (first < second ? -1 : 1)
        }
        let first = left.number ?? 0
        let second = right.number ?? 0
        return first == second ? 0 : (first < second ? -1 : 1)
    }
}
