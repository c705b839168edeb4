import Base

/// Answers as two servers can be compared: what differs on purpose is taken out.
///
/// - A CAS number becomes `#n`, the n-th number that this server has shown.
/// - `t` and `l` of meta answers are seconds that may tick between two servers: they are rounded.
struct NormalAnswer {
    private var numbers: [String: Int] = [:]
    /// The last CAS number seen as the server writes it. The first one is nobody's: the first item
    /// of one server may have 1, and that of the other not.
    private(set) var lastCAS = "999999999999"

    /// The answer's lines, with values in their places.
    mutating func lines(of answer: [UInt8]) -> [String] {
        var lines: [String] = []
        var rest = answer[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex - 1
            let line = String(decoding: rest[rest.startIndex...end], as: UTF8.self)
            rest = rest[(end + 1)...]
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\r\n" }).map(String.init)
            let count = self.append(line, words, to: &lines)
            let value = rest.prefix(count)
            if count > 0 {
                lines.append(Self.shortened(value))
                rest = rest.dropFirst(count)
            }
        }
        return lines
    }

    /// Appends a line; answers how many bytes of a value follow it.
    private mutating func append(
        _ line: String, _ words: [String], to lines: inout [String]
    ) -> Int {
        if words.first == "VALUE", words.count >= 4, let count = Int(words[3]) {
            var shown = words
            if words.count == 5 { shown[4] = self.named(words[4]) }
            lines.append(shown.joined(separator: " "))
            return count + 2
        }
        if words.first == "ME" {
            // The class and the size of an item are each server's own.
            lines.append(words.prefix(2).joined(separator: " ") + self.debug(words.dropFirst(2)))
            return 0
        }
        guard ["VA", "HD", "EX", "NS", "NF", "EN"].contains(words.first) else {
            lines.append(line)
            return 0
        }
        var shown: [String] = []
        for (index, word) in words.enumerated() {
            let isSize = words[0] == "VA" && index == 1
            shown.append(index == 0 || isSize ? word : self.flag(word))
        }
        lines.append(shown.joined(separator: " "))
        return words[0] == "VA" ? (Int(words[1]) ?? 0) + 2 : 0
    }

    private mutating func debug(_ words: ArraySlice<String>) -> String {
        words.map { word in
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return word }
            switch parts[0] {
            case "cas": return " cas=" + self.named(parts[1])
            case "cls", "size": return ""
            case "exp": return " exp=\(((Int(parts[1]) ?? 0) - 5) / 10 * 10)"
            default: return " " + word
            }
        }.joined()
    }

    private mutating func flag(_ word: String) -> String {
        let number = String(word.dropFirst())
        switch word.first {
        case "c" where UInt64(number) != nil: return "c" + self.named(number)
        case "t", "l":
            guard let seconds = Int(number), seconds >= 0 else { return word }
            return "\(word.prefix(1))\((seconds + 5) / 10 * 10)"
        default: return word
        }
    }

    private mutating func named(_ cas: String) -> String {
        self.lastCAS = cas
        if self.numbers[cas] == nil { self.numbers[cas] = self.numbers.count + 1 }
        return "#\(self.numbers[cas] ?? 0)"
    }

    /// A value as a failure shows it; a long one by its length and a sum over it.
    static func shortened(_ value: ArraySlice<UInt8>) -> String {
        guard value.count > 200 else { return String(decoding: value, as: UTF8.self) }
        let sum = value.reduce(UInt64(17)) { $0 &* 31 &+ UInt64($1) }
        return "\(value.count) bytes, sum \(sum)"
    }
}
