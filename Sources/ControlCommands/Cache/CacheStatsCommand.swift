import ArgumentParser
import EventLoop

/// `ctl cache stats [WHAT]`.
struct CacheStatsCommand: ParsableCommand {
    /// The most lines of one answer.
    private static let lineCountMax = 1_000_000

    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Print a cache's statistics.",
        discussion: """
            Examples:
              ctl cache stats
              ctl cache stats slabs
              ctl cache stats settings --server 127.0.0.1:11212
            """)

    @Argument(help: "What: settings, items, slabs, sizes; nothing for the general ones.")
    var what: CacheKey?
    @OptionGroup var cache: CacheOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let connection = try await command.cache.connect(on: loop)
            try await connection.send(command.what.map { "stats \($0.text)" } ?? "stats")
            var table = TextTable(["NAME", "VALUE"])
            for _ in 0..<Self.lineCountMax {
                let words = try await connection.line().split(
                    separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
                if words.first == "END" { break }
                guard words.first == "STAT", words.count >= 2 else { break }
                table.add([String(words[1]), words.count > 2 ? String(words[2]) : ""])
            }
            for line in table.lines() { Terminal.print(line) }
        }
    }
}
