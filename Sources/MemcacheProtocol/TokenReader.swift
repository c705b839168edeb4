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

    /// How many words are left.
    package func count(_ line: Span<UInt8>) -> Int {
        var copy = self
        var count = 0
        while copy.next(line) != nil { count += 1 }
        return count
    }

    /// What has not been read.
    package var rest: Range<Int> { self.index..<self.end }
}
