import Base
package import DaemonKit
import HTTPTransport
import LoadBalancing
import SystemInterface

/// What `ctl` and scrapers see.
extension BalancerService {
    /// What the balancer does now; see `DaemonService`.
    package func status() async -> ServiceStatus {
        var status = ServiceStatus()
        status.listening = self.addresses
        let now = SystemClock.now()
        let reports = self.published.value.groups.map { ($0, $0.report(now: now)) }
        for (group, peers) in reports {
            for peer in peers where peer.condition == .failed {
                status.warnings.append(
                    "\(group.settings.name): \(peer.peer.name) fails and is left alone")
            }
            if !peers.isEmpty, !peers.contains(where: { $0.condition == .up }) {
                status.warnings.append("\(group.settings.name): no server can be used")
            }
        }
        let statistics = self.statistics
        let limit = self.published.value.configuration.process.connectionCountMax
        let refused = self.counters.reduce(0) { $0 + $1[.connectionsRefused] }
        let upCount = reports.reduce(0) { $0 + $1.1.filter { $0.condition == .up }.count }
        let peerCount = reports.reduce(0) { $0 + $1.1.count }
        status.summary =
            "\(upCount) of \(peerCount) servers up, \(statistics.openCount) connections, "
            + "\(statistics.requestCount) requests"
        status.writeMembers = { json in
            json.key("balancer")
            json.object { json in
                json.member("requests", statistics.requestCount)
                json.member("connections", statistics.openCount)
                json.member("connectionLimit", limit)
                json.member("connectionsRefused", refused)
                json.key("upstreams")
                json.array { json in
                    for (group, peers) in reports { Self.write(group, peers, to: &json) }
                }
            }
        }
        return status
    }

    /// The files as they were taken; see `DaemonService`.
    package func configuration() async -> ConfigurationReport {
        let generation = self.published.value
        var configuration = ConfigurationReport()
        configuration.language =
            generation.configuration.dialect == .nginx ? "nginx" : "httpd"
        configuration.files = generation.configuration.sources.map {
            ConfigurationReport.File(path: $0.path, text: $0.text)
        }
        return configuration
    }

    // MARK: Metrics

    func addMetrics() {
        let metrics = self.daemon.metrics
        let counters = self.counters
        metrics.counters("holdfast_requests_total", "Requests read.") { [self] samples in
            samples.add(self.statistics.requestCount)
        }
        metrics.counters("holdfast_connections_total", "Connections accepted.") { [self] samples in
            samples.add(self.statistics.acceptedCount)
        }
        metrics.gauges("holdfast_connections", "Connections open.") { [self] samples in
            samples.add(self.statistics.openCount)
        }
        metrics.counters(
            "holdfast_requests_rejected_total", "Requests that could not be read as HTTP."
        ) { [self] samples in samples.add(self.statistics.rejectedCount) }
        metrics.counters(
            "holdfast_answers_total", "Answers by the first digit of their status; 0 for none."
        ) { samples in
            for digit in 0...5 {
                let count = counters.reduce(0) { $0 + $1.answers(ofClass: digit) }
                samples.add(count, ["class": "\(digit)xx"])
            }
        }
        metrics.counters(
            "holdfast_log_lost_bytes_total", "Bytes of log lines that could not be written."
        ) { [logs] samples in samples.add(logs.lostByteCount) }
        for kind in BalancerCounters.Kind.allCases {
            metrics.counters("holdfast_\(kind.name)_total", kind.help) { samples in
                samples.add(counters.reduce(0) { $0 + $1[kind] })
            }
        }
        self.addPeerMetrics(metrics)
    }

    private func addPeerMetrics(_ metrics: Metrics) {
        let published = self.published
        @Sendable func forEachPeer(_ add: (UpstreamGroup.PeerReport, [String: String]) -> Void) {
            let now = SystemClock.now()
            for group in published.value.groups {
                for peer in group.report(now: now) {
                    add(
                        peer,
                        [
                            "upstream": group.settings.name,
                            "peer": peer.peer.address.description,
                        ])
                }
            }
        }
        metrics.counters("holdfast_peer_requests_total", "Times a server was chosen.") { samples in
            forEachPeer { samples.add(Int(clamping: $0.state.chosenCount), $1) }
        }
        metrics.counters("holdfast_peer_failures_total", "Failures of a server.") { samples in
            forEachPeer { samples.add(Int(clamping: $0.state.failedCount), $1) }
        }
        metrics.gauges("holdfast_peer_active", "Requests at a server now.") { samples in
            forEachPeer { samples.add($0.state.activeCount, $1) }
        }
        metrics.gauges("holdfast_peer_up", "Whether a server takes requests.") { samples in
            forEachPeer { samples.add($0.condition == .up ? 1 : 0, $1) }
        }
    }
}
