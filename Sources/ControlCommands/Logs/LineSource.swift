import Base
import EventLoop
import FoundationEssentials

/// Lines of several daemons: the last ones in the order of their times, then those that come.
struct LineSource: Sendable {
    /// The path of the control socket.
    let path: String
    /// The name of the array in the document that is no stream.
    let member: String
    /// How many of the last lines of each daemon.
    let count: Int

    private struct Moment: Decodable { var unixMilliseconds: Int }

    /// Gives each line to `take`. With `follow` it returns when all daemons have ended.
    func read(
        _ sockets: [ControlSocket], follow: Bool, on loop: Loop,
        _ take: @escaping @Sendable (ControlSocket, String) -> Void
    ) async throws {
        let query = [(name: "recent", value: "\(max(0, self.count))")]
        var recent: [(time: Int, socket: ControlSocket, line: String)] = []
        if !follow || sockets.count > 1 {
            for socket in sockets {
                let body = try await ControlClient(socket, on: loop).send(
                    "GET", self.path + "?" + query.map { "\($0.name)=\($0.value)" }.joined())
                for line in Self.elements(body, self.member) {
                    let moment = JSONText.decode(Moment.self, line: line)
                    recent.append((moment?.unixMilliseconds ?? 0, socket, line))
                }
            }
            recent.sort { $0.time < $1.time }
            for entry in recent.suffix(max(0, self.count)) { take(entry.socket, entry.line) }
        }
        guard follow else { return }
        // Of one daemon the stream brings the last lines itself, so that none is missed between.
        let target = "\(self.path)?follow=true&recent=\(sockets.count > 1 ? 0 : max(0, self.count))"
        try await withThrowingTaskGroup(of: Void.self) { group in
            for socket in sockets {
                group.addTask {
                    try await ControlClient(socket, on: loop).follow(target) { line in
                        take(socket, line)
                        return true
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// The objects of the document's array, each as its own text.
    ///
    /// The daemons write one object after another without white space; what stands in a string is
    /// skipped.
    static func elements(_ body: [UInt8], _ member: String) -> [String] {
        var elements: [String] = []
        var depth = 0, start = 0
        var isInString = false, isEscaped = false
        for (index, byte) in body.enumerated() {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"):
                depth += 1
                if depth == 2 { start = index }
            case UInt8(ascii: "}"):
                if depth == 2 {
                    elements.append(String(decoding: body[start...index], as: UTF8.self))
                }
                depth -= 1
            default: break
            }
        }
        return elements
    }
}

/// Prints lines one by one in the form that was asked for.
final class LinePrinter: Sendable {
    private let form: OutputForm
    private let name: String
    private let fields: [RecordList.Field]
    private let printed = Counter()

    /// Prepares to print; nothing is printed yet.
    init(form: OutputForm, _ name: String, _ fields: [RecordList.Field]) {
        self.form = form
        self.name = name
        self.fields = fields
    }

    /// Prints one line.
    func print(_ values: [RecordValue], shown: String) {
        let count = self.printed.next()
        switch self.form {
        case .table: Terminal.print(shown)
        case .jsonl, .csv:
            var list = RecordList(self.name, self.fields)
            list.add(values)
            let text = RecordWriter.text(list, self.form, width: .max)
            // The head line of CSV once.
            let rest =
                self.form == .csv && count > 0 ? text.drop { $0 != "\n" }.dropFirst() : text[...]
            Terminal.write(Array(rest.utf8))
        case .json:
            var list = RecordList(self.name, self.fields)
            list.add(values)
            let object = RecordWriter.text(list, .jsonl, width: .max).trimmedOfWhiteSpace
            Terminal.write(Array((count == 0 ? "{\"\(self.name)\":[\n  " : ",\n  ").utf8))
            Terminal.write(Array(object.utf8))
        }
    }

    /// Says that a daemon could not hand over all lines.
    func printLost(_ socket: ControlSocket, _ line: String) {
        guard line.hasPrefix("{\"lost\":") else { return }
        let count = line.dropFirst(8).prefix { $0.isNumber }
        Terminal.printError("ctl: \(socket.name): \(count) lines were lost, they came too fast")
    }

    /// Ends the document.
    func end() {
        guard self.form == .json else { return }
        let start = self.printed.next() == 0 ? "{\"\(self.name)\":[" : "\n"
        Terminal.write(Array("\(start)]}\n".utf8))
    }
}
