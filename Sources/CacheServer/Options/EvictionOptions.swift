/// The order in which items go, and who looks for the expired ones: `-o lru_…` and its kin.
///
/// cached's own order needs none of these numbers; they are taken, checked and shown, so that a
/// memcached's configuration works as it stands (Docs/compatibility.md).
package struct EvictionOptions: Sendable {
    /// The crawler: whether it runs, microseconds between items, items a run.
    package var hasCrawler = true, crawlerSleep = 100, crawlerItemCountMax = 0
    /// Whether the maintainer runs, and whether it keeps hot, warm and cold apart.
    package var hasMaintainer = true, isSegmented = true
    /// The shares of hot and warm items in percent, and the ages that they may reach as shares of
    /// the cold ones' age.
    package var hotPercent = 20, warmPercent = 40, hotMaxFactor = 0.2, warmMaxFactor = 2.0
    /// Whether items with a short time to live are kept apart, and what is short, in seconds.
    package var hasTemporary = false, temporarySeconds = 61

    /// The defaults.
    package init() {}

    mutating func take(_ name: String, _ value: OptionValue) throws(OptionProblem) -> Bool {
        switch name {
        case "lru_crawler": self.hasCrawler = true
        case "no_lru_crawler": self.hasCrawler = false
        case "lru_crawler_sleep":
            self.crawlerSleep = try value.number(0...1_000_000, "microseconds")
        case "lru_crawler_tocrawl":
            self.crawlerItemCountMax = try value.number(0...Int(UInt32.max), "items")
        case "lru_maintainer":
            self.hasMaintainer = true
            self.isSegmented = true
        case "no_lru_maintainer":
            self.hasMaintainer = false
            self.isSegmented = false
        case "hot_lru_pct": self.hotPercent = try value.number(1...79, "percent")
        case "warm_lru_pct": self.warmPercent = try value.number(1...79, "percent")
        case "hot_max_factor":
            self.hotMaxFactor = try value.fraction("greater than 0") { $0 > 0 }
        case "warm_max_factor":
            self.warmMaxFactor = try value.fraction("greater than 0") { $0 > 0 }
        case "temporary_ttl":
            self.temporarySeconds = try value.number(0...Int(Int32.max), "seconds")
            self.hasTemporary = true
        default: return false
        }
        return true
    }

    mutating func becomeOldFashioned() {
        self.isSegmented = false
        self.hasCrawler = false
        self.hasMaintainer = false
    }

    func check() throws(OptionProblem) {
        if self.hotPercent + self.warmPercent > 80 {
            throw OptionProblem(
                description: "-o: hot_lru_pct and warm_lru_pct are 80 together at the most",
                exitStatus: .usage)
        }
        if self.hasTemporary, !self.hasMaintainer {
            throw OptionProblem(
                description: "-o temporary_ttl: needs the lru_maintainer", exitStatus: .usage)
        }
    }
}
