/// What a doctor makes of the facts. Pure.
enum DoctorRules {
    /// Fewer reads than this say nothing about a hit rate.
    static let readCountMin = 1_000
    /// A hit rate below this is low, in percent; below the second it is bad.
    static let hitPercentLow = 80, hitPercentBad = 50
    /// Clocks that differ by more than this many seconds are a warning.
    static let skewSecondsMax = 2
    /// Use beyond this share of a limit is worth a word, in percent.
    static let nearLimitPercent = 80

    /// All findings, the worst first.
    static func findings(_ facts: DoctorFacts) -> [Finding] {
        var findings: [Finding] = []
        for daemon in facts.daemons {
            guard let status = daemon.status else {
                findings.append(Self.silent(daemon.name, daemon.failure))
                continue
            }
            findings += Self.lifeFindings(daemon.name, status)
            if let balancer = status.balancer {
                findings += BalancerRules.findings(daemon.name, balancer)
            }
            if let sessions = status.sessions {
                findings += SessionRules.findings(daemon.name, sessions)
            }
        }
        for cache in facts.caches { findings += CacheRules.findings(cache) }
        findings += SessionRules.affinityFindings(facts)
        findings += Self.machineFindings(facts)
        return findings.enumerated().sorted { first, second in
            (second.element.weight, first.offset) < (first.element.weight, second.offset)
        }.map(\.element)
    }

    private static func silent(_ name: String, _ failure: String) -> Finding {
        Finding(
            weight: .problem, rule: "silent", name: name,
            what: failure.isEmpty ? "does not answer" : failure,
            advice: "see whether it runs and why not: systemctl status \(name), "
                + "journalctl -u \(name); a socket that is left over may be removed")
    }

    private static func lifeFindings(_ name: String, _ status: StatusReport) -> [Finding] {
        var findings: [Finding] = []
        for warning in status.warnings ?? [] where warning.contains("reload was refused") {
            findings.append(
                Finding(
                    weight: .problem, rule: "reload_refused", name: name, what: warning,
                    advice: "mend the file, then ctl reload \(name); until then the "
                        + "configuration of before is in force, and a restart would fail"))
        }
        if status.state == "draining" {
            findings.append(
                Finding(
                    weight: .note, rule: "draining", name: name, what: "is ending",
                    advice: "wait, or see what it waits for: ctl log \(name)"))
        }
        return findings
    }

    private static func machineFindings(_ facts: DoctorFacts) -> [Finding] {
        var findings = facts.changedFiles.map { file in
            Finding(
                weight: .note, rule: "configuration_changed", name: file.name,
                what: "\(file.path) has been changed and not been taken",
                advice: "ctl config diff \(file.name) shows how; ctl reload \(file.name) takes it")
        }
        if let holder = facts.portHolder {
            findings.append(
                Finding(
                    weight: .warning, rule: "port_taken", name: "",
                    what: "port \(holder.port) is held by \(holder.program), process "
                        + "\(holder.process), and by no cache of Holdfast",
                    advice: "stop and disable that service (memcached.service, it may be), or give "
                        + "cached another port in its configuration and its socket unit"))
        }
        if facts.isRestricted {
            findings.append(
                Finding(
                    weight: .note, rule: "restricted", name: "",
                    what: "not everything could be looked at",
                    advice: "run it as root or as a member of the group holdfast"))
        }
        return findings
    }
}

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

/// What is wrong with balancers.
enum BalancerRules {
    static func findings(_ name: String, _ balancer: BalancerReport) -> [Finding] {
        (balancer.upstreams ?? []).flatMap { Self.findings(name, $0) }
    }

    private static func findings(
        _ name: String, _ upstream: BalancerReport.Upstream
    ) -> [Finding] {
        var findings: [Finding] = []
        let serving = upstream.peers.filter { $0.state == "up" || $0.state == "full" }
        if serving.isEmpty, !upstream.peers.isEmpty {
            findings.append(
                Finding(
                    weight: .problem, rule: "no_server", name: name,
                    what:
                        "\(upstream.name): none of \(upstream.peers.count) servers takes requests",
                    advice: "see the servers: ctl balancer show \(upstream.name); make one ready: "
                        + "ctl balancer server NAME ready"))
        }
        if serving.count == 1, upstream.peers.count > 1 {
            findings.append(
                Finding(
                    weight: .warning, rule: "last_server", name: name,
                    what: "\(upstream.name): only \(serving[0].name ?? serving[0].address) takes "
                        + "requests, of \(upstream.peers.count)",
                    advice: "bring the others back: ctl balancer show \(upstream.name)"))
        }
        for peer in upstream.peers {
            let server = "\(upstream.name)/\(peer.name ?? peer.address)"
            if peer.state == "failed" {
                findings.append(
                    Finding(
                        weight: .problem, rule: "server_failed", name: name,
                        what: "\(server) fails and is left alone",
                        advice: "see whether it runs: ctl status, or curl http://\(peer.address)/"))
            } else if peer.state == "full" {
                findings.append(
                    Finding(
                        weight: .warning, rule: "server_full", name: name,
                        what: "\(server) has as many requests as it may",
                        advice: "raise its max_conns, or add servers"))
            }
            if peer.isOverridden == true, peer.wanted != "ready" {
                findings.append(
                    Finding(
                        weight: .note, rule: "server_taken_out", name: name,
                        what: "\(server) was taken out by hand (\(peer.wanted ?? ""))",
                        advice: "ctl balancer server \(peer.name ?? peer.address) ready, when it "
                            + "may serve again"))
            }
        }
        return findings
    }
}

/// What is wrong with sessions.
enum SessionRules {
    static func findings(_ name: String, _ sessions: SessionsReport) -> [Finding] {
        var findings = Self.nodeFindings(name, sessions.nodes ?? [])
        if let missing = sessions.copiesMissing, missing > 0 {
            findings.append(
                Finding(
                    weight: .warning, rule: "copies_missing", name: name,
                    what: "\(missing) sessions lack a copy in the caches",
                    advice: "see which caches answer: ctl status; copies are written again by "
                        + "themselves once their caches are back"))
        }
        if let local = sessions.localOnly, local > 0 {
            findings.append(
                Finding(
                    weight: .problem, rule: "local_only", name: name,
                    what: "\(local) sessions are in this server's memory only",
                    advice: "do not restart it before a cache is back: ctl status, ctl session list"
                ))
        }
        return findings
    }

    private static func nodeFindings(
        _ name: String, _ nodes: [SessionsReport.Node]
    ) -> [Finding] {
        guard !nodes.isEmpty else {
            return [
                Finding(
                    weight: .warning, rule: "no_cache", name: name,
                    what: "its sessions are kept in no cache",
                    advice: "give its Manager memcachedNodes with two caches: sessions then live "
                        + "on when a server dies")
            ]
        }
        var findings: [Finding] = []
        for node in nodes where node.state == "down" {
            findings.append(
                Finding(
                    weight: .problem, rule: "cache_down", name: name,
                    what: "cache \(node.id) at \(node.address ?? "?") does not answer",
                    advice: "start it (systemctl start cached), or see the way to it"))
        }
        let primaries = nodes.filter { $0.failover != true }
        if nodes.count == 1 {
            findings.append(
                Finding(
                    weight: .warning, rule: "no_backup", name: name,
                    what: "there is one cache node: sessions have no second copy",
                    advice: "add a second node to memcachedNodes"))
        } else if primaries.count == 1, nodes.count == 2 {
            findings.append(
                Finding(
                    weight: .note, rule: "failover_leaves_no_backup", name: name,
                    what:
                        "failoverNodes leaves only \(primaries[0].id) for new sessions: while one "
                        + "of the two nodes is dead, sessions have no second copy",
                    advice: "add a third node to memcachedNodes, or take failoverNodes away"))
        } else if primaries.isEmpty {
            findings.append(
                Finding(
                    weight: .warning, rule: "all_nodes_failover", name: name,
                    what: "failoverNodes names all nodes, so that none is left for new sessions",
                    advice: "take one node at least out of failoverNodes"))
        }
        return findings
    }

    /// Servers that expect their sessions to stay, behind a balancer that does not see to it.
    static func affinityFindings(_ facts: DoctorFacts) -> [Finding] {
        let upstreams = facts.daemons.flatMap { daemon in
            (daemon.status?.balancer?.upstreams ?? []).map { (daemon.name, $0) }
        }
        var findings: [Finding] = []
        for daemon in facts.daemons {
            guard let status = daemon.status, let contexts = status.contexts,
                let sticky = contexts.first(where: { $0.sticky == true })
            else { continue }
            let addresses = Set(status.listening ?? [])
            for (balancer, upstream) in upstreams
            where upstream.peers.contains(where: { addresses.contains($0.address) }) {
                let route = sticky.route ?? ""
                if upstream.peers.count > 1, upstream.affinity == "none" {
                    findings.append(
                        Finding(
                            weight: .warning, rule: "sticky_without_affinity", name: daemon.name,
                            what: "the sessions of \(sticky.path) are sticky, but \(balancer) "
                                + "sends requests of \(upstream.name) to any server",
                            advice: "give the upstream sticky route or stickysession, or the "
                                + "Manager sticky=\"false\""))
                } else if upstream.affinity != "none", route.isEmpty {
                    findings.append(
                        Finding(
                            weight: .warning, rule: "no_route", name: daemon.name,
                            what: "\(balancer) looks for routes, and this server has no jvmRoute",
                            advice: "give its Engine a jvmRoute, and the balancer the same route"))
                } else if upstream.affinity != "none",
                    !upstream.peers.contains(where: { $0.route == route })
                {
                    findings.append(
                        Finding(
                            weight: .warning, rule: "unknown_route", name: daemon.name,
                            what: "its jvmRoute \(route) is the route of no server of "
                                + upstream.name,
                            advice: "write route=\(route) behind the server in the balancer's "
                                + "configuration"))
                }
            }
        }
        return findings
    }
}
