import ArgumentParser
import EventLoop
import SystemInterface

/// `ctl cache set KEY VALUE`.
struct CacheSetCommand: ParsableCommand {
    /// The largest value that is read from standard input, in bytes.
    private static let valueBytesMax = 1 << 30

    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Store a value.",
        discussion: """
            Examples:
              ctl cache set greeting "hello world"
              ctl cache set --expires 60 greeting - < file
            """)

    @Argument(help: "The key.") var key: CacheKey
    @Argument(help: "The value; - reads it from standard input.") var value: String
    @Option(help: ArgumentHelp("The item's 32 flag bits.", valueName: "number"))
    var flags: UInt32 = 0
    @Option(
        help: ArgumentHelp(
            "Seconds until it expires; 0 for never, above 30 days a Unix time.",
            valueName: "seconds"))
    var expires = 0
    @OptionGroup var cache: CacheOptions

    func run() throws {
        let command = self
        let value =
            self.value == "-" ? try Self.readStandardInput() : Array(self.value.utf8)
        try runCommand { loop in
            let connection = try await command.cache.connect(on: loop)
            let line = "set \(command.key.text) \(command.flags) \(command.expires) \(value.count)"
            try await connection.send(line, data: value)
            let answer = try await connection.line()
            guard answer == "STORED" else {
                throw CommandFailure(description: "\(command.key.text): \(answer)")
            }
        }
    }

    private static func readStandardInput() throws -> [UInt8] {
        do {
            return try Files.read("/dev/stdin", limit: Self.valueBytesMax)
        } catch {
            throw CommandFailure(description: "standard input cannot be read: \(error)")
        }
    }
}
