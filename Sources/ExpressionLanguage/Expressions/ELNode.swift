/// What an expression is made of. Immutable.
indirect enum ELNode: Sendable {
    case null
    case boolean(Bool)
    case long(Int64)
    case double(Double)
    case string(String)
    case name(String)
    case property(ELNode, String)
    case element(ELNode, ELNode)
    case call(ELNode, String, [ELNode])
    case negate(ELNode)
    case not(ELNode)
    case empty(ELNode)
    case binary(ELNode, ELOperator, ELNode)
    case choose(ELNode, ELNode, ELNode)
}

/// The operators between two operands.
enum ELOperator: String, Sendable {
    case or = "||"
    case and = "&&"
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case greater = ">"
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case concatenate = "+="
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"

    /// How tightly it binds; higher binds tighter.
    var precedence: Int {
        switch self {
        case .or: 1
        case .and: 2
        case .equal, .unequal: 3
        case .less, .greater, .lessOrEqual, .greaterOrEqual: 4
        case .concatenate: 5
        case .add, .subtract: 6
        case .multiply, .divide, .remainder: 7
        }
    }
}
