import ArgumentParser
import EventLoop
import SystemInterface

/// One of the words that store.
protocol StoreVerb: Sendable {
    /// The word of the protocol.
    static var word: String { get }
    /// What it does, in the help.
    static var abstract: String { get }
    /// Whether it wants a CAS number.
    static var wantsCAS: Bool { get }
}

extension StoreVerb {
    static var wantsCAS: Bool { false }
}

/// `ctl cache set`.
enum SetVerb: StoreVerb {
    static let word = "set"
    static let abstract = "Store a value."
}

/// `ctl cache add`.
enum AddVerb: StoreVerb {
    static let word = "add"
    static let abstract = "Store a value unless the key is there."
}

/// `ctl cache replace`.
enum ReplaceVerb: StoreVerb {
    static let word = "replace"
    static let abstract = "Store a value if the key is there."
}

/// `ctl cache append`.
enum AppendVerb: StoreVerb {
    static let word = "append"
    static let abstract = "Add to the end of a value; flags and time stay."
}

/// `ctl cache prepend`.
enum PrependVerb: StoreVerb {
    static let word = "prepend"
    static let abstract = "Add to the beginning of a value; flags and time stay."
}

/// `ctl cache cas`.
enum CASVerb: StoreVerb {
    static let word = "cas"
    static let abstract = "Store a value if the item is still the one that gets told of."
    static let wantsCAS = true
}

/// `ctl cache set|add|replace|append|prepend|cas KEY VALUE`.
struct StoreCommand<Verb: StoreVerb>: ParsableCommand {
    static var configuration: CommandConfiguration {
        let option = Verb.wantsCAS ? " --cas 7" : ""
        return CommandConfiguration(
            commandName: Verb.word,
            abstract: Verb.abstract,
            discussion: """
                Examples:
                  ctl cache \(Verb.word)\(option) greeting "hello world"
                  ctl cache \(Verb.word)\(option) --expires 60 greeting - < file

                Exit status 1 when it is not stored.

                \(DoneOptions.help)
                """)
    }

    @Argument(help: "The key: 1 to 250 bytes, no spaces.") var key: CacheKey
    @Argument(help: "The value; - reads it from standard input.") var value: String
    @Option(help: ArgumentHelp("The item's 32 flag bits.", valueName: "number"))
    var flags: UInt32 = 0
    @Option(
        help: ArgumentHelp(
            "Seconds until it expires; 0 for never, above 30 days a Unix time.",
            valueName: "seconds"))
    var expires = 0
    @Option(
        help: ArgumentHelp(
            "The CAS number that gets told.", valueName: "number",
            visibility: Verb.wantsCAS ? .default : .private))
    var cas: UInt64?
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: DoneOptions

    func validate() throws {
        if Verb.wantsCAS != (self.cas != nil) {
            throw ValidationError(
                Verb.wantsCAS ? "--cas NUMBER is needed" : "--cas is for ctl cache cas")
        }
    }

    func run() throws {
        let command = self
        let value = self.value == "-" ? try StandardInput.readAll() : Array(self.value.utf8)
        try runCommand { loop in
            let connection = try await command.cache.connect(on: loop)
            let cas = command.cas.map { " \($0)" } ?? ""
            let line =
                "\(Verb.word) \(command.key.text) \(command.flags) \(command.expires) "
                + "\(value.count)\(cas)"
            try await connection.send(line, data: value)
            let answer = try await connection.line()
            guard answer == "STORED" else {
                throw CommandFailure(description: "\(command.key.text): \(Self.why(answer))")
            }
            command.output.tell(command.key.text, "stored")
        }
    }

    private static func why(_ answer: String) -> String {
        switch answer {
        case "NOT_STORED": Verb.word == AddVerb.word ? "the key is there" : "no such key"
        case "EXISTS": "it was changed meanwhile"
        case "NOT_FOUND": "no such key"
        default: answer
        }
    }
}

/// What another program sends.
enum StandardInput {
    /// The largest value that is read from standard input, in bytes.
    private static let valueBytesMax = 1 << 30

    /// All of it.
    static func readAll() throws -> [UInt8] {
        do {
            return try Files.read("/dev/stdin", limit: Self.valueBytesMax)
        } catch {
            Terminal.printError("ctl: standard input cannot be read: \(error)")
            throw ExitCode(1)
        }
    }
}
