import ArgumentParser
import EventLoop
import SystemInterface

/// `ctl cache hotkeys`: the keys that are asked for most.
struct CacheHotKeysCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("key", "KEY", "the key"),
        .number("percent", "PERCENT", "its share of all keys that are asked for"),
        .number("perSecond", "PER SECOND", "about so often it is asked for"),
        .number("sampled", nil, "how often it was among those looked at"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "hotkeys",
        abstract: "The keys of a cache that are asked for most.",
        discussion: """
            cached looks at one key in 256, always; this is of the last one to two minutes. Needs \
            root or the group holdfast, and a cached of this project.

            Examples:
              ctl cache hotkeys
              ctl cache hotkeys --limit 5 --watch 2

            \(RecordList.help("hotkeys", Self.fields))
            """)

    @Option(help: ArgumentHelp("So many at the most.", valueName: "count")) var limit = 20
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...128).contains(self.limit) else {
            throw ValidationError("--limit is from 1 to 128")
        }
    }

    func run() throws {
        let command = self
        try self.output.show { loop in
            let report = try await command.cache.control(on: loop).send(
                "GET", "/v1/cache/hotkeys?limit=\(command.limit)", as: CacheHotKeysReport.self)
            var list = RecordList("hotkeys", Self.fields)
            list.emptyText = "no key is hot"
            for key in report.keys {
                list.add([
                    .text(key.key), .decimal(key.share * 100), .decimal(key.perSecond),
                    .number(key.sampled),
                ])
            }
            list.notes = ["\(report.sampled) keys looked at in \(report.seconds) seconds"]
            return list
        }
    }
}

/// `ctl cache bigkeys`: the items that take most memory.
struct CacheBigKeysCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("key", "KEY", "the key"),
        .number("bytes", "SIZE", "how many bytes the item takes, its head included"),
        .number("valueBytes", nil, "how many bytes the value has"),
        .number("expiresInSeconds", "EXPIRES", "in how many seconds it expires; null for never"),
        .number("idleSeconds", "IDLE", "how long it has not been used"),
        .number("slabClass", "CLASS", "its slab class"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "bigkeys",
        abstract: "The items of a cache that take most memory.",
        discussion: """
            Goes through all items, ten million at the most. Needs root or the group holdfast, and \
            a cached of this project.

            Examples:
              ctl cache bigkeys
              ctl cache bigkeys --limit 100 -o csv

            \(RecordList.help("bigkeys", Self.fields))
            """)

    @Option(help: ArgumentHelp("So many at the most.", valueName: "count")) var limit = 20
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...1_000).contains(self.limit) else {
            throw ValidationError("--limit is from 1 to 1000")
        }
    }

    func run() throws {
        let command = self
        try self.output.show { loop in
            let report = try await command.cache.control(on: loop).send(
                "GET", "/v1/cache/bigkeys?limit=\(command.limit)", as: CacheBigKeysReport.self)
            let now = Int(SystemClock.unixNanoseconds() / 1_000_000_000)
            var list = RecordList("bigkeys", Self.fields)
            list.emptyText = "no keys"
            for item in report.keys {
                list.add([
                    .text(item.key), .bytes(item.itemBytes), .bytes(item.valueBytes),
                    item.expiresUnixSeconds.map { .seconds(max(0, $0 - now)) } ?? .none,
                    .seconds(max(0, now - item.lastUsedUnixSeconds)), .number(item.slabClass),
                ])
            }
            if !report.isComplete { list.notes = ["of \(report.examined) items; there are more"] }
            return list
        }
    }
}
