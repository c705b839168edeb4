/// Commands for who runs the server.
extension ComparisonTables {
    private static func each(_ lines: String...) -> [String] { lines.map { "\($0)\r\n" } }

    static let management: [String] =
        each(
            "lru", "lru x", "lru mode", "lru mode flat", "lru mode segmented", "lru mode x",
            "lru tune 10 20 0.2 2.0", "lru tune 10", "lru tune 60 60 0.2 2.0",
            "lru tune 10 20 0 2.0", "lru tune x 20 0.2 2.0", "lru temp_ttl", "lru temp_ttl 60",
            "lru temp_ttl -1", "lru temp_ttl x")
        + each(
            "lru_crawler", "lru_crawler x", "lru_crawler enable", "lru_crawler sleep",
            "lru_crawler sleep 100", "lru_crawler sleep 1000001", "lru_crawler sleep x",
            "lru_crawler tocrawl", "lru_crawler tocrawl 10", "lru_crawler tocrawl x",
            "lru_crawler crawl", "lru_crawler crawl x", "lru_crawler crawl 0",
            "lru_crawler crawl 64", "lru_crawler metadump", "lru_crawler metadump x",
            "lru_crawler mgdump", "lru_crawler mgdump x", "lru_crawler disable",
            "lru_crawler crawl x", "lru_crawler crawl 0", "lru_crawler crawl 1",
            "lru_crawler metadump 64", "lru_crawler enable")
        + each(
            "slabs", "slabs x", "slabs automove", "slabs automove 0", "slabs automove 1",
            "slabs automove 2", "slabs automove 3", "slabs automove x", "slabs automove ratio",
            "slabs automove ratio 0.5", "slabs automove ratio x", "slabs automove window 20",
            "slabs automove window x", "slabs reassign", "slabs reassign 1",
            "slabs reassign 1 1", "slabs reassign 1 99", "slabs reassign 1 5",
            "slabs reassign x 1", "slabs reassign -1 -1", "slabs reassign 0 0")
        + each(
            "cache_memlimit", "cache_memlimit 32", "cache_memlimit x", "cache_memlimit 7",
            "cache_memlimit 64 noreply", "verbosity 2", "verbosity 0")
        + each(
            "stats detail", "stats detail x", "stats detail on", "get a:1", "set a:1 0 0 1\r\n1",
            "get a:1", "get a:1 a:2 b", "delete a:1", "get nothing", "stats detail dump",
            "mg a:1 v", "ms a:1 1\r\n1", "md a:1",
            "set a:3 0 0 1\r\n123mn", "set a:4 0 0 2000000\r\n\(value(2_000_000))",
            "stats detail dump", "stats detail off", "get a:1", "stats detail dump",
            "stats cachedump", "stats cachedump 1", "stats cachedump x 1", "stats cachedump 1 x",
            "stats cachedump 99 1", "stats cachedump 300 1")
        + each(
            "stats extstore", "watch x", "get a\r\nwatch fetchers", "debugtime p",
            "refresh_certs", "refresh_certs noreply", "shutdown", "shutdown graceful", "misbehave")

    /// What 1.6.18 answers otherwise.
    static let newManagement: [String] = each(
        "lru_crawler disable", "lru_crawler mgdump 99", "lru_crawler enable",
        "stats cachedump 1 4294967296", "stats cachedump 4294967297 1")

    /// With `-o track_sizes`.
    static let sizesCounted: [String] = [
        "stats sizes\r\n", "set a 0 0 1\r\n1\r\n", "set b 0 0 300\r\n\(key(300))\r\n",
        "stats sizes\r\n", "delete a\r\nstats sizes\r\n",
        // One byte more each: the sizes at both sides of a step are among them.
        (0..<40).map { "set k\($0 + 10) 0 0 \($0)\r\n\(key($0))\r\n" }.joined(),
        "stats sizes\r\n",
    ]

    /// With `-F`, `-X`, `-W`, `-C`.
    static let forbidden: [String] = each(
        "flush_all", "flush_all noreply", "stats cachedump 1 1", "stats detail on",
        "stats detail dump", "lru_crawler metadump all", "lru_crawler mgdump all", "watch",
        "watch fetchers", "watch x", "ms e 1 E77 c\r\n2", "mg e c", "ma m N0 E5 c", "ma m c",
        "set a 0 0 1\r\n1", "gets a", "cas a 0 0 1 5\r\n2", "mg a c v")

    /// Each on a server of its own kind: what dumps and ends.
    static let dumps: [String] = each(
        "set dumped 0 0 1\r\n1", "lru_crawler mgdump all", "stats cachedump 1 0",
        "stats cachedump 1 1", "stats cachedump 2 0")
}
