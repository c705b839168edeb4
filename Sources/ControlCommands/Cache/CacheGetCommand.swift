import ArgumentParser
import EventLoop

/// `ctl cache get KEY`: the value as it is stored.
struct CacheGetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print a value as it is stored.",
        discussion: """
            Examples:
              ctl cache get greeting
              ctl cache get --server unix:/run/holdfast/cache greeting > file

            Exit status 1 when there is no such key.
            """)

    @Argument(help: "The key.") var key: CacheKey
    @OptionGroup var cache: CacheOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let connection = try await command.cache.connect(on: loop)
            try await connection.send("get \(command.key.text)")
            let answer = try await connection.line()
            let words = answer.split(separator: " ")
            guard words.count >= 4, words[0] == "VALUE", let count = Int(words[3]) else {
                throw CommandFailure(description: "\(command.key.text): no such key")
            }
            Terminal.write(try await connection.data(count))
            if Terminal.isTerminal { Terminal.print("") }
        }
    }
}
