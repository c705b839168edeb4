/// A name with `*` for any text and `?` for any one byte; a backslash before a byte means that byte
/// itself.
package struct NamePattern: Sendable {
    private enum Part: Equatable {
        case anyText, anyByte
        case byte(UInt8)
    }

    private let pattern: [Part]

    /// Takes a pattern as it is written. A backslash at its end means itself.
    package init(_ text: String) {
        var pattern: [Part] = []
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "*"): pattern.append(.anyText)
            case UInt8(ascii: "?"): pattern.append(.anyByte)
            case UInt8(ascii: "\\"): pattern.append(.byte(bytes.popFirst() ?? byte))
            default: pattern.append(.byte(byte))
            }
        }
        self.pattern = pattern
    }

    /// Whether all of a name fits.
    package func matches(_ name: String) -> Bool { self.matches(Array(name.utf8).span) }

    /// Whether all of a name fits.
    package func matches(_ name: [UInt8]) -> Bool { self.matches(name.span) }

    /// Whether all of a name fits. Linear but for stars, which go back to the last one only: the
    /// length of the name times that of the pattern at the worst.
    package func matches(_ name: Span<UInt8>) -> Bool {
        var place = 0, index = 0
        var star: Int?, resume = 0
        while index < name.count {
            if place < self.pattern.count, self.pattern[place] == .anyText {
                star = place
                resume = index
                place += 1
            } else if place < self.pattern.count,
                self.pattern[place] == .anyByte || self.pattern[place] == .byte(name[index])
            {
                place += 1
                index += 1
            } else if let star {
                place = star + 1
                resume += 1
                index = resume
            } else {
                return false
            }
        }
        return self.pattern[place...].allSatisfy { $0 == .anyText }
    }
}
