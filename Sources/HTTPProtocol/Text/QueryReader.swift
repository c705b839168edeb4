import Base

/// Walks the pairs of a query or a form body: `a=1&b=2`. Names and values are still encoded.
package struct QueryReader {
    private var index = 0

    /// Stands before the first pair.
    package init() {}

    /// The next pair as places in `query`; a name without `=` has an empty value. nil at the end.
    package mutating func next(in query: Span<UInt8>) -> (name: ByteRange, value: ByteRange)? {
        while self.index < query.count {
            let start = self.index
            let end = query.firstIndex(of: UInt8(ascii: "&"), from: start) ?? query.count
            self.index = end + 1
            if start == end { continue }
            let pair = query.extracting(start..<end)
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else {
                return (ByteRange(start, end), ByteRange(end, end))
            }
            return (ByteRange(start, start + equals), ByteRange(start + equals + 1, end))
        }
        return nil
    }

    /// All pairs, decoded; a `+` is a blank. What is coded badly stays as it is.
    ///
    /// - Parameter pairCountMax: further pairs are left out.
    package static func pairs(
        of query: Span<UInt8>, pairCountMax: Int = 10_000
    ) -> [(name: String, value: String)] {
        var reader = QueryReader()
        var pairs: [(name: String, value: String)] = []
        while pairs.count < pairCountMax, let pair = reader.next(in: query) {
            pairs.append(
                (
                    Self.decode(query.extracting(pair.name.range)),
                    Self.decode(query.extracting(pair.value.range))
                ))
        }
        return pairs
    }

    private static func decode(_ bytes: Span<UInt8>) -> String {
        guard let decoded = PercentCoding.decode(bytes, plusIsBlank: true) else {
            return bytes.makeString()
        }
        return decoded.span.makeString()
    }
}
