import ArgumentParser
import EventLoop

/// `ctl cache meta COMMAND…`: one command of the meta protocol, as it is.
struct CacheMetaCommand: ParsableCommand {
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

            Exit status 1 when the cache answers EN, NF, NS or EX.
            """)

    @Argument(help: "The command, its key and its flags.") var words: [String]
    @Option(
        help: ArgumentHelp("The value for ms; - reads it from standard input.", valueName: "value"))
    var data: String?
    @OptionGroup var cache: CacheOptions

    func validate() throws {
        let known = ["mg", "ms", "md", "ma", "me", "mn"]
        guard let first = self.words.first, known.contains(first) else {
            throw ValidationError("a meta command is one of \(known.joined(separator: ", "))")
        }
        if self.words.contains(where: { $0.utf8.contains { $0 <= 0x20 } }) {
            throw ValidationError("no word of a command has a blank in it")
        }
        if first == "ms", self.data == nil { throw ValidationError("ms needs --data") }
    }

    func run() throws {
        let command = self
        let data = try self.data.map { $0 == "-" ? try StandardInput.readAll() : Array($0.utf8) }
        try runCommand { loop in
            let connection = try await command.cache.connect(on: loop)
            var words = command.words
            if let data, words.count >= 2 { words.insert("\(data.count)", at: 2) }
            try await connection.send(words.joined(separator: " "), data: data)
            let line = try await connection.line()
            Terminal.print(line)
            let parts = line.split(separator: " ")
            if parts.first == "VA", parts.count > 1, let count = Int(parts[1]) {
                Terminal.write(try await connection.data(count))
                Terminal.print("")
            }
            let refusals: [Substring] = ["EN", "NF", "NS", "EX"]
            if let word = parts.first, refusals.contains(word) { throw ExitCode(1) }
        }
    }
}
