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
