import Base
package import DaemonKit
import EventLoop
import HTTPTransport
import Sessions
import SystemInterface

/// What `ctl` and scrapers see.
extension ApplicationServer {
    /// What the server does now; see `DaemonService`.
    package func status() async -> ServiceStatus {
        var status = ServiceStatus()
        status.listening = self.addresses
        let applications = self.deployments.value.applications
        let managers = applications.map(\.sessions.status)
        let requestCount = applications.reduce(0) { $0 + $1.requestCount }
        let errorCount = applications.reduce(0) { $0 + $1.errorCount }
        let missing = managers.reduce(0) { $0 + $1.copiesMissing }
        let active = managers.reduce(0) { $0 + $1.sessionCount }
        for (application, manager) in zip(applications, managers) {
            if application.configuration.manager.nodes != nil, manager.isLocal {
                status.warnings.append(
                    "\(Self.name(of: application)): no cache can be reached, sessions are local")
            }
            for node in manager.nodes where !node.isUp {
                status.warnings.append(
                    "\(Self.name(of: application)): cache \(node.id ?? node.address) does not "
                        + "answer"
                )
            }
        }
        status.summary = "\(active) sessions, copies missing: \(missing), \(requestCount) requests"
        status.writeMembers = { json in
            json.key("sessions")
            json.object { json in
                json.member("requests", requestCount)
                json.member("errors", errorCount)
                json.member("active", active)
                json.member("copiesMissing", missing)
                json.member("localOnly", managers.reduce(0) { $0 + $1.localOnlyCount })
                Self.write(nodesOf: managers, to: &json)
            }
            json.key("contexts")
            json.array { json in
                for (application, manager) in zip(applications, managers) {
                    Self.write(application, manager, to: &json)
                }
            }
        }
        return status
    }

    static func name(of application: WebApplication) -> String {
        application.path.isEmpty ? "ROOT" : application.path
    }

    private static func write(
        nodesOf managers: [SessionManagerStatus], to json: inout JSONWriter
    ) {
        var seen: Set<String> = []
        json.key("nodes")
        json.array { json in
            for node in managers.flatMap(\.nodes) where seen.insert(node.address).inserted {
                json.object { json in
                    json.member("id", node.id ?? node.address)
                    json.member("address", node.address)
                    json.member("state", node.isUp ? "up" : "down")
                    json.member("failover", node.isFailover)
                }
            }
        }
    }

    private static func write(
        _ application: WebApplication, _ manager: SessionManagerStatus, to json: inout JSONWriter
    ) {
        json.object { json in
            json.member("host", application.hostName)
            json.member("path", application.path)
            json.member("folder", application.root)
            json.member("requests", application.requestCount)
            json.member("errors", application.errorCount)
            json.member("sessions", manager.sessionCount)
            json.member("copiesMissing", manager.copiesMissing)
            json.member("localOnly", manager.localOnlyCount)
            json.member("local", manager.isLocal)
            json.member("sticky", application.configuration.manager.isSticky)
            json.member("route", application.sessions.context.jvmRoute ?? "")
        }
    }

    /// The files as they were taken; see `DaemonService`.
    package func configuration() async -> ConfigurationReport {
        var report = ConfigurationReport()
        report.language = "tomcat"
        report.files = self.configurationFiles
        return report
    }

    // MARK: Metrics

    func addMetrics() {
        let metrics = self.daemon.metrics
        let deployments = self.deployments
        metrics.counters("holdfast_requests_total", "Requests answered, by context.") { samples in
            for application in deployments.value.applications {
                samples.add(application.requestCount, ["context": application.path])
            }
        }
        metrics.counters(
            "holdfast_request_errors_total", "Answers with a status of 500 and above."
        ) { samples in
            for application in deployments.value.applications {
                samples.add(application.errorCount, ["context": application.path])
            }
        }
        metrics.gauges("holdfast_sessions", "Sessions held in this process.") { samples in
            for application in deployments.value.applications {
                samples.add(
                    application.sessions.status.sessionCount, ["context": application.path])
            }
        }
        metrics.gauges(
            "holdfast_session_copies_missing", "Sessions of which a copy is missing in the caches."
        ) { samples in
            for application in deployments.value.applications {
                samples.add(
                    application.sessions.status.copiesMissing, ["context": application.path])
            }
        }
        for kind in SessionCounters.Kind.allCases {
            metrics.counters("holdfast_session_\(kind.name)_total", kind.help) { samples in
                for application in deployments.value.applications {
                    samples.add(
                        application.sessions.counters[kind], ["context": application.path])
                }
            }
        }
    }
}
