import ExpressionLanguage

// Making objects, and the methods of classes.
extension Library {
    /// `new Type(…)`.
    static func make(
        _ type: String, _ values: [Value], _ machine: Machine
    ) throws(ScriptFailure) -> Value {
        let arguments = Arguments(values: values, method: "new \(type)")
        switch type {
        case "String": return .string(values.first?.text ?? "")
        case "StringBuilder", "StringBuffer":
            if case .int? = values.first { return .object(StringBuilderObject("")) }
            return .object(StringBuilderObject(values.first?.text ?? ""))
        case "Object": return .object(PlainObject())
        case "Date":
            let time = values.first?.integer ?? machine.host.unixMilliseconds
            return .object(DateObject(milliseconds: time))
        case "Random": return .object(RandomObject(machine))
        case "Integer": return try Self.callStatic("Integer", "valueOf", values, machine)
        case "Long": return try Self.callStatic("Long", "valueOf", values, machine)
        case "Double": return try Self.callStatic("Double", "valueOf", values, machine)
        case "Boolean": return try Self.callStatic("Boolean", "valueOf", values, machine)
        case "ArrayList", "LinkedList", "Vector": return .list(try Self.copy(values, .arrayList))
        case "HashSet", "LinkedHashSet", "TreeSet": return .list(try Self.copy(values, .set))
        case "HashMap", "Hashtable", "LinkedHashMap", "TreeMap":
            let map = MapObject(order: type == "LinkedHashMap" ? .inserted : .hashed)
            if case .map(let other)? = values.first {
                for entry in other.entries { map.put(entry.key, entry.value) }
            }
            return .map(map)
        default:
            let message = values.isEmpty || values[0].isNull ? "" : try arguments.string(0)
            return .object(
                ExceptionObject(ScriptFailure(ExceptionObject.fullName(type), message)))
        }
    }

    private static func copy(
        _ values: [Value], _ kind: ListObject.Kind
    ) throws(ScriptFailure) -> ListObject {
        let list = ListObject(kind: kind)
        guard case .list(let other)? = values.first else { return list }
        for element in other.elements
        where kind != .set || !list.elements.contains(where: { $0.equals(element) }) {
            list.elements.append(element)
        }
        return list
    }

    /// `Type.method(…)`.
    static func callStatic(
        _ type: String, _ method: String, _ values: [Value], _ machine: Machine
    ) throws(ScriptFailure) -> Value {
        switch type {
        case "Math": return try MathMethods.call(method, values, random: machine.host.random())
        case "Integer", "Long", "Double", "Float", "Boolean", "Character", "Short", "Byte":
            return try NumberMethods.callStatic(type, method, values)
        case "String": return try Self.stringStatic(method, values)
        case "System": return try Self.systemStatic(method, machine)
        case "Arrays", "List", "Set", "Collections", "Map":
            return try Self.collectionStatic(type, method, values)
        case "Objects":
            if method == "equals", values.count == 2 {
                return .boolean(values[0].equals(values[1]))
            }
            if method == "toString", values.count == 1 { return .string(values[0].text) }
            throw .noSuchMethod(method, of: "java.util.Objects")
        case "UUID":
            let digits = [machine.host.random(), machine.host.random()]
            return .string(Self.uuid(digits[0], digits[1]))
        case "Thread":
            throw ScriptFailure(
                "java.lang.UnsupportedOperationException",
                "a page cannot wait: Thread.\(method) would hold up other requests")
        default: throw .noSuchMethod(method, of: type)
        }
    }

    private static func stringStatic(
        _ method: String, _ values: [Value]
    ) throws(ScriptFailure) -> Value {
        switch method {
        case "valueOf" where values.count == 1, "copyValueOf" where values.count == 1:
            if case .list(let list) = values[0], list.kind == .array {
                return .string(list.elements.map(\.text).joined())
            }
            return .string(values[0].text)
        case "format" where !values.isEmpty:
            return .string(
                try TextFormat.format(
                    try Arguments(values: values, method: method).string(0),
                    Array(values.dropFirst())))
        case "join" where values.count >= 1:
            var parts = Array(values.dropFirst())
            if parts.count == 1, case .list(let list) = parts[0] { parts = list.elements }
            return .string(parts.map(\.text).joined(separator: values[0].text))
        default:
            throw .noSuchMethod(
                method, of: "java.lang.String", near: ["valueOf", "format", "join"])
        }
    }

    private static func systemStatic(
        _ method: String, _ machine: Machine
    ) throws(ScriptFailure) -> Value {
        switch method {
        case "currentTimeMillis": return .long(machine.host.unixMilliseconds)
        case "nanoTime": return .long(machine.host.unixMilliseconds &* 1_000_000)
        case "lineSeparator": return .string("\n")
        default:
            throw .noSuchMethod(
                method, of: "java.lang.System", near: ["currentTimeMillis", "nanoTime"])
        }
    }

    private static func collectionStatic(
        _ type: String, _ method: String, _ values: [Value]
    ) throws(ScriptFailure) -> Value {
        switch (method, values.count) {
        case ("asList", _), ("of", _):
            if type == "Map" {
                let map = MapObject(order: .hashed)
                for index in stride(from: 0, to: values.count - 1, by: 2) {
                    map.put(values[index], values[index + 1])
                }
                return .map(map)
            }
            if values.count == 1, case .list(let list) = values[0], list.kind == .array {
                return .list(ListObject(list.elements))
            }
            return .list(ListObject(values, kind: type == "Set" ? .set : .arrayList))
        case ("sort", 1):
            guard case .list(let list) = values[0] else { throw .nullPointer("sort") }
            try ListMethods.sort(list)
            return .null
        case ("reverse", 1):
            guard case .list(let list) = values[0] else { throw .nullPointer("reverse") }
            list.elements.reverse()
            return .null
        case ("toString", 1): return .string(values[0].text)
        case ("fill", 2):
            guard case .list(let list) = values[0] else { throw .nullPointer("fill") }
            list.elements = list.elements.map { _ in values[1] }
            return .null
        case ("emptyList", 0): return .list(ListObject())
        case ("max", 1), ("min", 1):
            let list = ListObject(try Self.elements(of: values[0], at: .start))
            try ListMethods.sort(list)
            let found = method == "max" ? list.elements.last : list.elements.first
            guard let found else {
                throw ScriptFailure("java.util.NoSuchElementException", "the list is empty")
            }
            return found
        default: throw .noSuchMethod(method, of: "java.util.\(type)", near: ["asList", "sort"])
        }
    }

    private static func uuid(_ high: UInt64, _ low: UInt64) -> String {
        func digits(_ bits: UInt64) -> String {
            let text = String(bits, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        // RFC 9562: version 4, variant 10.
        let first = digits(high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000)
        let second = digits(low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
        return "\(first.prefix(8))-\(first.dropFirst(8).prefix(4))-\(first.suffix(4))-"
            + "\(second.prefix(4))-\(second.dropFirst(4))"
    }
}

/// A `java.lang.Object`, good for its identity only.
final class PlainObject: HostObject {
    let typeName = "java.lang.Object"

    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        switch method {
        case "toString": return .string(self.text)
        case "equals":
            return .boolean(arguments.first.map { Value.object(self).equals($0) } ?? false)
        case "hashCode": return .int(Value.object(self).hash)
        default: throw .noSuchMethod(method, of: self.typeName)
        }
    }
}
