import ArgumentParser
import EventLoop

/// `ctl session where ID`: the way of a session, from the balancer to its copies.
struct SessionWhereCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("step", "STEP", "route, server, copy"),
        .text("what", "WHAT", "which one"),
        .text("where", "WHERE", "its address, or the cache node and its address"),
        .text("key", "KEY", "the key of a copy"),
        .text(
            "state", "STATE",
            "of a server as in balancer list; of a copy present, ended, missing, unreachable"),
        .number("bytes", "SIZE", "how large a copy is"),
        .text("version", nil, "a copy's version"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "where",
        abstract: "Where a session is: route, application servers, cache nodes, keys, copies.",
        discussion: """
            The cache nodes are asked themselves, so that a copy that is shown is there now.

            Examples:
              ctl session where 1A2B3C4D

            \(RecordList.help("places", Self.fields))
            """)

    @Argument(help: "The session's id, or its beginning (8 digits or more).") var id: String
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if self.id.count < 8 { throw ValidationError("an id has at least 8 digits") }
    }

    func run() throws {
        let command = self
        try self.output.show { loop in try await command.find(on: loop) }
    }

    private func find(on loop: Loop) async throws -> RecordList {
        var list = RecordList("places", Self.fields)
        let (socket, session) = try await SessionRecords.named(self.id, self.daemons, on: loop)
        let id = String(session.id.prefix { $0 != "…" })
        let places = try await ControlClient(socket, on: loop).send(
            "GET", Target.path("v1", "sessions", id, "places"), as: SessionPlacesReport.self)
        try await self.addRoute(places.route, to: &list, on: loop)
        for other in try await self.daemons.sockets(of: "sessiond", on: loop) {
            let sessions = try await ControlClient(other, on: loop).send(
                "GET", "/v1/sessions?limit=100000", as: SessionListReport.self)
            let known = sessions.sessions.first {
                $0.baseID == session.baseID && $0.context == session.context
            }
            list.add([
                .text("server"), .text(other.name), .text(places.context), .text(""),
                .text(known == nil ? "not in memory" : "in memory"), .none,
                RecordValue(known?.version.map { "\($0)" }),
            ])
        }
        for copy in places.copies {
            list.add([
                .text("copy"), .text(copy.copy), .text("\(copy.node) \(copy.address)"),
                .text(copy.key), .text(copy.state),
                copy.bytes > 0 ? .bytes(copy.bytes) : .none, .text(copy.version),
            ])
        }
        if places.copies.isEmpty {
            list.notes.append("no cache holds sessions of \(places.context)")
        }
        list.notes.insert("\(places.id) of \(places.context)", at: 0)
        return list
    }

    /// The servers of balancers that the session's route names.
    private func addRoute(_ route: String, to list: inout RecordList, on loop: Loop) async throws {
        // A machine without a balancer has sessions too.
        guard let all = try? await BalancerServers.all(self.daemons, on: loop) else { return }
        let matching = all.filter { !route.isEmpty && $0.peer.route == route }
        for server in matching {
            list.add([
                .text("route"), .text(route), .text("\(server.upstream)/\(server.name)"),
                .text(""), .text(server.peer.state), .none, .none,
            ])
        }
        if matching.isEmpty {
            list.add([
                .text("route"), .text(route.isEmpty ? "none" : route),
                .text("any server of the balancer"), .text(""), .none, .none, .none,
            ])
        }
    }
}
