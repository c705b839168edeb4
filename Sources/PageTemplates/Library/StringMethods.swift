import ExpressionLanguage

/// The methods of `java.lang.String`. Places count UTF-16 units, as in Java.
enum StringMethods {
    private static let names = [
        "length", "charAt", "substring", "indexOf", "lastIndexOf", "equals", "equalsIgnoreCase",
        "contains", "startsWith", "endsWith", "trim", "strip", "toUpperCase", "toLowerCase",
        "replace", "split", "isEmpty", "isBlank", "compareTo", "compareToIgnoreCase", "concat",
        "repeat", "toCharArray", "hashCode", "toString", "intern", "matches",
    ]

    static func call(
        _ text: String, _ method: String, _ values: [Value], _ machine: Machine
    ) throws(ScriptFailure) -> Value {
        let arguments = Arguments(values: values, method: method)
        switch (method, values.count) {
        case ("length", 0): return .int(Int32(text.utf16.count))
        case ("isEmpty", 0): return .boolean(text.isEmpty)
        case ("isBlank", 0): return .boolean(text.allSatisfy(\.isWhitespace))
        case ("charAt", 1): return .character(try Self.unit(text, try arguments.int(0)))
        case ("substring", 1):
            return .string(try Self.slice(text, try arguments.int(0), text.utf16.count))
        case ("substring", 2):
            return .string(try Self.slice(text, try arguments.int(0), try arguments.int(1)))
        case ("trim", 0), ("strip", 0): return .string(Self.trim(text))
        case ("toUpperCase", _): return .string(text.uppercased())
        case ("toLowerCase", _): return .string(text.lowercased())
        case ("intern", 0): return .string(text)
        case ("concat", 1): return .string(text + (try arguments.string(0)))
        case ("toCharArray", 0):
            return .list(ListObject(text.utf16.map { .character($0) }, kind: .array))
        case ("repeat", 1):
            let count = max(0, try arguments.int(0))
            guard text.utf8.count * count <= machine.limits.elementCountMax else {
                throw machine.limitReached("the string is too long", at: nil)
            }
            return .string(String(repeating: text, count: count))
        case ("equalsIgnoreCase", 1):
            guard case .string(let other) = values[0] else { return .boolean(false) }
            return .boolean(text.lowercased() == other.lowercased())
        case ("compareTo", 1):
            return .int(Self.compare(text, try arguments.string(0)))
        case ("compareToIgnoreCase", 1):
            return .int(
                Self.compare(text.lowercased(), try arguments.string(0).lowercased()))
        default: return try Self.search(text, method, arguments)
        }
    }

    private static func search(
        _ text: String, _ method: String, _ arguments: Arguments
    ) throws(ScriptFailure) -> Value {
        let units = Array(text.utf16)
        switch (method, arguments.values.count) {
        case ("contains", 1):
            let wanted = Array(try arguments.string(0).utf16)
            return .boolean(Self.index(of: wanted, in: units, from: 0) != nil)
        case ("startsWith", 1):
            return .boolean(units.starts(with: Array(try arguments.string(0).utf16)))
        case ("endsWith", 1):
            let wanted = Array(try arguments.string(0).utf16)
            return .boolean(units.reversed().starts(with: wanted.reversed()))
        case ("indexOf", 1), ("indexOf", 2):
            let start = arguments.values.count == 2 ? try arguments.int(1) : 0
            let wanted = try Self.wanted(arguments)
            return .int(Int32(Self.index(of: wanted, in: units, from: max(0, start)) ?? -1))
        case ("lastIndexOf", 1):
            let wanted = try Self.wanted(arguments)
            return .int(Int32(Self.lastIndex(of: wanted, in: units) ?? -1))
        case ("replace", 2):
            return .string(
                Self.replace(units, try Self.wanted(arguments), try arguments.string(1)))
        case ("split", 1):
            return .list(
                ListObject(
                    try Self.split(text, try arguments.string(0)).map { .string($0) },
                    kind: .array))
        default: throw .noSuchMethod(method, of: "java.lang.String", near: Self.names)
        }
    }

    /// What is looked for: a string, a char, or a char's number.
    private static func wanted(_ arguments: Arguments) throws(ScriptFailure) -> [UInt16] {
        if case .int(let number) = arguments.values[0] {
            return [UInt16(truncatingIfNeeded: number)]
        }
        return Array(try arguments.string(0).utf16)
    }

    private static func unit(_ text: String, _ index: Int) throws(ScriptFailure) -> UInt16 {
        let units = text.utf16
        guard index >= 0, index < units.count else {
            throw ScriptFailure(
                "java.lang.StringIndexOutOfBoundsException",
                "index \(index), length \(units.count)")
        }
        return units[units.index(units.startIndex, offsetBy: index)]
    }

    private static func slice(
        _ text: String, _ start: Int, _ end: Int
    ) throws(ScriptFailure) -> String {
        let units = text.utf16
        guard start >= 0, start <= end, end <= units.count else {
            throw ScriptFailure(
                "java.lang.StringIndexOutOfBoundsException",
                "begin \(start), end \(end), length \(units.count)")
        }
        let first = units.index(units.startIndex, offsetBy: start)
        let last = units.index(first, offsetBy: end - start)
        return String(decoding: units[first..<last], as: UTF16.self)
    }

    private static func trim(_ text: String) -> String {
        let units = Array(text.utf16)
        guard let first = units.firstIndex(where: { $0 > 0x20 }),
            let last = units.lastIndex(where: { $0 > 0x20 })
        else { return "" }
        return String(decoding: units[first...last], as: UTF16.self)
    }

    private static func compare(_ left: String, _ right: String) -> Int32 {
        for (first, second) in zip(left.utf16, right.utf16) where first != second {
            return Int32(first) - Int32(second)
        }
        return Int32(left.utf16.count - right.utf16.count)
    }

    private static func index(of wanted: [UInt16], in units: [UInt16], from start: Int) -> Int? {
        guard wanted.count <= units.count else { return nil }
        var index = start
        while index + wanted.count <= units.count {
            if units[index..<(index + wanted.count)].elementsEqual(wanted) { return index }
            index += 1
        }
        return nil
    }

    private static func lastIndex(of wanted: [UInt16], in units: [UInt16]) -> Int? {
        var index = units.count - wanted.count
        while index >= 0 {
            if units[index..<(index + wanted.count)].elementsEqual(wanted) { return index }
            index -= 1
        }
        return nil
    }

    private static func replace(
        _ units: [UInt16], _ wanted: [UInt16], _ replacement: String
    ) -> String {
        guard !wanted.isEmpty else { return String(decoding: units, as: UTF16.self) }
        var result: [UInt16] = []
        var index = 0
        let new = Array(replacement.utf16)
        while let found = Self.index(of: wanted, in: units, from: index) {
            result += units[index..<found] + new
            index = found + wanted.count
        }
        return String(decoding: result + units[index...], as: UTF16.self)
    }

    /// `split` by a literal: a single sign, or one escaped; trailing empty parts are dropped.
    private static func split(
        _ text: String, _ pattern: String
    ) throws(ScriptFailure) -> [String] {
        var separator = pattern
        if pattern == "\\s+" || pattern == "\\s*" {
            return text.split(whereSeparator: \.isWhitespace).map(String.init)
        }
        if separator.hasPrefix("\\") { separator.removeFirst() }
        if pattern == separator, separator.contains(where: { "[](){}.*+?^$|\\".contains($0) }) {
            throw .illegalArgument(
                "split takes plain text or \\s+ here, not the pattern \(pattern)")
        }
        var parts: [String] = []
        let units = Array(text.utf16)
        let wanted = Array(separator.utf16)
        if wanted.isEmpty { return text.map(String.init) }
        var index = 0
        while let found = Self.index(of: wanted, in: units, from: index) {
            parts.append(String(decoding: units[index..<found], as: UTF16.self))
            index = found + wanted.count
        }
        parts.append(String(decoding: units[index...], as: UTF16.self))
        while parts.count > 1, parts.last == "" { parts.removeLast() }
        return parts
    }
}
