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
        }
    }

    // MARK: Routes

    func addRoutes() {
        let control = self.daemon.control
        control.route("GET", "/v1/sessions") { [self] request in
            let mayChange = request.peer.mayChange
            let limit = request.queryValue("limit").flatMap { Int($0) } ?? 1_000
            return .json { json in
                json.object { json in
                    json.key("sessions")
                    json.array { json in
                        for application in self.deployments.value.applications {
                            for summary in application.sessions.list(limit: min(limit, 10_000)) {
                                Self.write(
                                    summary, application, isWhole: mayChange, attributes: nil,
                                    to: &json)
                            }
                        }
                    }
                }
            }
        }
        control.route("GET", "/v1/sessions/{id}", access: .change) { [self] request in
            let id = request.parameter("id")
            for application in self.deployments.value.applications {
                let found = await self.onWorkerLoop { loop in
                    await application.sessions.inspect(id, on: loop)
                }
                guard let found = found ?? nil else { continue }
                return .json { json in
                    Self.write(
                        found.summary, application, isWhole: true, attributes: found.attributes,
                        to: &json)
                }
            }
            throw ControlError.notFound("there is no session \(id)")
        }
        control.route("DELETE", "/v1/sessions/{id}", access: .change) { [self] request in
            let id = request.parameter("id")
            for application in self.deployments.value.applications {
                let hasEnded = await self.onWorkerLoop { loop in
                    await application.sessions.expire(id, on: loop)
                }
                if hasEnded ?? false { return .json { $0.object { $0.member("ended", id) } } }
            }
            throw ControlError.notFound("there is no session \(id)")
        }
    }

    /// Does work of a session manager on one of the loops that serve, as the cache connections are
    /// there.
    private func onWorkerLoop<Result: Sendable>(
        _ work: @escaping @Sendable (Loop) async -> Result
    ) async -> Result? {
        let loop = self.daemon.loops.next()
        let task = Task(executorPreference: loop) { await work(loop) }
        return await task.value
    }

    private static func write(
        _ summary: SessionSummary, _ application: WebApplication, isWhole: Bool,
        attributes: [String: SessionValue]?, to json: inout JSONWriter
    ) {
        json.object { json in
            let base = summary.id.prefix { $0 != "-" && $0 != "." }
            // Who may only read sees no id by which a session could be taken over.
            let rest = summary.id.dropFirst(base.count)
            json.member("id", isWhole ? summary.id : "\(base.prefix(8))…\(rest)")
            let suffix = rest.dropFirst().prefix { $0 != "." }
            if rest.hasPrefix("-") { json.member("node", String(suffix)) }
            if let dot = rest.firstIndex(of: ".") {
                json.member("route", String(rest[rest.index(after: dot)...]))
            }
            let nodes = application.configuration.manager.nodes?.nodes ?? []
            json.key("copies")
            json.array { json in
                for index in summary.copyNodes where index < nodes.count {
                    json.value(nodes[index].id ?? nodes[index].address.description)
                }
            }
            let counter = summary.version.prefix { $0 != "/" }
            json.member("version", Int(counter) ?? 0)
            json.member("createdUnixMilliseconds", Int(summary.creationMilliseconds))
            json.member("lastAccessedUnixMilliseconds", Int(summary.lastAccessMilliseconds))
            json.member("maxInactiveSeconds", Int(summary.maxInactiveSeconds))
            json.member("context", Self.name(of: application))
            guard let attributes else { return }
            json.key("attributes")
            json.array { json in
                for name in attributes.keys.sorted() {
                    guard let value = attributes[name] else { continue }
                    json.object { json in
                        json.member("name", name)
                        json.member("type", SessionValueText.typeName(value))
                        json.member("value", SessionValueText.text(value))
                    }
                }
            }
        }
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
