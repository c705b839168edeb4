// Finding text in text, byte by byte. The standard library's own search brings a whole engine of
// regular expressions into a program, a megabyte of it.

extension StringProtocol {
    /// Where `other` first stands, or nil. An empty text stands nowhere.
    package func firstPlace(of other: some StringProtocol) -> Range<String.Index>? {
        let (bytes, wanted) = (self.utf8, Array(other.utf8))
        guard let first = wanted.first else { return nil }
        var place = bytes.startIndex
        while let start = bytes[place...].firstIndex(of: first) {
            let end = bytes.index(start, offsetBy: wanted.count, limitedBy: bytes.endIndex)
            guard let end else { return nil }
            if bytes[start..<end].elementsEqual(wanted) { return start..<end }
            place = bytes.index(after: start)
        }
        return nil
    }

    /// Whether `other` stands in it somewhere.
    package func holds(_ other: some StringProtocol) -> Bool { self.firstPlace(of: other) != nil }

    /// The text with `replacement` wherever `other` stands.
    package func replacingText(
        _ other: some StringProtocol, with replacement: String
    ) -> String {
        var result = ""
        var rest = Substring(self)
        while let place = rest.firstPlace(of: other) {
            result += rest[..<place.lowerBound]
            result += replacement
            rest = rest[place.upperBound...]
        }
        return result + rest
    }
}
