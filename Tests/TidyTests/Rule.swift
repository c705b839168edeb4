import Testing

/// One rule of the house: what it looks for, and a sample that it must find (its own canary).
struct Rule: Sendable, CustomTestStringConvertible {
    let name: String
    /// The path and text of a file that breaks the rule, and the lines where it does.
    let canary: (path: String, text: String, lines: [Int])
    let check: @Sendable (SourceFile) -> [Finding]

    var testDescription: String { self.name }

    /// A rule that looks at each line of code by itself.
    static func eachLine(
        _ name: String, canary: (path: String, text: String, lines: [Int]),
        applies: @escaping @Sendable (SourceFile) -> Bool = { _ in true },
        _ message: @escaping @Sendable (_ code: String, _ line: String, SourceFile) -> String?
    ) -> Rule {
        Rule(name: name, canary: canary) { file in
            guard applies(file) else { return [] }
            return file.code.indices.compactMap { index in
                message(file.code[index], file.lines[index], file).map {
                    Finding(path: file.path, line: index + 1, message: $0)
                }
            }
        }
    }

    static let all: [Rule] = formRules + nameRules + safetyRules + [documentation, imports]
}

/// Small helpers over the text of a line, in the words of the rules.
extension String {
    /// Whether `word` stands here as a word of its own.
    func containsWord(_ word: String) -> Bool { !self.places(ofWord: word).isEmpty }

    /// Where `word` stands as a word of its own, as offsets in UTF-8.
    func places(ofWord word: String) -> [Int] {
        let bytes = Array(self.utf8)
        let sought = Array(word.utf8)
        guard bytes.count >= sought.count, !sought.isEmpty else { return [] }
        return (0...bytes.count - sought.count).filter { start in
            guard bytes[start] == sought[0],
                bytes[start..<start + sought.count].elementsEqual(sought)
            else { return false }
            let before = start > 0 && isNamePart(bytes[start - 1]) && isNamePart(sought[0])
            let end = start + sought.count
            let after =
                end < bytes.count && isNamePart(bytes[end]) && isNamePart(sought[sought.count - 1])
            return !before && !after
        }
    }

    /// Without white space at both ends.
    var trimmed: Substring {
        var rest = self[...]
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }

    /// Spaces before the first other character.
    var indentation: Int { self.prefix { $0 == " " }.count }
}

/// Letters, digits, the underscore, and every byte of other scripts.
func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
        true
    default:
        false
    }
}
