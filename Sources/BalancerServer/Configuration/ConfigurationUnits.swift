import Base

/// Numbers with units as configuration files have them.
package enum ConfigurationUnits {
    /// A decimal number that is not negative and fits.
    package static func number(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        return bytes.span.decimalValue().flatMap { Int(exactly: $0) }
    }

    /// Bytes: a number with `k`, `m`, `g` or none, in either case.
    package static func size(_ text: String) -> Int? {
        let factor: Int
        switch text.utf8.last.map(\.asciiLowercased) {
        case UInt8(ascii: "k")?: factor = 1 << 10
        case UInt8(ascii: "m")?: factor = 1 << 20
        case UInt8(ascii: "g")?: factor = 1 << 30
        default: factor = 1
        }
        guard let count = self.number(factor == 1 ? text : String(text.dropLast())) else {
            return nil
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: factor)
        return overflow ? nil : bytes
    }

    /// nginx's units from the greatest down, in milliseconds; each may stand once, in this order.
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("y", 31_536_000_000), ("M", 2_592_000_000), ("w", 604_800_000), ("d", 86_400_000),
        ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    /// A time as nginx reads it: `60` is seconds, `1h 30m` may also be written `1h30m`.
    package static func duration(_ text: String) -> Duration? {
        var rest = text[...]
        var total: Int64 = 0
        var unitsLeft = Self.units[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard let count = self.number(String(digits)) else { return nil }
            rest = rest.dropFirst(digits.count)
            let letters = rest.prefix { $0.isLetter }
            let name = letters.isEmpty ? "s" : String(letters)
            rest = rest.dropFirst(letters.count)
            guard let place = unitsLeft.firstIndex(where: { $0.name == name }) else { return nil }
            let (part, overflow) = Int64(count)
                .multipliedReportingOverflow(by: Self.units[place].milliseconds)
            let (sum, overflowToo) = total.addingReportingOverflow(part)
            guard !overflow, !overflowToo else { return nil }
            total = sum
            unitsLeft = Self.units[(place + 1)...]
            if letters.isEmpty, !rest.isEmpty, rest.first != " " { return nil }
            rest = rest.drop { $0 == " " }
        }
        return .milliseconds(total)
    }
}
