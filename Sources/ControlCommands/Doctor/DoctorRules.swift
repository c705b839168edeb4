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
    /// A replica that is further behind than so many seconds is a warning.
    static let replicaLagSecondsMax = 5.0

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
        for (name, status) in facts.replications {
            findings += ReplicationRules.findings(name, status)
        }
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
