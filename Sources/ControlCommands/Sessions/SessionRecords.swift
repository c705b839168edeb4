import EventLoop
import SystemInterface

/// Which sessions are wanted.
struct SessionWish: Sendable {
    /// Without a request for so long, at least.
    var idleSeconds = 0
    /// Of this application only.
    var context: String?
    /// At most so many.
    var limit = 100_000
}

/// Sessions of all application servers.
enum SessionRecords {
    static let fields: [RecordList.Field] = [
        .text("id", "SESSION", "its id; 8 digits of it for those who may only read"),
        .text("node", "NODE", "the cache node of the first copy"),
        .text("route", nil, "the application server that served it last"),
        .text("copies", "COPIES", "the cache nodes that have a copy"),
        .number("version", "VERSION", "how often it was stored"),
        .number("attributeCount", "ATTR", "how many attributes it has"),
        .number("idleSeconds", "IDLE", "how long it has had no request"),
        .number("createdUnixMilliseconds", nil, "when it began"),
        .number("lastAccessedUnixMilliseconds", nil, "when its last request began"),
        .number("maxInactiveSeconds", nil, "after how long without a request it ends; 0: never"),
        .text("context", "CONTEXT", "the application"),
    ]

    /// The sessions of all application servers, the latest used first; of one that several know,
    /// the newest version.
    static func all(
        _ wish: SessionWish, _ daemons: DaemonOptions, on loop: Loop
    ) async throws -> [(socket: ControlSocket, session: SessionReport)] {
        var newest: [String: (socket: ControlSocket, session: SessionReport)] = [:]
        let target = Target.path("v1", "sessions", query: [("limit", "\(wish.limit)")])
        for socket in try await daemons.sockets(of: "sessiond", on: loop) {
            let list = try await ControlClient(socket, on: loop).send(
                "GET", target, as: SessionListReport.self)
            for session in list.sessions {
                let key = "\(session.context ?? "") \(session.baseID)"
                if let known = newest[key]?.session, !Self.isNewer(session, known) { continue }
                newest[key] = (socket, session)
            }
        }
        let now = Self.now
        let found = newest.values.filter { entry in
            let idle = Self.idleSeconds(entry.session, now: now) ?? 0
            return idle >= wish.idleSeconds
                && (wish.context.map { $0 == entry.session.context } ?? true)
        }
        let sorted = found.sorted { first, second in
            (first.session.lastAccessedUnixMilliseconds ?? 0, first.session.id)
                > (second.session.lastAccessedUnixMilliseconds ?? 0, second.session.id)
        }
        return Array(sorted.prefix(wish.limit))
    }

    /// A session that is only read keeps its version: the later access decides then.
    private static func isNewer(_ one: SessionReport, _ other: SessionReport) -> Bool {
        (one.version ?? 0, one.lastAccessedUnixMilliseconds ?? 0)
            > (other.version ?? 0, other.lastAccessedUnixMilliseconds ?? 0)
    }

    private static var now: Int { Int(SystemClock.unixNanoseconds() / 1_000_000) }

    private static func idleSeconds(_ session: SessionReport, now: Int) -> Int? {
        session.lastAccessedUnixMilliseconds.map { max(0, (now - $0) / 1_000) }
    }

    /// Sessions as records.
    static func list(_ sessions: [SessionReport]) -> RecordList {
        var list = RecordList("sessions", Self.fields)
        list.emptyText = "no sessions"
        let now = Self.now
        for session in sessions {
            list.add([
                .text(session.id), RecordValue(session.node), RecordValue(session.route),
                .list(session.copies ?? []), RecordValue(session.version),
                RecordValue(session.attributeCount),
                Self.idleSeconds(session, now: now).map { .seconds($0) } ?? .none,
                session.createdUnixMilliseconds.map { .unixMilliseconds($0) } ?? .none,
                session.lastAccessedUnixMilliseconds.map { .unixMilliseconds($0) } ?? .none,
                RecordValue(session.maxInactiveSeconds), RecordValue(session.context),
            ])
        }
        return list
    }

    /// The one session that an id, or the beginning of one, means, and who knows it best.
    ///
    /// - Throws: `CommandFailure` when none or several sessions are meant.
    static func named(
        _ start: String, _ daemons: DaemonOptions, on loop: Loop
    ) async throws -> (socket: ControlSocket, session: SessionReport) {
        let all = try await Self.all(SessionWish(), daemons, on: loop)
        let found = all.filter { $0.session.id.hasPrefix(start) }
        guard let first = found.first else {
            throw CommandFailure(description: "no session begins with \(start)")
        }
        guard found.count == 1 else {
            throw CommandFailure(description: "\(found.count) sessions begin with \(start)")
        }
        return first
    }
}
