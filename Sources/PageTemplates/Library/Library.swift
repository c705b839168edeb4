import ExpressionLanguage

/// The classes that pages may use. Each kind of value has a file of its own.
enum Library {
    private static let makers: Set<String> = [
        "String", "StringBuilder", "StringBuffer", "Object", "Date", "Random", "ArrayList",
        "LinkedList", "Vector", "HashMap", "TreeMap", "LinkedHashMap", "Hashtable", "HashSet",
        "LinkedHashSet", "TreeSet", "Integer", "Long", "Double", "Boolean",
    ]
    private static let statics: Set<String> = [
        "String", "Integer", "Long", "Double", "Float", "Boolean", "Character", "Math", "System",
        "Arrays", "Collections", "List", "Map", "Set", "UUID", "Objects", "Thread", "Short", "Byte",
    ]

    /// The names of all classes, for suggestions.
    static var classNames: [String] { Array(Self.makers.union(Self.statics)).sorted() }

    /// Whether a class has methods or constants of its own here.
    static func isClass(_ name: String) -> Bool { Self.statics.contains(name) }

    /// Whether `new` can make an object of a class.
    static func canMake(_ name: String) -> Bool {
        Self.makers.contains(name) || ExceptionObject.isExceptionName(name)
    }

    /// Calls a method of a value.
    static func call(
        _ target: Value, _ method: String, _ arguments: [Value], _ machine: Machine
    ) throws(ScriptFailure) -> Value {
        switch (method, arguments.count) {
        case ("equals", 1) where !target.isNull: return .boolean(target.equals(arguments[0]))
        case ("hashCode", 0) where !target.isNull: return .int(target.hash)
        case ("toString", 0) where !target.isNull: return .string(target.text)
        default: break
        }
        switch target {
        case .null: throw .nullPointer("invoke \"\(method)()\"")
        case .string(let text):
            return try StringMethods.call(text, method, arguments, machine)
        case .int, .long, .double, .boolean, .character:
            return try NumberMethods.call(target, method, arguments)
        case .list(let list): return try ListMethods.call(list, method, arguments, machine)
        case .map(let map): return try MapMethods.call(map, method, arguments, machine)
        case .object(let object): return try object.call(method, arguments)
        }
    }

    /// The elements that a for-each walks over.
    static func elements(
        of value: Value, at position: SourcePosition
    ) throws(ScriptFailure) -> [Value] {
        switch value {
        case .list(let list): return list.elements
        case .object(let object as IteratorObject): return object.remaining
        case .null: throw ScriptFailure.nullPointer("iterate over it").placed(at: position)
        default:
            throw ScriptFailure(
                "java.lang.ClassCastException", "cannot iterate over \(value.typeName)",
                at: position)
        }
    }

    /// Whether a value is of a class, by the class's simple name.
    static func isInstance(_ value: Value, of name: String) -> Bool {
        if name == "Object" || name == "Serializable" { return true }
        switch value {
        case .null: return false
        case .string: return ["String", "CharSequence", "Comparable"].contains(name)
        case .int: return ["Integer", "Number", "Comparable"].contains(name)
        case .long: return ["Long", "Number", "Comparable"].contains(name)
        case .double: return ["Double", "Float", "Number", "Comparable"].contains(name)
        case .boolean: return ["Boolean", "Comparable"].contains(name)
        case .character: return ["Character", "Comparable"].contains(name)
        case .list(let list):
            if list.kind == .set {
                return ["Set", "HashSet", "Collection", "Iterable"].contains(name)
            }
            if list.kind == .array { return name.hasSuffix("[]") }
            return ["List", "ArrayList", "Collection", "Iterable", "LinkedList", "Vector"]
                .contains(name)
        case .map:
            return ["Map", "HashMap", "LinkedHashMap", "TreeMap", "Hashtable"].contains(name)
        case .object(let object):
            if let exception = object as? ExceptionObject {
                return ExceptionObject.isKind(exception.failure.exception, of: name)
            }
            let simple = object.typeName.split(separator: ".").last.map(String.init) ?? ""
            return simple == name || !Self.canMake(name)
        }
    }

    /// A constant such as `Integer.MAX_VALUE`.
    static func constant(_ type: String, _ name: String) -> StoredValue? {
        switch (type, name) {
        case ("Integer", "MAX_VALUE"): .int(.max)
        case ("Integer", "MIN_VALUE"): .int(.min)
        case ("Long", "MAX_VALUE"): .long(.max)
        case ("Long", "MIN_VALUE"): .long(.min)
        case ("Double", "MAX_VALUE"): .double(.greatestFiniteMagnitude)
        case ("Double", "MIN_VALUE"): .double(.leastNonzeroMagnitude)
        case ("Double", "NaN"): .double(.nan)
        case ("Double", "POSITIVE_INFINITY"): .double(.infinity)
        case ("Double", "NEGATIVE_INFINITY"): .double(-.infinity)
        case ("Math", "PI"): .double(.pi)
        case ("Math", "E"): .double(2.718281828459045)
        case ("Boolean", "TRUE"): .boolean(true)
        case ("Boolean", "FALSE"): .boolean(false)
        default: nil
        }
    }
}

/// The arguments of a call, read one by one as the types they must have.
struct Arguments {
    let values: [Value]
    let method: String

    /// The whole number at a place.
    func int(_ index: Int) throws(ScriptFailure) -> Int {
        guard let number = self.values[index].integer else {
            throw .illegalArgument("argument \(index + 1) of \(self.method) is a whole number")
        }
        return Int(number)
    }

    /// The number at a place.
    func double(_ index: Int) throws(ScriptFailure) -> Double {
        guard let number = self.values[index].number else {
            throw .illegalArgument("argument \(index + 1) of \(self.method) is a number")
        }
        return number
    }

    /// The text at a place; of a `char`, too.
    func string(_ index: Int) throws(ScriptFailure) -> String {
        switch self.values[index] {
        case .string(let text): return text
        case .character: return self.values[index].text
        case .null: throw .nullPointer("use argument \(index + 1) of \(self.method)")
        case .object(let object) where object is StringBuilderObject: return object.text
        default: throw .illegalArgument("argument \(index + 1) of \(self.method) is a String")
        }
    }
}
