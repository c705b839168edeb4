import ArgumentParser
import Base
import EventLoop
import HTTPProtocol
import SystemInterface

/// A line of `lru_crawler metadump`.
struct CacheKeyLine: Equatable {
    /// The key's bytes.
    var key: [UInt8]
    /// When it expires, in seconds since 1970; -1 for never.
    var expires = -1
    /// When it was last used, in seconds since 1970.
    var lastUsed = 0
    /// Its class, and how many bytes it takes, its head included.
    var slabClass = 0, byteCount = 0
    /// Whether it was read since it was stored.
    var wasFetched = false

    /// Reads a line; nil when it is none.
    init?(_ line: String) {
        var key: [UInt8]?
        for word in line.split(separator: " ") {
            guard let equals = word.firstIndex(of: "=") else { continue }
            let value = word[word.index(after: equals)...]
            switch word[..<equals] {
            case "key": key = PercentCoding.decode(Array(value.utf8).span)
            case "exp": self.expires = Int(value) ?? -1
            case "la": self.lastUsed = Int(value) ?? 0
            case "cls": self.slabClass = Int(value) ?? 0
            case "size": self.byteCount = Int(value) ?? 0
            case "fetch": self.wasFetched = value == "yes"
            default: break
            }
        }
        guard let key else { return nil }
        self.key = key
    }

    /// Whether the text protocol can name it.
    var isPlain: Bool {
        (1...CacheKey.byteCountMax).contains(self.key.count)
            && self.key.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }

    /// All keys of a cache, one after another.
    static func each(of connection: CacheConnection, _ take: (CacheKeyLine) -> Void) async throws {
        try await connection.send("lru_crawler metadump all")
        while true {
            let line = try await connection.line()
            if line == "END" { return }
            if line.hasPrefix("BUSY") {
                throw CommandFailure(
                    description: "\(connection.name): another dump goes on; try again later")
            }
            if let key = CacheKeyLine(line) { take(key) }
        }
    }
}

/// `ctl cache keys`: what a cache holds, a page at a time.
struct CacheKeysCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("key", "KEY", "the key"),
        .number("bytes", "SIZE", "how many bytes the item takes, its head included"),
        .number("expiresInSeconds", "EXPIRES", "in how many seconds it expires; null for never"),
        .number("idleSeconds", "IDLE", "how long it has not been used"),
        .number("slabClass", "CLASS", "its slab class"),
        .text("wasFetched", nil, "whether it was read since it was stored"),
    ]

    /// What keys are sorted by.
    enum Order: String, ExpressibleByArgument, CaseIterable, Sendable {
        /// The fields' heads.
        case key, size, expires, idle
    }

    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "The keys of a cache, a page at a time.",
        discussion: """
            Asks for all keys (lru_crawler metadump), so that none is missing. * and ? stand for \
            parts of a key.

            Examples:
              ctl cache keys
              ctl cache keys --match 'bak:*' --sort idle
              ctl cache keys --limit 20 --page 3
              ctl cache keys --limit 0 -o jsonl > keys

            \(RecordList.help("keys", Self.fields))
            """)

    @Option(help: ArgumentHelp("Keys like this one only.", valueName: "pattern")) var match: String?
    @Option(help: ArgumentHelp("So many on a page; 0 for all.", valueName: "count")) var limit = 100
    @Option(help: ArgumentHelp("Which page, from 1.", valueName: "number")) var page = 1
    @Option(
        help: "What they are sorted by: key, size (largest first), expires, idle (longest first).")
    var sort = Order.key
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard self.limit >= 0, self.page >= 1 else {
            throw ValidationError("--limit is from 0, --page from 1")
        }
    }

    func run() throws {
        let command = self
        try self.output.show { loop in
            let connection = try await command.cache.connect(on: loop)
            let pattern = command.match.map { NamePattern($0) }
            var found: [CacheKeyLine] = []
            try await CacheKeyLine.each(of: connection) { line in
                if pattern?.matches(line.key) ?? true { found.append(line) }
            }
            connection.close()
            return command.records(found)
        }
    }

    private func records(_ found: [CacheKeyLine]) -> RecordList {
        let now = Int(SystemClock.unixNanoseconds() / 1_000_000_000)
        var list = RecordList("keys", Self.fields)
        for line in found {
            list.add([
                .text(String(decoding: line.key, as: UTF8.self)), .bytes(line.byteCount),
                line.expires < 0 ? .none : .seconds(max(0, line.expires - now)),
                .seconds(max(0, now - line.lastUsed)), .number(line.slabClass),
                .flag(line.wasFetched),
            ])
        }
        switch self.sort {
        case .key: list.sort(by: "key")
        case .size: list.sort(by: "bytes", descending: true)
        case .expires: list.sort(by: "expiresInSeconds")
        case .idle: list.sort(by: "idleSeconds", descending: true)
        }
        guard self.limit > 0 else { return list }
        let start = (self.page - 1) * self.limit
        var shown = RecordList("keys", Self.fields)
        shown.emptyText = found.isEmpty ? "no keys" : "no more keys"
        for record in list.records.dropFirst(start).prefix(self.limit) { shown.add(record) }
        if start + shown.records.count < found.count {
            shown.notes.append(
                "\(shown.records.count) of \(found.count) keys; the next: --page \(self.page + 1)")
        }
        return shown
    }
}
