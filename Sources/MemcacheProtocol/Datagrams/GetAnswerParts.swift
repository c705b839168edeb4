import Base

/// Where the messages of a get's answer end, when it is sent by datagrams.
///
/// memcached sends each item as a message of its own, numbered by itself; `END` goes with the item
/// of the last key when that was found, else by itself.
package enum GetAnswerParts {
    /// The ends of the messages in `answer`, which answers the get, gets, gat or gats on `line`.
    ///
    /// An answer that is not of items is one message.
    package static func ends(of answer: Span<UInt8>, line: Span<UInt8>) -> [Int] {
        var ends: [Int] = []
        var place = 0
        var lastKey = 0..<0
        while let item = Self.item(answer, at: place) {
            lastKey = item.key
            place = item.end
            ends.append(place)
        }
        guard place < answer.count else { return ends }
        if !ends.isEmpty, Self.isEqual(answer.extracting(lastKey), Self.lastWord(of: line)) {
            ends.removeLast()
        }
        ends.append(answer.count)
        return ends
    }

    /// `VALUE key flags bytes [cas]`, a line end, as many bytes, a line end.
    private static func item(
        _ answer: Span<UInt8>, at start: Int
    ) -> (key: Range<Int>, end: Int)? {
        let rest = answer.extracting(droppingFirst: start)
        guard rest.hasPrefix("VALUE "), let lineEnd = rest.firstIndex(of: 0x0A) else { return nil }
        var words = TokenReader(6..<max(6, lineEnd - 1))
        guard let key = words.next(rest), words.next(rest) != nil, let size = words.next(rest),
            let byteCount = rest.extracting(size).unsignedNumber(), byteCount <= Int32.max
        else { return nil }
        let end = lineEnd + 1 + Int(byteCount) + 2
        guard end <= rest.count else { return nil }
        return ((start + key.lowerBound)..<(start + key.upperBound), start + end)
    }

    private static func lastWord(of line: Span<UInt8>) -> [UInt8] {
        var words = TokenReader(0..<line.count)
        var last = 0..<0
        while let word = words.next(line) { last = word }
        return line.extracting(last).makeArray()
    }

    private static func isEqual(_ bytes: Span<UInt8>, _ other: [UInt8]) -> Bool {
        guard bytes.count == other.count else { return false }
        for index in other.indices where bytes[index] != other[index] { return false }
        return true
    }
}
