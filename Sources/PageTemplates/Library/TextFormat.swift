import ExpressionLanguage

/// `String.format`: %d %s %x %X %c %b %f %n %% with flags, width and precision.
enum TextFormat {
    private static let widthMax = 10_000

    private struct Specifier {
        var flags: Set<Character> = []
        var width = 0
        var precision: Int?
        var conversion: Character = "s"
    }

    static func format(_ pattern: String, _ values: [Value]) throws(ScriptFailure) -> String {
        var result = ""
        var rest = pattern[...]
        var next = 0
        while let percent = rest.firstIndex(of: "%") {
            result += rest[..<percent]
            rest = rest[rest.index(after: percent)...]
            let specifier = try Self.specifier(&rest)
            switch specifier.conversion {
            case "n": result += "\n"
            case "%": result += "%"
            default:
                guard next < values.count else {
                    throw ScriptFailure(
                        "java.util.MissingFormatArgumentException",
                        "Format specifier '%\(specifier.conversion)'")
                }
                result += try Self.text(values[next], specifier)
                next += 1
            }
        }
        return result + rest
    }

    private static func specifier(_ rest: inout Substring) throws(ScriptFailure) -> Specifier {
        var specifier = Specifier()
        while let flag = rest.first, "-0+, (#".contains(flag) {
            specifier.flags.insert(flag)
            rest.removeFirst()
        }
        specifier.width = Self.number(&rest) ?? 0
        if rest.first == "." {
            rest.removeFirst()
            specifier.precision = Self.number(&rest)
        }
        guard let conversion = rest.popFirst(), specifier.width <= Self.widthMax,
            (specifier.precision ?? 0) <= Self.widthMax
        else {
            throw ScriptFailure("java.util.UnknownFormatConversionException", "Conversion = '%'")
        }
        specifier.conversion = conversion
        return specifier
    }

    private static func number(_ rest: inout Substring) -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest.removeFirst(digits.count)
        return Int(digits)
    }

    private static func text(
        _ value: Value, _ specifier: Specifier
    ) throws(ScriptFailure) -> String {
        var text: String
        switch specifier.conversion {
        case "s", "S":
            text = value.text
            if let precision = specifier.precision { text = String(text.prefix(precision)) }
            if specifier.conversion == "S" { text = text.uppercased() }
        case "b": text = value.isNull ? "false" : (value.text == "false" ? "false" : "true")
        case "c": text = value.text
        case "d":
            guard let number = value.integer else { throw Self.mismatch(value, "d") }
            text = Self.grouped(String(number), specifier)
            if number >= 0, specifier.flags.contains("+") { text = "+" + text }
        case "x", "X":
            switch value {
            case .int(let number): text = String(UInt32(bitPattern: number), radix: 16)
            case .long(let number): text = String(UInt64(bitPattern: number), radix: 16)
            default: throw Self.mismatch(value, "x")
            }
            if specifier.conversion == "X" { text = text.uppercased() }
        case "f":
            guard case .double(let number) = value else { throw Self.mismatch(value, "f") }
            text = Self.grouped(Self.fixed(number, specifier.precision ?? 6), specifier)
            if number >= 0, specifier.flags.contains("+") { text = "+" + text }
        default:
            throw ScriptFailure(
                "java.util.UnknownFormatConversionException",
                "Conversion = '\(specifier.conversion)'")
        }
        return Self.padded(text, specifier)
    }

    private static func mismatch(_ value: Value, _ conversion: String) -> ScriptFailure {
        ScriptFailure(
            "java.util.IllegalFormatConversionException", "\(conversion) != \(value.typeName)")
    }

    private static func padded(_ text: String, _ specifier: Specifier) -> String {
        let missing = specifier.width - text.count
        guard missing > 0 else { return text }
        if specifier.flags.contains("-") { return text + String(repeating: " ", count: missing) }
        guard specifier.flags.contains("0") else {
            return String(repeating: " ", count: missing) + text
        }
        let sign = text.first.map { "+-".contains($0) } ?? false ? String(text.prefix(1)) : ""
        return sign + String(repeating: "0", count: missing) + text.dropFirst(sign.count)
    }

    private static func grouped(_ text: String, _ specifier: Specifier) -> String {
        guard specifier.flags.contains(",") else { return text }
        let parts = text.split(separator: ".", maxSplits: 1)
        let sign = parts[0].hasPrefix("-") ? "-" : ""
        var digits = parts[0].dropFirst(sign.count)
        var groups: [Substring] = []
        while digits.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits = digits.dropLast(3)
        }
        groups.insert(digits, at: 0)
        return sign + groups.joined(separator: ",") + (parts.count > 1 ? ".\(parts[1])" : "")
    }

    /// A number with so many digits behind the point, half up as Java rounds the decimal digits.
    static func fixed(_ number: Double, _ precision: Int) -> String {
        if number.isNaN || number.isInfinite { return JavaNumbers.text(number) }
        let plain = Self.plainDigits(number.magnitude)
        var whole = Array(plain.whole)
        var fraction = Array(plain.fraction)
        let roundsUp = fraction.count > precision && fraction[precision] >= "5"
        fraction = Array(fraction.prefix(precision))
        fraction += Array(repeating: "0", count: precision - fraction.count)
        if roundsUp { Self.increment(&whole, &fraction) }
        let sign = number.sign == .minus ? "-" : ""
        let text = sign + String(whole)
        return precision == 0 ? text : text + "." + String(fraction)
    }

    private static func increment(_ whole: inout [Character], _ fraction: inout [Character]) {
        var digits = whole + fraction
        var index = digits.count - 1
        while index >= 0 {
            if digits[index] != "9" {
                let value = (digits[index].wholeNumberValue ?? 0) + 1
                digits[index] = Character("\(value)")
                break
            }
            digits[index] = "0"
            index -= 1
        }
        if index < 0 { digits.insert("1", at: 0) }
        let wholeCount = digits.count - fraction.count
        whole = Array(digits[..<wholeCount])
        fraction = Array(digits[wholeCount...])
    }

    private static func plainDigits(_ number: Double) -> (whole: String, fraction: String) {
        let description = "\(number)"
        let parts = description.split(separator: "e")
        let exponent = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
        let halves = parts[0].split(separator: ".")
        var whole = String(halves[0])
        var fraction = halves.count > 1 ? String(halves[1]) : ""
        for _ in 0..<max(0, exponent) {
            whole.append(fraction.isEmpty ? "0" : fraction.removeFirst())
        }
        for _ in 0..<max(0, -exponent) {
            fraction = (whole.isEmpty ? "0" : String(whole.removeLast())) + fraction
        }
        while whole.count > 1, whole.hasPrefix("0") { whole.removeFirst() }
        return (whole.isEmpty ? "0" : whole, fraction)
    }
}
