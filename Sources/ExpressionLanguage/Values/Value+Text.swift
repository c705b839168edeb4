extension Value {
    /// How deep lists and maps are written out.
    private static let textDepthMax = 16

    /// Its text as `String.valueOf` has it.
    package var text: String { self.text(depth: 0) }

    private func text(depth: Int) -> String {
        switch self {
        case .null: return "null"
        case .boolean(let truth): return truth ? "true" : "false"
        case .int(let number): return String(number)
        case .long(let number): return String(number)
        case .double(let number): return JavaNumbers.text(number)
        case .character(let unit): return String(decoding: CollectionOfOne(unit), as: UTF16.self)
        case .string(let text): return text
        case .list(let list):
            if depth > Self.textDepthMax { return "[…]" }
            return "[" + list.elements.map { $0.text(depth: depth + 1) }.joined(separator: ", ")
                + "]"
        case .map(let map):
            if depth > Self.textDepthMax { return "{…}" }
            let entries = map.entries.map {
                "\($0.key.text(depth: depth + 1))=\($0.value.text(depth: depth + 1))"
            }
            return "{" + entries.joined(separator: ", ") + "}"
        case .object(let object): return object.text
        }
    }
}

/// Numbers as Java writes and reads them.
package enum JavaNumbers {
    /// `Double.toString`: 1.0, 0.001, 1.0E10, NaN, Infinity.
    package static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        if number == 0 { return number.sign == .minus ? "-0.0" : "0.0" }
        let sign = number < 0 ? "-" : ""
        let (digits, exponent) = Self.shortestDigits(number.magnitude)
        if exponent >= -3, exponent < 7 { return sign + Self.plain(digits, exponent) }
        let fraction = digits.count > 1 ? String(digits.dropFirst()) : "0"
        return "\(sign)\(digits.prefix(1)).\(fraction)E\(exponent)"
    }

    /// The fewest digits that tell the number from its neighbours, and the power of ten of the
    /// first.
    private static func shortestDigits(_ number: Double) -> (digits: String, exponent: Int) {
        var mantissa = ""
        var exponent = 0
        let description = "\(number)"
        let parts = description.split(separator: "e")
        if parts.count == 2 { exponent = Int(parts[1]) ?? 0 }
        let halves = parts[0].split(separator: ".")
        let whole = String(halves[0])
        let fraction = halves.count > 1 ? String(halves[1]) : ""
        mantissa = whole + fraction
        exponent += whole.count - 1
        while mantissa.count > 1, mantissa.hasPrefix("0") {
            mantissa.removeFirst()
            exponent -= 1
        }
        while mantissa.count > 1, mantissa.hasSuffix("0") { mantissa.removeLast() }
        return (mantissa, exponent)
    }

    private static func plain(_ digits: String, _ exponent: Int) -> String {
        if exponent < 0 {
            return "0." + String(repeating: "0", count: -exponent - 1) + digits
        }
        if digits.count <= exponent + 1 {
            return digits + String(repeating: "0", count: exponent + 1 - digits.count) + ".0"
        }
        return digits.prefix(exponent + 1) + "." + digits.dropFirst(exponent + 1)
    }

    /// `Integer.parseInt`: a sign and digits that fit in 32 bits.
    package static func parseInt(_ text: String, radix: Int = 10) throws(ScriptFailure) -> Int32 {
        guard let number = Int32(text, radix: radix) else { throw Self.notANumber(text) }
        return number
    }

    /// `Long.parseLong`: a sign and digits that fit in 64 bits.
    package static func parseLong(_ text: String, radix: Int = 10) throws(ScriptFailure) -> Int64 {
        guard let number = Int64(text, radix: radix) else { throw Self.notANumber(text) }
        return number
    }

    /// `Double.parseDouble`: spaces around it are passed over.
    package static func parseDouble(_ text: String) throws(ScriptFailure) -> Double {
        let trimmed = text.split(whereSeparator: { $0 <= " " }).joined(separator: " ")
        let body =
            trimmed.last.map { "dDfF".contains($0) } ?? false ? trimmed.dropLast() : trimmed[...]
        guard let number = Double(body), !body.lowercased().contains("n") || body == "NaN" else {
            throw Self.notANumber(text)
        }
        return number
    }

    private static func notANumber(_ text: String) -> ScriptFailure {
        ScriptFailure("java.lang.NumberFormatException", "For input string: \"\(text)\"")
    }
}
