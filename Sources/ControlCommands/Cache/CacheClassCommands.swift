import ArgumentParser
import EventLoop

/// The numbers of `stats slabs` and `stats items` by class.
struct CacheClasses {
    private var values: [Int: [String: Int]] = [:]

    /// Takes the pairs; those that belong to no class are left out.
    init(slabs: [(name: String, value: String)], items: [(name: String, value: String)]) {
        for (name, value) in slabs {
            let parts = name.split(separator: ":")
            if parts.count == 2, let number = Int(parts[0]) {
                self.values[number, default: [:]][String(parts[1])] = Int(value)
            }
        }
        for (name, value) in items {
            let parts = name.split(separator: ":")
            if parts.count == 3, let number = Int(parts[1]) {
                self.values[number, default: [:]]["items:\(parts[2])"] = Int(value)
            }
        }
    }

    /// The classes, smallest first.
    var numbers: [Int] { self.values.keys.sorted() }

    /// A class's number of `stats slabs`, or of `stats items` with `items:` before its name.
    func value(_ number: Int, _ name: String) -> Int { self.values[number]?[name] ?? 0 }

    /// Asks a cache.
    static func read(_ connection: CacheConnection) async throws -> CacheClasses {
        let slabs = try await connection.statistics("slabs")
        return CacheClasses(slabs: slabs, items: try await connection.statistics("items"))
    }
}

/// `ctl cache slabs`: what memory went where.
struct CacheSlabsCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .number("class", "CLASS", "the class's number"),
        .number("chunkBytes", "CHUNK", "the largest item of it"),
        .number("pages", "PAGES", "pages it has"),
        .number("usedChunks", "USED", "chunks in use"),
        .number("totalChunks", "TOTAL", "chunks it has"),
        .number("usedPercent", "USED%", "how much of it is in use"),
        .number("requestedBytes", "ITEMS", "what its items need"),
        .number("wastedBytes", "WASTED", "what its used chunks have beyond that"),
        .number("getHits", nil, "hits in it"),
        .number("sets", nil, "items stored in it"),
        .number("evicted", "EVICTED", "items that gave way to others"),
        .number("outOfMemory", nil, "items that found no room"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "slabs",
        abstract: "The slab classes: chunks, pages, what is used and wasted.",
        discussion: """
            Examples:
              ctl cache slabs

            \(RecordList.help("slabs", Self.fields))
            """)

    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try self.output.show { loop in
            let connection = try await command.cache.connect(on: loop)
            return Self.records(try await CacheClasses.read(connection))
        }
    }

    static func records(_ classes: CacheClasses) -> RecordList {
        var list = RecordList("slabs", Self.fields)
        list.emptyText = "no items"
        for number in classes.numbers {
            func value(_ name: String) -> Int { classes.value(number, name) }
            let used = value("used_chunks"), total = value("total_chunks")
            let requested = value("items:mem_requested")
            list.add([
                .number(number), .bytes(value("chunk_size")), .number(value("total_pages")),
                .number(used), .number(total), .number(total > 0 ? used * 100 / total : 0),
                .bytes(requested), .bytes(max(0, used * value("chunk_size") - requested)),
                .number(value("get_hits")), .number(value("cmd_set")),
                .number(value("items:evicted")), .number(value("items:outofmemory")),
            ])
        }
        return list
    }
}

/// `ctl cache items`: how old items get.
struct CacheItemsCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .number("class", "CLASS", "the class's number"),
        .number("items", "ITEMS", "how many items it has"),
        .number("hot", "HOT", "of them new or often used"),
        .number("warm", "WARM", "of them used again"),
        .number("cold", "COLD", "of them the next to give way"),
        .number("ageSeconds", "AGE", "how old the oldest is"),
        .number("evicted", "EVICTED", "items that gave way to others"),
        .number("evictedUnfetched", "UNREAD", "of them never read"),
        .number("evictedAgeSeconds", "LAST", "how long the last of them had not been used"),
        .number("expiredUnfetched", nil, "items that expired and were never read"),
        .number("reclaimed", nil, "items that used the place of an expired one"),
        .number("outOfMemory", nil, "items that found no room"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "items",
        abstract: "The items by class: how old they get, what was evicted.",
        discussion: """
            Examples:
              ctl cache items
              ctl cache items --watch 2

            \(RecordList.help("items", Self.fields))
            """)

    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try self.output.show { loop in
            let connection = try await command.cache.connect(on: loop)
            return Self.records(try await CacheClasses.read(connection))
        }
    }

    static func records(_ classes: CacheClasses) -> RecordList {
        var list = RecordList("items", Self.fields)
        list.emptyText = "no items"
        for number in classes.numbers {
            func value(_ name: String) -> Int { classes.value(number, "items:" + name) }
            list.add([
                .number(number), .number(value("number")), .number(value("number_hot")),
                .number(value("number_warm")), .number(value("number_cold")),
                .seconds(value("age")), .number(value("evicted")),
                .number(value("evicted_unfetched")), .seconds(value("evicted_time")),
                .number(value("expired_unfetched")), .number(value("reclaimed")),
                .number(value("outofmemory")),
            ])
        }
        return list
    }
}
