package import ExpressionLanguage

/// The methods of lists, sets and arrays.
enum ListMethods {
    static func call(
        _ list: ListObject, _ method: String, _ values: [Value], _ machine: Machine
    ) throws(ScriptFailure) -> Value {
        let arguments = Arguments(values: values, method: method)
        switch (method, values.count) {
        case ("size", 0): return .int(Int32(clamping: list.elements.count))
        case ("isEmpty", 0): return .boolean(list.elements.isEmpty)
        case ("get", 1), ("elementAt", 1):
            return list.elements[try Self.index(try arguments.int(0), list.elements.count)]
        case ("contains", 1):
            return .boolean(list.elements.contains { $0.equals(values[0]) })
        case ("indexOf", 1):
            return .int(Int32(list.elements.firstIndex { $0.equals(values[0]) } ?? -1))
        case ("iterator", 0), ("elements", 0):
            return .object(IteratorObject(list.elements))
        case ("toArray", _): return .list(ListObject(list.elements, kind: .array))
        case ("subList", 2):
            let start = try arguments.int(0)
            let end = try arguments.int(1)
            guard start >= 0, start <= end, end <= list.elements.count else {
                throw ScriptFailure("java.lang.IndexOutOfBoundsException", "\(start) to \(end)")
            }
            return .list(ListObject(Array(list.elements[start..<end])))
        case ("length", 0) where list.kind == .array, ("clone", 0):
            return method == "clone" ? .list(ListObject(list.elements, kind: list.kind)) : .null
        default: return try Self.change(list, method, arguments, machine)
        }
    }

    private static func change(
        _ list: ListObject, _ method: String, _ arguments: Arguments, _ machine: Machine
    ) throws(ScriptFailure) -> Value {
        let values = arguments.values
        switch (method, values.count) {
        case ("add", 1), ("addElement", 1), ("addLast", 1):
            if list.kind == .set, list.elements.contains(where: { $0.equals(values[0]) }) {
                return .boolean(false)
            }
            guard list.elements.count < machine.limits.elementCountMax else {
                throw machine.limitReached("the list has too many elements", at: nil)
            }
            list.elements.append(values[0])
            return .boolean(true)
        case ("add", 2):
            let index = try arguments.int(0)
            guard index >= 0, index <= list.elements.count else {
                throw Self.outOfBounds(index, list.elements.count)
            }
            list.elements.insert(values[1], at: index)
            return .null
        case ("set", 2):
            let index = try Self.index(try arguments.int(0), list.elements.count)
            defer { list.elements[index] = values[1] }
            return list.elements[index]
        case ("remove", 1):
            if list.kind != .set, case .int(let number) = values[0] {
                return list.elements.remove(at: try Self.index(Int(number), list.elements.count))
            }
            guard let index = list.elements.firstIndex(where: { $0.equals(values[0]) }) else {
                return .boolean(false)
            }
            list.elements.remove(at: index)
            return .boolean(true)
        case ("clear", 0), ("removeAllElements", 0):
            list.elements = []
            return .null
        case ("addAll", 1):
            for element in try Library.elements(of: values[0], at: .start) {
                _ = try Self.call(list, "add", [element], machine)
            }
            return .boolean(true)
        default:
            throw .noSuchMethod(
                method, of: list.typeName,
                near: ["size", "get", "set", "add", "remove", "contains", "isEmpty", "clear"])
        }
    }

    private static func index(_ index: Int, _ count: Int) throws(ScriptFailure) -> Int {
        guard index >= 0, index < count else { throw Self.outOfBounds(index, count) }
        return index
    }

    private static func outOfBounds(_ index: Int, _ count: Int) -> ScriptFailure {
        ScriptFailure(
            "java.lang.IndexOutOfBoundsException",
            "Index \(index) out of bounds for length \(count)")
    }

    /// Sorts as `Collections.sort`: numbers by value, strings by their units.
    static func sort(_ list: ListObject) throws(ScriptFailure) {
        var failure: ScriptFailure?
        list.elements.sort { left, right in
            if let first = left.number, let second = right.number { return first < second }
            if case .string(let first) = left, case .string(let second) = right {
                return first.utf16.lexicographicallyPrecedes(second.utf16)
            }
            failure = ScriptFailure(
                "java.lang.ClassCastException",
                "\(left.typeName) cannot be compared with \(right.typeName)")
            return false
        }
        if let failure { throw failure }
    }
}

/// A `java.util.Iterator` or `Enumeration`.
package final class IteratorObject: HostObject {
    /// The class it stands for.
    package let typeName = "java.util.Iterator"
    private let elements: [Value]
    private var index = 0

    /// Walks over elements from the first on.
    package init(_ elements: [Value]) { self.elements = elements }

    /// What has not been walked over yet.
    var remaining: [Value] { Array(self.elements[self.index...]) }

    /// Calls a method by its name.
    package func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        switch method {
        case "hasNext", "hasMoreElements": return .boolean(self.index < self.elements.count)
        case "next", "nextElement":
            guard self.index < self.elements.count else {
                throw ScriptFailure("java.util.NoSuchElementException", "no more elements")
            }
            self.index += 1
            return self.elements[self.index - 1]
        default:
            throw .noSuchMethod(
                method, of: self.typeName, near: ["hasNext", "next", "hasMoreElements"])
        }
    }
}
