import ExpressionLanguage

/// A `java.lang.StringBuilder` or `StringBuffer`.
final class StringBuilderObject: HostObject {
    private static let byteCountMax = 16 << 20

    let typeName = "java.lang.StringBuilder"
    private(set) var text: String

    init(_ text: String) { self.text = text }

    func call(_ method: String, _ values: [Value]) throws(ScriptFailure) -> Value {
        let arguments = Arguments(values: values, method: method)
        switch (method, values.count) {
        case ("append", 1):
            self.text += values[0].text
            guard self.text.utf8.count <= Self.byteCountMax else {
                throw ScriptFailure(
                    "java.lang.OutOfMemoryError",
                    "a string of more than \(Self.byteCountMax) bytes",
                    isCatchable: false)
            }
            return .object(self)
        case ("toString", 0): return .string(self.text)
        case ("length", 0): return .int(Int32(self.text.utf16.count))
        case ("reverse", 0):
            self.text = String(self.text.reversed())
            return .object(self)
        case ("insert", 2), ("delete", 2), ("deleteCharAt", 1), ("setLength", 1),
            ("setCharAt", 2):
            try self.edit(method, arguments)
            return .object(self)
        case ("charAt", 1):
            let units = Array(self.text.utf16)
            let index = try self.place(try arguments.int(0), below: units.count)
            return .character(units[index])
        case ("isEmpty", 0): return .boolean(self.text.isEmpty)
        default:
            throw .noSuchMethod(
                method, of: self.typeName,
                near: ["append", "toString", "length", "insert", "reverse", "delete", "charAt"])
        }
    }

    private func edit(_ method: String, _ arguments: Arguments) throws(ScriptFailure) {
        var units = Array(self.text.utf16)
        let first = try arguments.int(0)
        switch method {
        case "insert":
            let index = try self.place(first, below: units.count + 1)
            units.insert(contentsOf: Array(arguments.values[1].text.utf16), at: index)
        case "delete":
            let start = try self.place(first, below: units.count + 1)
            let end = min(units.count, max(start, try arguments.int(1)))
            units.removeSubrange(start..<end)
        case "deleteCharAt": units.remove(at: try self.place(first, below: units.count))
        case "setCharAt":
            let index = try self.place(first, below: units.count)
            units[index] = UInt16(truncatingIfNeeded: try arguments.int(1))
        default:
            let length = try self.place(first, below: Self.byteCountMax)
            if length <= units.count {
                units.removeLast(units.count - length)
            } else {
                units += [UInt16](repeating: 0, count: length - units.count)
            }
        }
        self.text = String(decoding: units, as: UTF16.self)
    }

    private func place(_ index: Int, below limit: Int) throws(ScriptFailure) -> Int {
        guard index >= 0, index < limit else {
            throw ScriptFailure(
                "java.lang.StringIndexOutOfBoundsException", "index \(index), length \(limit)")
        }
        return index
    }
}
