import Base
import DaemonKit
import EventLoop
import Sessions
import SystemInterface

/// Sessions on the control socket. Who may change things sees whole ids and attributes; others see
/// the first digits of an id, and no attributes.
extension ApplicationServer {
    private static let usualListCount = 1_000, listCountMax = 100_000
    /// The shortest beginning of an id that names a session.
    private static let startDigitCountMin = Redacted.sessionDigitCount

    func addRoutes() {
        let control = self.daemon.control
        control.route("GET", "/v1/sessions") { [self] request in try self.list(request) }
        control.route("GET", "/v1/sessions/{id}") { [self] request in
            let (application, id) = try self.named(request)
            let found = await self.onWorkerLoop { loop in
                await application.sessions.inspect(id, on: loop)
            }
            guard let found else { throw Self.noSession(request) }
            let isWhole = request.peer.mayChange
            return .json { json in
                Self.write(
                    found.summary, application, isWhole: isWhole,
                    attributes: isWhole ? found.attributes : nil, to: &json)
            }
        }
        control.route("GET", "/v1/sessions/{id}/places") { [self] request in
            try await self.places(request)
        }
        control.route("DELETE", "/v1/sessions/{id}", access: .change) { [self] request in
            let (application, id) = try self.named(request)
            let hasEnded = await self.onWorkerLoop { loop in
                await application.sessions.expire(id, on: loop)
            }
            guard hasEnded else { throw Self.noSession(request) }
            return .json { $0.object { $0.member("ended", id) } }
        }
        control.route("GET", "/v1/locks") { [self] request in await self.locks(request) }
    }

    private static func noSession(_ request: ControlRequest) -> ControlError {
        .notFound("there is no session \(request.parameter("id"))")
    }

    /// The application and the whole id that a path means: an id, or the beginning of one that is
    /// known here.
    private func named(
        _ request: ControlRequest
    ) throws(ControlError) -> (WebApplication, String) {
        let text = request.parameter("id")
        let applications = self.deployments.value.applications
        guard text.count >= Self.startDigitCountMin else {
            throw .badRequest(
                "a session's id, or at least \(Self.startDigitCountMin) digits of it, is needed")
        }
        var found: [(WebApplication, String)] = []
        for application in applications {
            found += application.sessions.ids(beginningWith: text).map { (application, $0) }
        }
        if let whole = found.first(where: { $0.1 == text }) { return whole }
        // Who may only read must not find out an id digit by digit.
        if !request.peer.mayChange, text.count > Redacted.sessionDigitCount { found = [] }
        if found.count > 1 {
            throw .conflict("more than one session begins with \(text)")
        }
        if let only = found.first { return only }
        // Perhaps it is in the caches alone; then the whole id is needed.
        guard let id = SessionID(parsing: text), let application = applications.first,
            id.base.count > Self.startDigitCountMin
        else { throw Self.noSession(request) }
        let owner = applications.first { $0.sessions.localID(of: id.base) != nil } ?? application
        return (owner, owner.sessions.localID(of: id.base) ?? text)
    }

    private func list(_ request: ControlRequest) throws(ControlError) -> ControlResponse {
        let limit = try request.number("limit", usual: Self.usualListCount)
        let idle = try request.number("idle", usual: 0)
        let start = request.queryValue("match") ?? ""
        let latest = SystemClock.unixNanoseconds() / 1_000_000 - Int64(idle) * 1_000
        var found: [(SessionSummary, WebApplication)] = []
        for application in self.deployments.value.applications {
            let summaries = application.sessions.list(limit: .max)
            for summary in summaries
            where summary.lastAccessMilliseconds <= latest && summary.id.hasPrefix(start) {
                found.append((summary, application))
            }
        }
        found.sort { $0.0.lastAccessMilliseconds > $1.0.lastAccessMilliseconds }
        let isWhole = request.peer.mayChange
        // Who may only read must not find out an id digit by digit.
        if !isWhole, start.count > Redacted.sessionDigitCount {
            throw .badRequest("match takes \(Redacted.sessionDigitCount) digits at the most")
        }
        let shown = found.prefix(min(limit, Self.listCountMax))
        return .json { json in
            json.object { json in
                json.member("total", found.count)
                json.key("sessions")
                json.array { json in
                    for (summary, application) in shown {
                        Self.write(
                            summary, application, isWhole: isWhole, attributes: nil, to: &json)
                    }
                }
            }
        }
    }

    private func places(_ request: ControlRequest) async throws -> ControlResponse {
        let (application, id) = try self.named(request)
        let places = await self.onWorkerLoop { loop in
            await application.sessions.places(of: id, on: loop)
        }
        let isWhole = request.peer.mayChange
        let shown = isWhole ? id : Redacted.session(id)
        let parsed = SessionID(parsing: id)
        let isLocal = application.sessions.localID(of: parsed?.base ?? "") != nil
        // A node that does not answer may have it.
        guard isLocal || places.contains(where: { $0.state != .missing }) else {
            throw Self.noSession(request)
        }
        let nodes = application.configuration.manager.nodes?.nodes ?? []
        return .json { json in
            json.object { json in
                json.member("id", shown)
                json.member("context", Self.name(of: application))
                json.member("node", parsed?.node ?? "")
                json.member("route", parsed?.route ?? "")
                json.member("isLocal", isLocal)
                json.key("copies")
                json.array { json in
                    for place in places {
                        json.object { json in
                            json.member("copy", place.copy)
                            json.member("node", nodes[place.node].id ?? "")
                            json.member("address", nodes[place.node].address.description)
                            json.member("key", isWhole ? place.key : Redacted.text(place.key))
                            json.member("state", place.state.rawValue)
                            json.member("bytes", place.byteCount)
                            json.member("version", place.version)
                        }
                    }
                }
            }
        }
    }

    private func locks(_ request: ControlRequest) async -> ControlResponse {
        var found: [(WebApplication, HeldLock)] = []
        for application in self.deployments.value.applications {
            let held = await self.onWorkerLoop { loop in
                await application.sessions.heldLocks(on: loop)
            }
            found += held.map { (application, $0) }
        }
        let isWhole = request.peer.mayChange
        return .json { json in
            json.object { json in
                json.key("locks")
                json.array { json in
                    for (application, lock) in found {
                        let nodes = application.configuration.manager.nodes?.nodes ?? []
                        json.object { json in
                            json.member("id", isWhole ? lock.id : Redacted.session(lock.id))
                            json.member("context", Self.name(of: application))
                            json.member("node", lock.node.flatMap { nodes[$0].id } ?? "")
                            json.member("isOurs", lock.isOurs)
                        }
                    }
                }
            }
        }
    }

    /// Does work of a session manager on one of the loops that serve, as the cache connections are
    /// there.
    private func onWorkerLoop<Result: Sendable>(
        _ work: @escaping @Sendable (Loop) async -> Result
    ) async -> Result {
        let loop = self.daemon.loops.next()
        let task = Task(executorPreference: loop) { await work(loop) }
        return await task.value
    }

    private static func write(
        _ summary: SessionSummary, _ application: WebApplication, isWhole: Bool,
        attributes: [String: SessionValue]?, to json: inout JSONWriter
    ) {
        json.object { json in
            let id = SessionID(parsing: summary.id)
            // Who may only read sees no id by which a session could be taken over.
            json.member("id", isWhole ? summary.id : Redacted.session(summary.id))
            json.member("node", id?.node ?? "")
            json.member("route", id?.route ?? "")
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
            json.member("attributeCount", summary.attributeCount)
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
}
