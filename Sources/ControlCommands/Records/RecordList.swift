/// What a command found, one record a line; written as a table, JSON, JSON lines or CSV.
struct RecordList: Sendable {
    /// One field of the records.
    struct Field: Sendable {
        /// Its name for programs. Once published it stays.
        let key: String
        /// The head of its column; nil when people do not need it.
        let head: String?
        /// What it says, for the help.
        let meaning: String
        /// Whether its column is aligned to the right.
        let isNumber: Bool

        /// A field of text.
        static func text(_ key: String, _ head: String?, _ meaning: String) -> Field {
            Field(key: key, head: head, meaning: meaning, isNumber: false)
        }

        /// A field of numbers.
        static func number(_ key: String, _ head: String?, _ meaning: String) -> Field {
            Field(key: key, head: head, meaning: meaning, isNumber: true)
        }
    }

    /// The name of the array that holds the records in a JSON document.
    let name: String
    /// The fields, in their order.
    let fields: [Field]
    /// The records; each has a value for each field.
    private(set) var records: [[RecordValue]] = []
    /// Members of the JSON document beside the records.
    var members: [(name: String, value: RecordValue)] = []
    /// How to get what is not here: below the table, and on standard error where the form has no
    /// place for it.
    var continuation: String?
    /// Lines for people, below the table.
    var notes: [String] = []
    /// What people read when there is no record.
    var emptyText = "nothing found"

    /// Begins without records.
    init(_ name: String, _ fields: [Field]) {
        self.name = name
        self.fields = fields
    }

    /// Adds a record.
    mutating func add(_ values: [RecordValue]) {
        precondition(values.count == self.fields.count, "a record has a value for each field")
        self.records.append(values)
    }

    /// Sorts the records by a field.
    mutating func sort(by key: String, descending: Bool = false) {
        guard let index = self.fields.firstIndex(where: { $0.key == key }) else { return }
        self.records.sort { first, second in
            let isLess = Self.precedes(first[index], second[index])
            let isGreater = Self.precedes(second[index], first[index])
            return descending ? isGreater : isLess
        }
    }

    private static func precedes(_ first: RecordValue, _ second: RecordValue) -> Bool {
        switch (first, second) {
        case (.number(let one), .number(let two)), (.bytes(let one), .bytes(let two)),
            (.seconds(let one), .seconds(let two)),
            (.unixMilliseconds(let one), .unixMilliseconds(let two)):
            one < two
        case (.decimal(let one), .decimal(let two)): one < two
        case (.none, .none): false
        case (.none, _): true
        case (_, .none): false
        default: first.plain < second.plain
        }
    }

    /// The part of a help text that tells programs what they get; `hasOwnDocument` where -o json
    /// gives something else.
    static func help(
        _ name: String, _ fields: [Field], hasOwnDocument: Bool = false
    ) -> String {
        let width = fields.map(\.key.count).max() ?? 0
        let lines = fields.map { field in
            "  " + field.key + String(repeating: " ", count: width - field.key.count + 2)
                + field.meaning
        }
        let forms =
            hasOwnDocument
            ? "-o jsonl and csv" : "-o json (an object with the array \"\(name)\"), jsonl and csv"
        return "Fields of \(forms):\n" + lines.joined(separator: "\n")
    }
}
