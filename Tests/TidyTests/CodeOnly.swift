/// Blanks comments and the contents of strings, so that rules look at code only.
///
/// Newlines stay, so that line numbers stay. Interpolations are blanked with their string, which is
/// enough for rules that look for names; `#"…"#` and `"""` are understood, nested comments too.
enum CodeOnly {
    private enum State: Equatable {
        case code
        case lineComment
        case blockComment(depth: Int)
        case string(quotes: Int, hashes: Int)
    }

    static func blanking(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var state = State.code
        var index = 0
        while index < bytes.count {
            let length = self.step(bytes, index, &state, &output)
            index += length
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Handles what starts at `index`; returns how many bytes that is.
    private static func step(
        _ bytes: [UInt8], _ index: Int, _ state: inout State, _ output: inout [UInt8]
    ) -> Int {
        let byte = bytes[index]
        if byte == UInt8(ascii: "\n") {
            if state == .lineComment { state = .code }
            if case .string(quotes: 1, _) = state { state = .code }
            output.append(byte)
            return 1
        }
        switch state {
        case .code:
            return self.stepInCode(bytes, index, &state, &output)
        case .lineComment:
            output.append(UInt8(ascii: " "))
            return 1
        case .blockComment(let depth):
            if self.starts(bytes, index, "/*") { state = .blockComment(depth: depth + 1) }
            let closes = self.starts(bytes, index, "*/")
            if closes { state = depth == 1 ? .code : .blockComment(depth: depth - 1) }
            let length = closes || self.starts(bytes, index, "/*") ? 2 : 1
            output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: length))
            return length
        case .string(let quotes, let hashes):
            return self.stepInString(bytes, index, quotes, hashes, &state, &output)
        }
    }

    private static func stepInCode(
        _ bytes: [UInt8], _ index: Int, _ state: inout State, _ output: inout [UInt8]
    ) -> Int {
        if self.starts(bytes, index, "//") {
            state = .lineComment
        } else if self.starts(bytes, index, "/*") {
            state = .blockComment(depth: 1)
            output.append(contentsOf: [UInt8(ascii: " "), UInt8(ascii: " ")])
            return 2
        } else if let opening = self.opening(bytes, index) {
            state = .string(quotes: opening.quotes, hashes: opening.hashes)
            let length = opening.quotes + opening.hashes
            output.append(contentsOf: bytes[index..<index + length])
            return length
        }
        output.append(state == .code ? bytes[index] : UInt8(ascii: " "))
        return 1
    }

    private static func stepInString(
        _ bytes: [UInt8], _ index: Int, _ quotes: Int, _ hashes: Int, _ state: inout State,
        _ output: inout [UInt8]
    ) -> Int {
        let hash = String(repeating: "#", count: hashes)
        let closing = String(repeating: "\"", count: quotes) + hash
        if self.starts(bytes, index, closing) {
            state = .code
            output.append(contentsOf: closing.utf8)
            return closing.utf8.count
        }
        let escape = "\\" + hash
        let length = self.starts(bytes, index, escape) ? escape.utf8.count + 1 : 1
        let end = min(index + length, bytes.count)
        for place in index..<end {
            let isNewline = bytes[place] == UInt8(ascii: "\n")
            output.append(isNewline ? bytes[place] : UInt8(ascii: " "))
        }
        return end - index
    }

    /// The quotes and hashes of a string that opens at `index`.
    private static func opening(_ bytes: [UInt8], _ index: Int) -> (quotes: Int, hashes: Int)? {
        var place = index
        while place < bytes.count, bytes[place] == UInt8(ascii: "#") { place += 1 }
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { return nil }
        return (self.starts(bytes, place, "\"\"\"") ? 3 : 1, place - index)
    }

    private static func starts(_ bytes: [UInt8], _ index: Int, _ word: String) -> Bool {
        let word = word.utf8
        guard index + word.count <= bytes.count else { return false }
        return zip(bytes[index...], word).allSatisfy { $0 == $1 }
    }
}
