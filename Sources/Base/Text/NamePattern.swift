/// A name with `*` for any text and `?` for any one byte.
package struct NamePattern: Sendable {
    private let pattern: [UInt8]

    /// Takes a pattern as it is written.
    package init(_ text: String) { self.pattern = Array(text.utf8) }

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
            if place < self.pattern.count, self.pattern[place] == UInt8(ascii: "*") {
                star = place
                resume = index
                place += 1
            } else if place < self.pattern.count,
                self.pattern[place] == UInt8(ascii: "?") || self.pattern[place] == name[index]
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
        return self.pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
