import ArgumentParser
import EventLoop

/// `ctl cache delete KEY`.
struct CacheDeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a key.",
        discussion: """
            Examples:
              ctl cache delete greeting

            Exit status 1 when there is no such key.
            """)

    @Argument(help: "The key.") var key: CacheKey
    @OptionGroup var cache: CacheOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let connection = try await command.cache.connect(on: loop)
            try await connection.send("delete \(command.key.text)")
            guard try await connection.line() == "DELETED" else {
                throw CommandFailure(description: "\(command.key.text): no such key")
            }
        }
    }
}
