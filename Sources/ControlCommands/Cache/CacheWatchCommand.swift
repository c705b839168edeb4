import ArgumentParser
import Base
import EventLoop
import HTTPProtocol

/// `ctl cache watch`: what happens in a cache, as it happens.
struct CacheWatchCommand: ParsableCommand {
    private static let kinds = [
        "fetchers", "mutations", "evictions", "connevents", "deletions", "proxyreqs",
        "proxyevents", "proxyuser", "rawcmds",
    ]

    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "What happens in a cache, a line each, until interrupted.",
        discussion: """
            Kinds: fetchers (reads), mutations (writes), evictions, deletions, connevents. Without \
            one fetchers are shown. A cache drops lines for a watcher that is slow, and says so.

            Examples:
              ctl cache watch fetchers mutations
              ctl cache watch evictions --count 10 -o jsonl

            -o jsonl gives an object for each line, with the members that memcached writes \
            (protocol.txt, "Watchers"); -o json the same in an object with the array "lines", \
            which ends with --count. There is no CSV, as lines of different kinds have different \
            members.
            """)

    /// How a line is written.
    enum Form: String, ExpressibleByArgument, CaseIterable, Sendable {
        /// As the cache writes it.
        case table
        /// As an object.
        case jsonl
        /// As one document, an object for each line.
        case json
        /// Refused.
        case csv
    }

    @Argument(help: "What to watch.", completion: .list(kinds)) var what: [String] = ["fetchers"]
    @Option(help: ArgumentHelp("End after so many lines.", valueName: "count")) var count: Int?
    @OptionGroup var cache: CacheOptions
    @Option(name: [.customShort("o"), .customLong("output")], help: "How to write the lines.")
    var form = Form.table
    @OptionGroup var refused: RefusedWatch

    func validate() throws {
        try self.refused.refuse("it goes on with what happens by itself")
        if self.form == .csv {
            try Refusal.end("-o csv", "lines of different kinds have different members; see jsonl")
        }
        if let count, count < 1 { throw ValidationError("--count is from 1") }
        for word in self.what where !Self.kinds.contains(word) {
            throw ValidationError(
                "there is no kind \(word); there are \(Self.kinds.joined(separator: ", "))")
        }
    }

    func run() throws {
        let command = self
        try runCommand { loop in
            let connection = try await command.cache.connect(on: loop)
            try await connection.send("watch " + command.what.joined(separator: " "))
            let answer = try await connection.line()
            guard answer == "OK" else { throw connection.strange(answer) }
            if command.form == .json { Terminal.print("{\"lines\":[") }
            let count = command.count ?? .max
            for number in 0..<count {
                let line = try await connection.rawLine(timeout: nil)
                let separator = command.form == .json && number < count - 1 ? "," : ""
                Terminal.print(
                    command.form == .table
                        ? RecordWriter.oneLine(line) : Self.object(line) + separator)
            }
            if command.form == .json { Terminal.print("]}") }
        }
    }

    /// The members of a line `ts=1.2 gid=3 type=item_get key=a%20b`.
    static func object(_ line: String) -> String {
        let buffer = ByteBuffer()
        var json = JSONWriter(into: buffer)
        json.object { json in
            for word in line.split(separator: " ") {
                guard let equals = word.firstIndex(of: "=") else {
                    json.member("text", String(word))
                    continue
                }
                let value = word[word.index(after: equals)...]
                json.key(String(word[..<equals]))
                if word[..<equals] == "key" {
                    let decoded = PercentCoding.decode(Array(value.utf8).span)
                    json.value(decoded?.span.makeString() ?? String(value))
                } else if let number = Int(value) {
                    json.value(number)
                } else {
                    json.value(String(value))
                }
            }
        }
        return buffer.bytes.makeString()
    }
}
