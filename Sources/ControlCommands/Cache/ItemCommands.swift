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
              ctl cache get --server unix:/run/holdfast/data/cached.sock greeting > file
              ctl cache get greeting -o json

            Exit status 1 when there is no such key.

            \(RecordList.help("items", CacheGetsCommand.fields))
            """)

    @Argument(help: "The key: 1 to 250 bytes, no spaces.") var key: CacheKey
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        if self.output.form != .table {
            return try self.output.show { loop in
                try await CacheGetsCommand.items([command.key], command.cache, on: loop)
            }
        }
        try runCommand { loop in
            _ = try await command.output.repeated(
                { loop in
                    try await command.show(on: loop)
                    return true
                }, on: loop)
        }
    }

    private func show(on loop: Loop) async throws {
        let connection = try await self.cache.connect(on: loop)
        try await connection.send("get \(self.key.text)")
        guard let item = try await connection.item() else {
            throw CommandFailure(description: "\(self.key.text): no such key")
        }
        Terminal.write(item.value)
        if Terminal.isTerminal { Terminal.print("") }
    }
}

/// `ctl cache gets KEY…`: items with what belongs to them.
struct CacheGetsCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("key", "KEY", "the key"),
        .number("flags", "FLAGS", "the item's 32 bits"),
        .number("bytes", "SIZE", "how many bytes the value has"),
        .number("cas", "CAS", "its number, for ctl cache cas"),
        .text("value", "VALUE", "the value as text"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "gets",
        abstract: "Items with their flags and CAS numbers.",
        discussion: """
            Examples:
              ctl cache gets greeting other
              ctl cache gets greeting -o json

            Exit status 1 when none of the keys is there.

            \(RecordList.help("items", Self.fields))
            """)

    @Argument(help: "The keys: 1 to 250 bytes each, no spaces.") var keys: [CacheKey]
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try self.output.show { loop in
            try await Self.items(command.keys, command.cache, on: loop)
        }
    }

    /// The items of keys that are there.
    static func items(
        _ keys: [CacheKey], _ cache: CacheOptions, on loop: Loop
    ) async throws -> RecordList {
        let connection = try await cache.connect(on: loop)
        try await connection.send("gets " + keys.map(\.text).joined(separator: " "))
        var list = RecordList("items", Self.fields)
        while let item = try await connection.item() {
            list.add([
                .text(item.key), .number(Int(item.flags)), .bytes(item.value.count),
                .number(Int(clamping: item.cas)),
                .text(String(decoding: item.value, as: UTF8.self)),
            ])
        }
        if list.records.isEmpty { throw CommandFailure(description: "no such key") }
        return list
    }
}

/// `ctl cache delete KEY…`.
struct CacheDeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete keys.",
        discussion: """
            Examples:
              ctl cache delete greeting

            Exit status 1 when one of them is not there; the others are deleted.

            \(DoneOptions.help)
            """)

    @Argument(help: "The keys: 1 to 250 bytes each, no spaces.") var keys: [CacheKey]
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: DoneOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let connection = try await command.cache.connect(on: loop)
            let done = command.output.begin()
            defer { done.end() }
            var missing: [String] = []
            for key in command.keys {
                try await connection.send("delete \(key.text)")
                let isDeleted = try await connection.line() == "DELETED"
                done.add(key.text, isDeleted ? "deleted" : "no such key")
                if !isDeleted { missing.append(key.text) }
            }
            if !missing.isEmpty {
                throw CommandFailure(
                    description: "\(missing.joined(separator: ", ")): no such key")
            }
        }
    }
}

/// `ctl cache touch KEY SECONDS`.
struct CacheTouchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "touch",
        abstract: "Give an item another time to live.",
        discussion: """
            Examples:
              ctl cache touch greeting 3600
              ctl cache touch greeting 0          it never expires

            Exit status 1 when there is no such key.

            \(DoneOptions.help)
            """)

    @Argument(help: "The key: 1 to 250 bytes, no spaces.") var key: CacheKey
    @Argument(help: "Seconds from now; 0 for never, above 30 days a Unix time.") var expires: Int
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: DoneOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let connection = try await command.cache.connect(on: loop)
            try await connection.send("touch \(command.key.text) \(command.expires)")
            guard try await connection.line() == "TOUCHED" else {
                throw CommandFailure(description: "\(command.key.text): no such key")
            }
            command.output.tell(command.key.text, "touched")
        }
    }
}

/// `incr` or `decr`.
protocol CountVerb: Sendable {
    /// The word of the protocol.
    static var word: String { get }
    /// What it does, in the help.
    static var abstract: String { get }
}

/// `ctl cache incr`.
enum IncrementVerb: CountVerb {
    static let word = "incr"
    static let abstract = "Add to a number that is stored as text."
}

/// `ctl cache decr`.
enum DecrementVerb: CountVerb {
    static let word = "decr"
    static let abstract = "Subtract from a number that is stored as text; it stops at 0."
}

/// `ctl cache incr|decr KEY [N]`: prints the new number.
struct CountCommand<Verb: CountVerb>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Verb.word,
            abstract: Verb.abstract,
            discussion: """
                Examples:
                  ctl cache \(Verb.word) visits
                  ctl cache \(Verb.word) visits 10

                Exit status 1 when there is no such key, or it is no number.

                \(DoneOptions.help)
                """)
    }

    @Argument(help: "The key: 1 to 250 bytes, no spaces.") var key: CacheKey
    @Argument(help: "How much.") var amount: UInt64 = 1
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: DoneOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let connection = try await command.cache.connect(on: loop)
            try await connection.send("\(Verb.word) \(command.key.text) \(command.amount)")
            let answer = try await connection.line()
            guard answer != "NOT_FOUND" else {
                throw CommandFailure(description: "\(command.key.text): no such key")
            }
            command.output.tell(command.key.text, answer, answer)
        }
    }
}
