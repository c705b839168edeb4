/// The table of `ctl status`, and below it what needs a person's attention.
enum StatusView {
    /// One daemon's status, or why there is none.
    typealias Status = (socket: ControlSocket, answer: Result<StatusReport, CommandFailure>)

    /// The lines of the whole screen.
    static func lines(
        _ statuses: [Status], width: Int = TextTable.lineWidthMax
    ) -> [String] {
        var table = TextTable(["NAME", "DAEMON", "STATE", "SINCE", "WHAT"], width: width)
        var notes: [String] = []
        for status in statuses {
            switch status.answer {
            case .success(let report):
                table.add([
                    status.socket.name, report.daemon, report.state ?? "running",
                    report.uptimeSeconds.map { Humane.duration(seconds: Int($0)) } ?? "-",
                    Self.summary(report),
                ])
                notes += Self.notes(report).map { "\(status.socket.name): \($0)" }
            case .failure(let failure):
                table.add([status.socket.name, "?", "silent", "-", ""])
                notes.append(failure.description)
            }
        }
        let missing = statuses.reduce(into: nil as Int?) { sum, status in
            if case .success(let report) = status.answer,
                let count = report.sessions?.copiesMissing
            {
                sum = (sum ?? 0) + count
            }
        }
        var lines = table.lines()
        if let missing { lines += ["", "copies missing: \(missing)"] }
        let wrapped = notes.flatMap { Wrapping.lines($0, width: width, indent: 4) }
        if !notes.isEmpty { lines += [""] + wrapped.map(Terminal.alarming) }
        return lines
    }

    /// What matters of a daemon, in one line.
    static func summary(_ report: StatusReport) -> String {
        if let cache = report.cache { return Self.summary(cache) }
        if let balancer = report.balancer { return Self.summary(balancer) }
        if let sessions = report.sessions { return Self.summary(sessions) }
        return (report.listening ?? []).joined(separator: " ")
    }

    private static func summary(_ cache: CacheReport) -> String {
        var parts: [String] = []
        if let items = cache.items { parts.append("\(items) item\(items == 1 ? "" : "s")") }
        if let bytes = cache.bytes, let limit = cache.limitBytes {
            parts.append("\(Humane.bytes(bytes)) of \(Humane.bytes(limit))")
        }
        if let hits = cache.getHits, let misses = cache.getMisses, hits + misses > 0 {
            parts.append("\(hits * 100 / (hits + misses)) % hits")
        }
        return parts.joined(separator: ", ")
    }

    private static func summary(_ balancer: BalancerReport) -> String {
        let peers = (balancer.upstreams ?? []).flatMap(\.peers)
        let up = peers.filter { $0.state == "up" }.count
        var parts = ["\(up) of \(peers.count) servers up"]
        if let requests = balancer.requests { parts.append("\(requests) requests") }
        return parts.joined(separator: ", ")
    }

    private static func summary(_ sessions: SessionsReport) -> String {
        var parts: [String] = []
        if let active = sessions.active {
            parts.append("\(active) session\(active == 1 ? "" : "s")")
        }
        if let missing = sessions.copiesMissing, missing > 0 {
            parts.append("copies missing: \(missing)")
        }
        if let nodes = sessions.nodes, !nodes.isEmpty {
            let up = nodes.filter { $0.state == "up" }.map(\.id)
            parts.append("caches: \(up.isEmpty ? "none" : up.joined(separator: " "))")
        }
        return parts.joined(separator: ", ")
    }

    /// What is wrong with a daemon, a sentence each.
    static func notes(_ report: StatusReport) -> [String] {
        var notes = report.warnings ?? []
        for upstream in report.balancer?.upstreams ?? [] {
            for peer in upstream.peers where peer.state == "failed" {
                notes.append("\(peer.address) of \(upstream.name) has failed and is left out")
            }
        }
        for node in report.sessions?.nodes ?? [] where node.state == "down" {
            notes.append("cache node \(node.id) (\(node.address ?? "?")) is down")
        }
        if let localOnly = report.sessions?.localOnly, localOnly > 0 {
            notes.append("\(localOnly) sessions are local only: no cache can be reached")
        }
        return notes
    }
}
