/// What is wrong with caches.
enum CacheRules {
    static func findings(_ cache: DoctorFacts.Cache) -> [Finding] {
        self.useFindings(cache) + self.limitFindings(cache) + self.clockFindings(cache)
    }

    private static func useFindings(_ cache: DoctorFacts.Cache) -> [Finding] {
        var findings: [Finding] = []
        let hits = cache.number("get_hits")
        let reads = hits + cache.number("get_misses")
        let percent = reads > 0 ? hits * 100 / reads : 100
        if reads >= DoctorRules.readCountMin, percent < DoctorRules.hitPercentLow {
            let isEvicting = cache.number("evictions") > 0
            let advice =
                isEvicting
                ? "items give way to others: give it more memory (-m); ctl cache items shows "
                    + "which class"
                : "nothing gives way, so more memory would not help: look for keys that are "
                    + "never stored, or that expire too soon: ctl cache watch fetchers"
            findings.append(
                Finding(
                    weight: percent < DoctorRules.hitPercentBad ? .problem : .warning,
                    rule: "low_hit_rate", name: cache.name,
                    what: "\(percent) % of \(reads) reads found something", advice: advice))
        }
        let evictions = cache.number("evictions"), sets = cache.number("cmd_set")
        if evictions > 0, sets > 0, evictions * 10 > sets {
            findings.append(
                Finding(
                    weight: .warning, rule: "evictions", name: cache.name,
                    what: "\(evictions) items gave way to others, of \(sets) that were stored",
                    advice: "give it more memory (-m in its configuration, then ctl reload); "
                        + "sessions that give way before their time are lost to their users"))
        }
        return findings
    }

    private static func limitFindings(_ cache: DoctorFacts.Cache) -> [Finding] {
        var findings: [Finding] = []
        let refused =
            cache.number("rejected_connections") + cache.number("listen_disabled_num")
        let present = cache.number("curr_connections"), limit = cache.number("max_connections")
        let advice = "raise -c in its configuration; see who is there: ctl cache conns"
        if refused > 0 {
            findings.append(
                Finding(
                    weight: .problem, rule: "connections_refused", name: cache.name,
                    what: "\(refused) times there were too many connections (limit \(limit))",
                    advice: advice))
        } else if limit > 0, present * 100 > limit * DoctorRules.nearLimitPercent {
            findings.append(
                Finding(
                    weight: .warning, rule: "connections_near_limit", name: cache.name,
                    what: "\(present) of \(limit) connections are open", advice: advice))
        }
        for (name, what) in [
            ("store_no_memory", "items found no room"),
            ("store_too_large", "items were larger than -I allows"),
        ] where cache.number(name) > 0 {
            findings.append(
                Finding(
                    weight: .warning, rule: name, name: cache.name,
                    what: "\(cache.number(name)) \(what)",
                    advice: name == "store_too_large"
                        ? "raise -I, or store less in a session: ctl session list -o json"
                        : "give it more memory (-m), or let items give way (no -M)"))
        }
        return findings
    }

    private static func clockFindings(_ cache: DoctorFacts.Cache) -> [Finding] {
        guard abs(cache.secondsAhead) > DoctorRules.skewSecondsMax else { return [] }
        let way = cache.secondsAhead > 0 ? "ahead" : "behind"
        return [
            Finding(
                weight: .warning, rule: "clock_skew", name: cache.name,
                what: "its clock is \(abs(cache.secondsAhead)) s \(way) of this machine's",
                advice: "let both follow one time (systemd-timesyncd, chrony): sessions and items "
                    + "that carry a date expire at different moments")
        ]
    }
}
