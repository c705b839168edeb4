/// One HTTP message as it stood on the wire, read by a reader of the tests' own: what is tested
/// must not judge itself.
package struct RawMessage: Sendable {
    /// The request or status line.
    package var startLine = ""
    /// The fields in the order they came.
    package var fields: [(name: String, value: String)] = []
    /// The body without its framing.
    package var body: [UInt8] = []
    /// Whether it ended as its head told; one that ends with the connection always does.
    package var isWhole = true

    /// An empty message.
    package init() {}

    /// Reads a head without its empty line.
    package init(head: String) {
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
        self.startLine = String(lines.first ?? "")
        self.fields = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            let value = line[colon...].dropFirst().drop { $0 == " " }
            return (String(line[..<colon]), String(value))
        }
    }

    /// The status of an answer, 0 for what is none.
    package var status: Int {
        let words = self.startLine.split(separator: " ")
        return words.count > 1 ? Int(words[1]) ?? 0 : 0
    }

    /// The target of a request.
    package var target: String {
        let words = self.startLine.split(separator: " ")
        return words.count > 1 ? String(words[1]) : ""
    }

    /// The first value of a field, whose name is in any case; nil without one.
    package subscript(name: String) -> String? { self.values(of: name).first }

    /// All values of a field.
    package func values(of name: String) -> [String] {
        self.fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    /// The body as text.
    package var text: String { String(decoding: self.body, as: UTF8.self) }
}

/// How the body of a message ends.
enum RawFraming {
    case none, chunked, untilClose
    case length(Int)

    /// The framing of a request, or of the answer to a request with `method`.
    init(of message: RawMessage, answerTo method: String?) {
        let status = message.status
        if let method {
            let hasNone = method == "HEAD" || status < 200 || status == 204 || status == 304
            if hasNone {
                self = .none
                return
            }
        }
        if message["transfer-encoding"] == "chunked" {
            self = .chunked
        } else if let length = message["content-length"].flatMap({ Int($0) }) {
            self = .length(length)
        } else {
            self = method == nil ? .none : .untilClose
        }
    }
}
