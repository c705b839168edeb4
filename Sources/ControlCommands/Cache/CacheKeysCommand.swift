import ArgumentParser
import Base
import EventLoop
import SystemInterface

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

    /// What keys of the whole cache are sorted by.
    enum Order: String, ExpressibleByArgument, CaseIterable, Sendable {
        /// The fields' heads.
        case key, size, expires, idle
    }

    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "The keys of a cache, a page at a time.",
        discussion: """
            * and ? stand for parts of a key. A cached of this machine is asked for one page on \
            its control socket, however many keys it has; the answer ends with the cursor of the \
            next page, which -o json has as its member "cursor", null after the last one, and \
            which is said on standard error with jsonl and csv. A key that is there all the time \
            is on one page; pages follow the cache's own order, and may have a few keys more than \
            asked.

            With --sort or --page, of another cache, or without the right to the control socket, \
            all keys are asked for (lru_crawler metadump), and sorted.

            Examples:
              ctl cache keys
              ctl cache keys --match 'user:*' --limit 20
              ctl cache keys --cursor 2147483648
              ctl cache keys --match 'bak:*' --sort idle
              ctl cache keys --limit 20 --page 3 --server 10.0.0.5:11211
              ctl cache keys --limit 0 -o jsonl > keys

            \(RecordList.help("keys", Self.fields))
            """)

    @Option(
        help: ArgumentHelp(
            "Keys like this one only: * is any text, ? any byte, \\* the star itself.",
            valueName: "pattern"))
    var match: String?
    @Option(help: ArgumentHelp("So many on a page; 0 for all.", valueName: "count")) var limit = 100
    @Option(help: ArgumentHelp("The page that begins there.", valueName: "cursor"))
    var cursor: UInt32?
    @Option(help: ArgumentHelp("Which page of all keys, from 1.", valueName: "number"))
    var page: Int?
    @Option(help: "Sort all keys by key, size (largest first), expires, idle (longest first).")
    var sort: Order?
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard self.limit >= 0, self.page ?? 1 >= 1 else {
            throw ValidationError("--limit is from 0, --page from 1")
        }
        if self.cursor != nil, self.page != nil || self.sort != nil {
            throw ValidationError("--cursor is for pages in the cache's own order, without --page")
        }
    }

    func run() throws {
        let command = self
        try self.output.show { loop in
            if command.page == nil, command.sort == nil,
                let page = try await command.pageByCursor(on: loop)
            {
                return page
            }
            let connection = try await command.cache.connect(on: loop)
            let pattern = command.match.map { NamePattern($0) }
            var found: [CacheKeyLine] = []
            try await CacheKeyLine.each(of: connection) { line in
                if pattern?.matches(line.key) ?? true { found.append(line) }
            }
            connection.close()
            return command.records(ofAll: found)
        }
    }

    /// A page as the control socket gives it; nil where there is none, or no right to it.
    private func pageByCursor(on loop: Loop) async throws -> RecordList? {
        do {
            let client: ControlClient
            if self.cursor != nil {
                client = try await self.cache.control(on: loop)
            } else if let pager = await self.cache.pager(on: loop) {
                client = pager
            } else {
                return nil
            }
            let page = try await CacheKeyPage(
                client, match: self.match, from: self.cursor ?? 0, limit: self.limit)
            var list = Self.records(page.keys)
            list.sort(by: "key")
            list.emptyText = page.next == nil ? "no keys" : "no keys up to here"
            list.members = [("cursor", page.next.map { .text($0) } ?? .none)]
            if let next = page.next { list.continuation = "there are more keys: --cursor \(next)" }
            return list
        } catch let failure as CommandFailure
            where failure.kind == .forbidden && self.cursor == nil
        {
            return nil
        }
    }

    private static func records(_ found: [CacheKeyLine]) -> RecordList {
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
        return list
    }

    private func records(ofAll found: [CacheKeyLine]) -> RecordList {
        var list = Self.records(found)
        switch self.sort ?? .key {
        case .key: list.sort(by: "key")
        case .size: list.sort(by: "bytes", descending: true)
        case .expires: list.sort(by: "expiresInSeconds")
        case .idle: list.sort(by: "idleSeconds", descending: true)
        }
        guard self.limit > 0 else { return list }
        let page = self.page ?? 1
        let start = (page - 1) * self.limit
        var shown = RecordList("keys", Self.fields)
        shown.emptyText = found.isEmpty ? "no keys" : "no more keys"
        for record in list.records.dropFirst(start).prefix(self.limit) { shown.add(record) }
        if start + shown.records.count < found.count {
            shown.notes.append(
                "\(shown.records.count) of \(found.count) keys; the next: --page \(page + 1)")
        }
        return shown
    }
}
