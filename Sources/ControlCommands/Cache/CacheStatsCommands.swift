import ArgumentParser
import Base
import EventLoop

/// Names and values of `stats`.
enum StatisticPairs {
    static let fields: [RecordList.Field] = [
        .text("name", "NAME", "the statistic's name, as memcached has it"),
        .text("value", "VALUE", "its value"),
    ]

    /// Pairs as records.
    static func records(_ pairs: [(name: String, value: String)]) -> RecordList {
        var list = RecordList("stats", Self.fields)
        for (name, value) in pairs {
            list.add([.text(name), Int(value).map { .number($0) } ?? .text(value)])
        }
        return list
    }
}

/// `ctl cache stats [WHAT]`.
struct CacheStatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Print a cache's statistics.",
        discussion: """
            Examples:
              ctl cache stats
              ctl cache stats items
              ctl cache stats --match '*hits' --watch 1

            \(RecordList.help("stats", StatisticPairs.fields))
            """)

    @Argument(help: "What: settings, items, slabs, sizes, conns; nothing for the general ones.")
    var what: CacheKey?
    @Option(help: ArgumentHelp("Statistics like this one only.", valueName: "pattern"))
    var match: String?
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        let pattern = NamePattern(self.match ?? "*")
        try self.output.show { loop in
            let connection = try await command.cache.connect(on: loop)
            let pairs = try await connection.statistics(command.what?.text ?? "")
            connection.close()
            return StatisticPairs.records(pairs.filter { pattern.matches($0.name) })
        }
    }
}

/// `ctl cache settings`.
struct CacheSettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "The settings that a cache runs with.",
        discussion: """
            Examples:
              ctl cache settings
              ctl cache settings -o json --server n2

            \(RecordList.help("stats", StatisticPairs.fields))
            """)

    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try self.output.show { loop in
            let connection = try await command.cache.connect(on: loop)
            return StatisticPairs.records(try await connection.statistics("settings"))
        }
    }
}

/// `ctl cache sizes`.
struct CacheSizesCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .number("bytes", "SIZE", "sizes up to this one"),
        .number("count", "ITEMS", "how many items have it"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "sizes",
        abstract: "How many items have which size.",
        discussion: """
            A cache counts sizes when it was started with -o track_sizes; of others the sizes of \
            the keys' lines are taken, which needs a walk through all items.

            Examples:
              ctl cache sizes

            \(RecordList.help("sizes", Self.fields))
            """)

    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: OutputOptions
    /// Sizes are counted in steps of so many bytes, as memcached does.
    private static let step = 32

    func run() throws {
        let command = self
        try self.output.show { loop in
            let connection = try await command.cache.connect(on: loop)
            var counts: [Int: Int] = [:]
            for (name, value) in try await connection.statistics("sizes") {
                if let size = Int(name), let count = Int(value) { counts[size] = count }
            }
            if counts.isEmpty {
                try await CacheKeyLine.each(of: connection) { line in
                    let size = (line.byteCount + Self.step - 1) / Self.step * Self.step
                    counts[size, default: 0] += 1
                }
            }
            var list = RecordList("sizes", Self.fields)
            list.emptyText = "no items"
            for (size, count) in counts.sorted(by: { $0.key < $1.key }) {
                list.add([.bytes(size), .number(count)])
            }
            return list
        }
    }
}

/// `ctl cache conns`.
struct CacheConnectionsCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .number("descriptor", "FD", "its number in the cache"),
        .text("peer", "PEER", "who is there; of a listener where it listens"),
        .text("listener", "VIA", "the listener it came by"),
        .text("state", "STATE", "what it does, in memcached's words"),
        .number("idleSeconds", "IDLE", "since its last command"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "conns",
        abstract: "The connections of a cache.",
        discussion: """
            Examples:
              ctl cache conns
              ctl cache conns --watch 1

            \(RecordList.help("connections", Self.fields))
            """)

    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try self.output.show { loop in
            let connection = try await command.cache.connect(on: loop)
            return Self.records(try await connection.statistics("conns"))
        }
    }

    static func records(_ pairs: [(name: String, value: String)]) -> RecordList {
        var order: [Int] = []
        var entries: [Int: [String: String]] = [:]
        for (name, value) in pairs {
            let parts = name.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let number = Int(parts[0]) else { continue }
            if entries[number] == nil { order.append(number) }
            entries[number, default: [:]][String(parts[1])] = value
        }
        var list = RecordList("connections", Self.fields)
        for number in order {
            let entry = entries[number] ?? [:]
            let idle = entry["secs_since_last_cmd"].flatMap { Int($0) }
            list.add([
                .number(number), .text(entry["addr"] ?? ""), .text(entry["listen_addr"] ?? ""),
                .text(entry["state"] ?? ""), idle.map { .seconds($0) } ?? .none,
            ])
        }
        return list
    }
}
