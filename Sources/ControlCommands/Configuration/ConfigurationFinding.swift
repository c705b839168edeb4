/// What a daemon said of a configuration file, one thing.
struct ConfigurationFinding: Equatable {
    static let fields: [RecordList.Field] = [
        .text("weight", "WEIGHT", "error, or note: what is ignored or replaced"),
        .text("file", "FILE", "the file; null where it is none's"),
        .number("line", "LINE", "its line, from 1; null where it is the whole file"),
        .number("column", "COLUMN", "its column, from 1; null where it is the whole line"),
        .text("message", "MESSAGE", "the sentence"),
    ]

    /// What daemons say of the whole, which the exit status says too.
    private static let sums = [
        "syntax is ok", "test is successful", "is good", "are good", "is not usable",
    ]

    /// Whether the file is refused for it.
    var isError: Bool
    /// Where it is.
    var file: String?, line: Int?, column: Int?
    /// The sentence.
    var message: String

    /// Reads one line; nil for one that shows the file's line, or says what became of the whole.
    ///
    /// Errors begin with the daemon's name: `balancerd: FILE:2:8: unknown directive`, notes with
    /// the file's.
    init?(_ line: String, of program: String) {
        guard let first = line.first, first != " ", first != "\t",
            !Self.sums.contains(where: line.hasSuffix)
        else { return nil }
        let prefix = program + ": "
        self.isError = line.hasPrefix(prefix)
        let text = self.isError ? line.dropFirst(prefix.count) : line[...]
        self.message = String(text)
        guard let end = text.firstRange(of: ": ") else { return }
        var place = text[..<end.lowerBound].split(separator: ":", omittingEmptySubsequences: false)
        var numbers: [Int] = []
        while place.count > 1, numbers.count < 2, let last = place.last, let number = Int(last) {
            numbers.insert(number, at: 0)
            place.removeLast()
        }
        let file = place.joined(separator: ":")
        // What has no line and no folder is an option's name, or the beginning of a sentence.
        guard !numbers.isEmpty || file.contains("/") else { return }
        self.message = String(text[end.upperBound...])
        self.file = file
        self.line = numbers.first
        self.column = numbers.count > 1 ? numbers[1] : nil
    }

    /// All that was said, as records.
    static func records(_ text: String, of program: String) -> RecordList {
        var list = RecordList("findings", Self.fields)
        for line in text.split(separator: "\n") {
            guard let finding = Self(String(line), of: program) else { continue }
            list.add([
                .text(finding.isError ? "error" : "note"), RecordValue(finding.file),
                RecordValue(finding.line), RecordValue(finding.column), .text(finding.message),
            ])
        }
        return list
    }
}
