import Base

/// One value of a record: for people as `shown`, for programs as it is.
enum RecordValue: Equatable, Sendable {
    /// A name and what belongs to it.
    struct Pair: Equatable, Sendable {
        /// The name, and its text.
        var name: String, value: String
    }

    /// Nothing there.
    case none
    /// A text.
    case text(String)
    /// A whole number.
    case number(Int)
    /// A number with a fraction; people see one digit of it.
    case decimal(Double)
    /// True or false; people see `yes` or nothing.
    case flag(Bool)
    /// Texts.
    case list([String])
    /// Names with their texts: an object for programs.
    case pairs([Pair])
    /// A size in bytes.
    case bytes(Int)
    /// A duration in seconds.
    case seconds(Int)
    /// A moment, in milliseconds since 1970.
    case unixMilliseconds(Int)

    /// A text, or nothing.
    init(_ text: String?) { self = text.map { .text($0) } ?? .none }
    /// A number, or nothing.
    init(_ number: Int?) { self = number.map { .number($0) } ?? .none }

    /// What a person sees in a table.
    var shown: String {
        switch self {
        case .none: "-"
        case .text(let text): text
        case .number(let number): "\(number)"
        case .decimal(let number): Humane.oneDecimal(number)
        case .flag(let truth): truth ? "yes" : ""
        case .list(let texts): texts.joined(separator: " ")
        case .pairs(let pairs): Self.joined(pairs)
        case .bytes(let count): Humane.bytes(count)
        case .seconds(let seconds): Humane.duration(seconds: seconds)
        case .unixMilliseconds(let time): Humane.time(unixMilliseconds: time)
        }
    }

    /// The field of a CSV line, not yet quoted.
    var plain: String {
        switch self {
        case .none: ""
        case .text(let text): text
        case .number(let number), .bytes(let number), .seconds(let number),
            .unixMilliseconds(let number):
            "\(number)"
        case .decimal(let number): "\(number)"
        case .flag(let truth): truth ? "true" : "false"
        case .list(let texts): texts.joined(separator: " ")
        case .pairs(let pairs): Self.joined(pairs)
        }
    }

    /// `a=1 b=2`.
    private static func joined(_ pairs: [Pair]) -> String {
        pairs.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
    }

    /// Writes the value of a JSON member.
    func write(to json: inout JSONWriter) {
        switch self {
        case .none: json.null()
        case .text(let text): json.value(text)
        case .number(let number), .bytes(let number), .seconds(let number),
            .unixMilliseconds(let number):
            json.value(number)
        case .decimal(let number): json.value(number)
        case .flag(let truth): json.value(truth)
        case .list(let texts):
            json.array { json in for text in texts { json.value(text) } }
        case .pairs(let pairs):
            json.object { json in for pair in pairs { json.member(pair.name, pair.value) } }
        }
    }
}
