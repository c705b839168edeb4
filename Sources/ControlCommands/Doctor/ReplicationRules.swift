/// What is wrong with the copies that caches keep of each other.
enum ReplicationRules {
    static func findings(_ name: String, _ status: ReplicationStatus) -> [Finding] {
        guard status.isEnabled else { return [] }
        let links = status.links ?? []
        if links.isEmpty {
            return [
                Finding(
                    weight: .warning, rule: "no_replica", name: name,
                    what: "it replicates, and no peer is named or has come",
                    advice: "name this cache with -x in the options of another, or the other here")
            ]
        }
        return links.flatMap { link in
            link.direction == "to" ? Self.findings(name, status, link) : []
        }
    }

    private static func findings(
        _ name: String, _ status: ReplicationStatus, _ link: ReplicationStatus.Link
    ) -> [Finding] {
        if link.state == "copying" {
            return [
                Finding(
                    weight: .note, rule: "replica_copying", name: name,
                    what: "\(link.peer) gets a full copy, and has not everything yet",
                    advice: "wait until it has; how far it is: ctl repl status \(name)")
            ]
        }
        guard link.state == "streaming" else {
            let reason = link.problem.map { ": \($0)" } ?? ""
            return [
                Finding(
                    weight: .problem, rule: "replica_away", name: name,
                    what: "its replica \(link.peer) is away (\(link.state)\(reason)), and "
                        + "\(link.waiting) changes wait for it",
                    advice: "start it, or see the way to it; it gets what it missed by itself")
            ]
        }
        return Self.lagFindings(name, status, link)
    }

    private static func lagFindings(
        _ name: String, _ status: ReplicationStatus, _ link: ReplicationStatus.Link
    ) -> [Finding] {
        let limit = status.logCountMax ?? 0
        if limit > 0, link.waiting * 100 > limit * DoctorRules.nearLimitPercent {
            return [
                Finding(
                    weight: .warning, rule: "replica_queue_near_limit", name: name,
                    what: "\(link.waiting) changes wait for \(link.peer); a full copy is needed "
                        + "when they are more than \(limit)",
                    advice: "raise -q, or see why the peer is slow: ctl repl lag")
            ]
        }
        guard let lag = link.lagSeconds, lag > DoctorRules.replicaLagSecondsMax else { return [] }
        return [
            Finding(
                weight: .warning, rule: "replica_behind", name: name,
                what: "\(link.peer) is \(Int(lag)) s behind",
                advice: "see what holds it up: ctl repl lag, ctl log on its machine")
        ]
    }
}
