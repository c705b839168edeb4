import ArgumentParser
import EventLoop

/// `ctl cache meta COMMAND…`: one command of the meta protocol, as it is.
struct CacheMetaCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("answer", "ANSWER", "what the cache says: HD, VA, EN, NF, NS, EX, ME or MN"),
        .text("flags", "FLAGS", "the flags behind it, an object by their letters; of me by name"),
        .text("value", "VALUE", "the value as text; null when none came"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "meta",
        abstract: "One meta command as it is: mg, ms, md, ma, me, mn.",
        discussion: """
            The length that ms wants is put in where --data is given. Prints the answer, and \
            a value below it.

            Examples:
              ctl cache meta mg greeting v t f s
              ctl cache meta ms greeting T60 --data hello
              ctl cache meta ma visits N0 J1 v
              ctl cache meta me greeting
              ctl cache meta mg greeting v t -o json

            Exit status 1 when the cache answers EN, NF, NS or EX. --watch is for mg, me and mn.

            \(RecordList.help("answers", Self.fields))
            """)

    @Argument(help: "The command, its key and its flags.") var words: [String]
    @Option(
        help: ArgumentHelp("The value for ms; - reads it from standard input.", valueName: "value"))
    var data: String?
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let known = ["mg", "ms", "md", "ma", "me", "mn"]
        guard let first = self.words.first, known.contains(first) else {
            throw ValidationError("a meta command is one of \(known.joined(separator: ", "))")
        }
        if self.words.contains(where: { $0.utf8.contains { $0 <= 0x20 } }) {
            throw ValidationError("no word of a command has a blank in it")
        }
        if first == "ms", self.data == nil { throw ValidationError("ms needs --data") }
        if ["ms", "md", "ma"].contains(first), self.output.watch != nil {
            try Refusal.end("--watch", "\(first) does something, and does it once")
        }
    }

    func run() throws {
        let command = self
        let data = try self.data.map { $0 == "-" ? try StandardInput.readAll() : Array($0.utf8) }
        try runCommand { loop in
            let isYes = try await command.output.repeated(
                { loop in try await command.exchange(data, on: loop) }, on: loop)
            if !isYes { throw ExitCode(1) }
        }
    }

    private func exchange(_ data: [UInt8]?, on loop: Loop) async throws -> Bool {
        let connection = try await self.cache.connect(on: loop)
        defer { connection.close() }
        var words = self.words
        if let data, words.count >= 2 { words.insert("\(data.count)", at: 2) }
        try await connection.send(words.joined(separator: " "), data: data)
        let line = try await connection.line()
        let parts = line.split(separator: " ")
        var value: [UInt8]?
        if parts.first == "VA", parts.count > 1, let count = Int(parts[1]) {
            value = try await connection.data(count)
        }
        if self.output.form == .table {
            Terminal.print(line)
            if let value {
                Terminal.write(value)
                Terminal.print("")
            }
        } else {
            self.output.write(Self.record(line, value))
        }
        let refusals: [Substring] = ["EN", "NF", "NS", "EX"]
        return !(parts.first.map(refusals.contains) ?? false)
    }

    /// `HD f9 t60` or `ME key exp=60 la=0` as a record.
    static func record(_ line: String, _ value: [UInt8]?) -> RecordList {
        let words = line.split(separator: " ")
        let answer = words.first.map(String.init) ?? ""
        // Behind VA stands the value's length, behind ME the key.
        let flags = words.dropFirst(answer == "VA" || answer == "ME" ? 2 : 1)
        var list = RecordList("answers", Self.fields)
        list.add([
            .text(answer),
            .pairs(
                flags.map { flag in
                    if answer == "ME", let equals = flag.firstIndex(of: "=") {
                        return RecordValue.Pair(
                            name: String(flag[..<equals]),
                            value: String(flag[flag.index(after: equals)...]))
                    }
                    return RecordValue.Pair(
                        name: String(flag.prefix(1)), value: String(flag.dropFirst()))
                }),
            RecordValue(value.map { String(decoding: $0, as: UTF8.self) }),
        ])
        return list
    }
}
