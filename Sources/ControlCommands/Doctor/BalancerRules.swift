/// What is wrong with balancers.
enum BalancerRules {
    static func findings(_ name: String, _ balancer: BalancerReport) -> [Finding] {
        Self.limitFindings(name, balancer)
            + (balancer.upstreams ?? []).flatMap { Self.findings(name, $0) }
    }

    private static func limitFindings(_ name: String, _ balancer: BalancerReport) -> [Finding] {
        let limit = balancer.connectionLimit ?? 0, present = balancer.connections ?? 0
        let advice = "raise worker_connections, and LimitNOFILE of the unit with it"
        if let refused = balancer.connectionsRefused, refused > 0 {
            return [
                Finding(
                    weight: .problem, rule: "connections_refused", name: name,
                    what: "\(refused) clients were turned away (limit \(limit) connections)",
                    advice: advice)
            ]
        }
        guard limit > 0, present * 100 > limit * DoctorRules.nearLimitPercent else { return [] }
        return [
            Finding(
                weight: .warning, rule: "connections_near_limit", name: name,
                what: "\(present) of \(limit) connections are open", advice: advice)
        ]
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
