/// What a variable of a page can hold. Lists, maps and objects are shared by reference, as in Java.
///
/// Belongs to one page run at a time and is not `Sendable`; what outlives the run is `StoredValue`.
package enum Value {
    case null
    case boolean(Bool)
    /// `int`, `Integer`, and what `byte` and `short` hold.
    case int(Int32)
    /// `long` and `Long`.
    case long(Int64)
    /// `double`, `Double`, and what `float` holds.
    case double(Double)
    /// `char` and `Character`: one UTF-16 unit.
    case character(UInt16)
    case string(String)
    case list(ListObject)
    case map(MapObject)
    case object(any HostObject)

    /// Whether it is null.
    package var isNull: Bool {
        if case .null = self { return true }
        return false
    }

    /// The name of its Java class.
    package var typeName: String {
        switch self {
        case .null: "null"
        case .boolean: "java.lang.Boolean"
        case .int: "java.lang.Integer"
        case .long: "java.lang.Long"
        case .double: "java.lang.Double"
        case .character: "java.lang.Character"
        case .string: "java.lang.String"
        case .list(let list): list.typeName
        case .map(let map): map.typeName
        case .object(let object): object.typeName
        }
    }

    /// Its whole-number value when it is of an integral type.
    package var integer: Int64? {
        switch self {
        case .int(let number): Int64(number)
        case .long(let number): number
        case .character(let unit): Int64(unit)
        default: nil
        }
    }

    /// Its number when it is of a numeric type.
    package var number: Double? {
        if case .double(let number) = self { return number }
        return self.integer.map(Double.init)
    }

    /// Java's `equals`: same type and same contents; objects by identity unless they say otherwise.
    package func equals(_ other: Value) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.long(let left), .long(let right)): left == right
        case (.double(let left), .double(let right)):
            left == right || (left.isNaN && right.isNaN)
        case (.character(let left), .character(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.list(let left), .list(let right)): left.equals(right)
        case (.map(let left), .map(let right)): left.equals(right)
        case (.object(let left), .object(let right)): left.isEqual(to: right)
        default: false
        }
    }

    /// Java's `hashCode`.
    package var hash: Int32 {
        switch self {
        case .null: 0
        case .boolean(let truth): truth ? 1231 : 1237
        case .int(let number): number
        case .long(let number): Self.fold(UInt64(bitPattern: number))
        case .double(let number): Self.fold(number.bitPattern)
        case .character(let unit): Int32(unit)
        case .string(let text): text.utf16.reduce(0) { $0 &* 31 &+ Int32($1) }
        case .list(let list): list.elements.reduce(1) { $0 &* 31 &+ $1.hash }
        case .map(let map): map.entries.reduce(0) { $0 &+ ($1.key.hash ^ $1.value.hash) }
        case .object(let object):
            Self.fold(UInt64(UInt(bitPattern: ObjectIdentifier(object))))
        }
    }

    private static func fold(_ bits: UInt64) -> Int32 {
        Int32(truncatingIfNeeded: bits ^ (bits >> 32))
    }
}
