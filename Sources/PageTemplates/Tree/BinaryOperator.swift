import ExpressionLanguage

/// The operators between two operands, but for `&&` and `||`.
enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case greater = ">"
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case and = "&"
    case or = "|"
    case exclusiveOr = "^"
    case shiftLeft = "<<"
    case shiftRight = ">>"
    case shiftRightUnsigned = ">>>"

    /// The longest string that concatenation makes, in bytes.
    private static let stringByteCountMax = 16 << 20

    /// The value (JLS chapter 15).
    func apply(
        _ left: Value, _ right: Value, at position: SourcePosition
    ) throws(ScriptFailure) -> Value {
        if case .int(let first) = left, case .int(let second) = right {
            return try self.ints(first, second, at: position)
        }
        switch self {
        case .equal: return .boolean(Self.isSame(left, right))
        case .unequal: return .boolean(!Self.isSame(left, right))
        case .add:
            if case .string = left { return try Self.concatenate(left, right, at: position) }
            if case .string = right { return try Self.concatenate(left, right, at: position) }
        case .and, .or, .exclusiveOr:
            if case .boolean(let first) = left, case .boolean(let second) = right {
                switch self {
                case .and: return .boolean(first && second)
                case .or: return .boolean(first || second)
                default: return .boolean(first != second)
                }
            }
        default: break
        }
        return try self.numbers(left, right, at: position)
    }

    private func ints(
        _ left: Int32, _ right: Int32, at position: SourcePosition
    ) throws(ScriptFailure) -> Value {
        switch self {
        case .add: return .int(left &+ right)
        case .subtract: return .int(left &- right)
        case .multiply: return .int(left &* right)
        case .divide, .remainder:
            guard right != 0 else {
                throw ScriptFailure("java.lang.ArithmeticException", "/ by zero", at: position)
            }
            if right == -1 { return .int(self == .divide ? 0 &- left : 0) }
            return .int(self == .divide ? left / right : left % right)
        case .equal: return .boolean(left == right)
        case .unequal: return .boolean(left != right)
        case .less: return .boolean(left < right)
        case .greater: return .boolean(left > right)
        case .lessOrEqual: return .boolean(left <= right)
        case .greaterOrEqual: return .boolean(left >= right)
        case .and: return .int(left & right)
        case .or: return .int(left | right)
        case .exclusiveOr: return .int(left ^ right)
        case .shiftLeft: return .int(left &<< right)
        case .shiftRight: return .int(left &>> right)
        case .shiftRightUnsigned:
            return .int(Int32(bitPattern: UInt32(bitPattern: left) &>> UInt32(bitPattern: right)))
        }
    }

    /// Numbers of other types than int: as double when either is one, else as long or int.
    private func numbers(
        _ left: Value, _ right: Value, at position: SourcePosition
    ) throws(ScriptFailure) -> Value {
        guard let leftNumber = left.number, let rightNumber = right.number else {
            if left.isNull || right.isNull {
                throw ScriptFailure.nullPointer("unbox a value").placed(at: position)
            }
            throw ScriptFailure(
                "java.lang.ClassCastException",
                "\(self.rawValue) cannot be applied to \(left.typeName) and \(right.typeName)",
                at: position)
        }
        guard let first = left.integer, let second = right.integer else {
            return try self.doubles(leftNumber, rightNumber, at: position)
        }
        var isLong = false
        if case .long = left { isLong = true }
        let isShift = self == .shiftLeft || self == .shiftRight || self == .shiftRightUnsigned
        if !isShift, case .long = right { isLong = true }
        if !isLong {
            return try self.ints(
                Int32(truncatingIfNeeded: first), Int32(truncatingIfNeeded: second), at: position)
        }
        return try self.longs(first, second, at: position)
    }

    private func longs(
        _ left: Int64, _ right: Int64, at position: SourcePosition
    ) throws(ScriptFailure) -> Value {
        switch self {
        case .add: return .long(left &+ right)
        case .subtract: return .long(left &- right)
        case .multiply: return .long(left &* right)
        case .divide, .remainder:
            guard right != 0 else {
                throw ScriptFailure("java.lang.ArithmeticException", "/ by zero", at: position)
            }
            if right == -1 { return .long(self == .divide ? 0 &- left : 0) }
            return .long(self == .divide ? left / right : left % right)
        case .equal: return .boolean(left == right)
        case .unequal: return .boolean(left != right)
        case .less: return .boolean(left < right)
        case .greater: return .boolean(left > right)
        case .lessOrEqual: return .boolean(left <= right)
        case .greaterOrEqual: return .boolean(left >= right)
        case .and: return .long(left & right)
        case .or: return .long(left | right)
        case .exclusiveOr: return .long(left ^ right)
        case .shiftLeft: return .long(left &<< right)
        case .shiftRight: return .long(left &>> right)
        case .shiftRightUnsigned:
            return .long(Int64(bitPattern: UInt64(bitPattern: left) &>> UInt64(bitPattern: right)))
        }
    }

    private func doubles(
        _ left: Double, _ right: Double, at position: SourcePosition
    ) throws(ScriptFailure) -> Value {
        switch self {
        case .add: return .double(left + right)
        case .subtract: return .double(left - right)
        case .multiply: return .double(left * right)
        case .divide: return .double(left / right)
        case .remainder: return .double(left.truncatingRemainder(dividingBy: right))
        case .equal: return .boolean(left == right)
        case .unequal: return .boolean(left != right)
        case .less: return .boolean(left < right)
        case .greater: return .boolean(left > right)
        case .lessOrEqual: return .boolean(left <= right)
        case .greaterOrEqual: return .boolean(left >= right)
        default:
            throw ScriptFailure(
                "java.lang.ClassCastException", "\(self.rawValue) cannot be applied to doubles",
                at: position)
        }
    }

    /// Java's `==`. Strings compare by contents: a page has no use for their identity.
    private static func isSame(_ left: Value, _ right: Value) -> Bool {
        if let first = left.number, let second = right.number {
            if let whole = left.integer, let other = right.integer { return whole == other }
            return first == second
        }
        switch (left, right) {
        case (.list(let first), .list(let second)): return first === second
        case (.map(let first), .map(let second)): return first === second
        case (.object(let first), .object(let second)): return first === second
        default: return left.equals(right)
        }
    }

    private static func concatenate(
        _ left: Value, _ right: Value, at position: SourcePosition
    ) throws(ScriptFailure) -> Value {
        var text = left.text
        text += right.text
        guard text.utf8.count <= Self.stringByteCountMax else {
            throw ScriptFailure(
                "java.lang.OutOfMemoryError",
                "a string of more than \(Self.stringByteCountMax) bytes", at: position,
                isCatchable: false)
        }
        return .string(text)
    }
}

/// Two operands and what is done with them.
struct BinaryNode: ExpressionNode {
    let left: any ExpressionNode
    let sign: BinaryOperator
    let right: any ExpressionNode
    let position: SourcePosition

    func evaluate(_ machine: Machine) throws(ScriptFailure) -> Value {
        let first = try self.left.evaluate(machine)
        return try self.sign.apply(
            first, try self.right.evaluate(machine), at: self.position)
    }
}
