/// Keys that a cached of this machine tells of, page by page, and where the others begin.
struct CacheKeyPage {
    /// The most that one answer of the control socket has.
    private static let answerKeyCountMax = 1_000

    /// The keys.
    private(set) var keys: [CacheKeyLine] = []
    /// Where the next page begins; nil after the last one.
    private(set) var next: String?

    /// Asks for the keys from `cursor` on, until there are `limit` or a few more; 0 asks for all.
    ///
    /// - Throws: `CommandFailure` when the cache refuses or cannot be reached.
    init(_ client: ControlClient, match: String?, from cursor: UInt32, limit: Int) async throws {
        var next: String? = "\(cursor)"
        while let cursor = next, limit == 0 || self.keys.count < limit {
            let wanted = limit == 0 ? Self.answerKeyCountMax : limit - self.keys.count
            var query = [(name: "cursor", value: cursor)]
            query.append(("limit", "\(min(wanted, Self.answerKeyCountMax))"))
            if let match { query.append(("match", match)) }
            let report = try await client.send(
                "GET", Target.path("v1", "cache", "keys", query: query), as: CacheKeysReport.self)
            self.keys += report.keys.map { CacheKeyLine($0) }
            next = report.cursor
        }
        self.next = next
    }
}
