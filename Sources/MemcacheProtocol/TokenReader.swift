import Base

/// Reads the words of a line, which single or several spaces part.
package struct TokenReader {
    private var index: Int
    private let end: Int

    /// Reads the words of `range`.
    package init(_ range: Range<Int>) {
        self.index = range.lowerBound
        self.end = range.upperBound
    }

    /// The next word's place in `line`, nil at the end.
    @inline(__always)
    package mutating func next(_ line: Span<UInt8>) -> Range<Int>? {
        var index = self.index
        while index < self.end, line[index] == 0x20 { index &+= 1 }
        guard index < self.end else { return nil }
        let start = index
        while index < self.end, line[index] != 0x20 { index &+= 1 }
        self.index = index
        return start..<index
    }

    /// What has not been read.
    package var rest: Range<Int> { self.index..<self.end }
}

extension Span where Element == UInt8 {
    /// The number that a word is, with an optional minus sign; nil for anything else.
    package func signedDecimal(_ range: Range<Int>) -> Int? {
        guard !range.isEmpty else { return nil }
        if self[range.lowerBound] == UInt8(ascii: "-") {
            let digits = self.extracting((range.lowerBound + 1)..<range.upperBound)
            return digits.decimalValue().flatMap { Int(exactly: $0) }.map { -$0 }
        }
        return self.extracting(range).decimalValue().flatMap { Int(exactly: $0) }
    }
}
