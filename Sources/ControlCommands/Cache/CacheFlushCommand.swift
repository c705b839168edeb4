import ArgumentParser
import EventLoop

/// `ctl cache flush --confirm`.
struct CacheFlushCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flush",
        abstract: "Make all items of a cache invalid. Needs --confirm.",
        discussion: """
            Examples:
              ctl cache flush --confirm
              ctl cache flush --confirm --after 60      in a minute

            Without --confirm nothing is done, and the exit status is 64.
            """)

    @Flag(help: "Yes, all of it.") var confirm = false
    @Option(help: ArgumentHelp("In so many seconds.", valueName: "seconds")) var after = 0
    @OptionGroup var cache: CacheOptions

    func validate() throws {
        guard self.confirm else {
            throw ValidationError("this makes all items invalid; say --confirm to do it")
        }
    }

    func run() throws {
        let command = self
        try runCommand { loop in
            let connection = try await command.cache.connect(on: loop)
            try await connection.send(
                command.after > 0 ? "flush_all \(command.after)" : "flush_all")
            let answer = try await connection.line()
            guard answer == "OK" else { throw connection.strange(answer) }
            Terminal.print("\(connection.name): flushed")
        }
    }
}
