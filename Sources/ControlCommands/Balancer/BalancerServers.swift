import EventLoop

/// A server of an upstream of a balancer.
struct BalancerServer: Sendable {
    /// The balancer's control socket.
    let socket: ControlSocket
    /// The upstream's name, and how it chooses.
    let upstream: String, method: String
    /// What the balancer says of it.
    let peer: BalancerReport.Peer

    /// Its name in the configuration.
    var name: String { self.peer.name ?? self.peer.address }

    /// Whether a person may mean it: by name, address, route, or upstream and name.
    func isNamed(_ text: String) -> Bool {
        text == self.name || text == self.peer.address
            || (!(self.peer.route ?? "").isEmpty && text == self.peer.route)
            || text == "\(self.upstream)/\(self.name)"
    }
}

/// Servers of all balancers.
enum BalancerServers {
    /// `GET /v1/upstreams`.
    private struct Report: Decodable { var upstreams: [BalancerReport.Upstream] }

    static let fields: [RecordList.Field] = [
        .text("balancer", nil, "the balancer's instance"),
        .text("upstream", "UPSTREAM", "the group"),
        .text("name", "SERVER", "as the configuration has it"),
        .text("address", nil, "where it is"),
        .text("state", "STATE", "up, failed, draining, down (switched off) or full"),
        .text("wanted", nil, "ready, drain or maint"),
        .text("isOverridden", nil, "whether an operator wants something else than configured"),
        .text("backup", nil, "whether it serves only when no other can"),
        .text("route", "ROUTE", "the name that sessions know it by"),
        .number("weight", "WEIGHT", "its share of the requests"),
        .number("configuredWeight", nil, "its share by the configuration"),
        .number("active", "ACTIVE", "requests at it now"),
        .number("requests", "REQUESTS", "how often it was chosen"),
        .number("failures", "FAILED", "how often it failed"),
        .number("transferredBytes", nil, "bytes in both directions"),
        .text("method", nil, "how the upstream chooses"),
    ]

    /// The servers of all balancers that are meant, in the order of their configuration.
    static func all(_ daemons: DaemonOptions, on loop: Loop) async throws -> [BalancerServer] {
        var servers: [BalancerServer] = []
        for socket in try await daemons.sockets(of: "balancerd", on: loop) {
            let report = try await ControlClient(socket, on: loop).send(
                "GET", "/v1/upstreams", as: Report.self)
            for upstream in report.upstreams {
                servers += upstream.peers.map { peer in
                    BalancerServer(
                        socket: socket, upstream: upstream.name, method: upstream.method ?? "",
                        peer: peer)
                }
            }
        }
        return servers
    }

    /// The servers that a name means; more than one when several upstreams have it.
    ///
    /// - Throws: `CommandFailure` when none has it.
    static func named(
        _ name: String, _ daemons: DaemonOptions, on loop: Loop
    ) async throws -> [BalancerServer] {
        let all = try await Self.all(daemons, on: loop)
        let found = all.filter { $0.isNamed(name) }
        if found.isEmpty { throw Self.unknown(name, all) }
        return found
    }

    /// What to say of a name that nobody has.
    static func unknown(_ name: String, _ all: [BalancerServer]) -> CommandFailure {
        var names: [String] = []
        for server in all {
            let route = server.peer.route ?? ""
            let text = server.name + (route.isEmpty ? "" : " (\(route))")
            if !names.contains(text) { names.append(text) }
        }
        let known = names.isEmpty ? "there are none" : "there are \(names.joined(separator: ", "))"
        return CommandFailure(description: "there is no server \(name); \(known)")
    }

    /// Changes a server.
    static func change(_ server: BalancerServer, _ body: String, on loop: Loop) async throws {
        _ = try await ControlClient(server.socket, on: loop).send(
            "PATCH", Target.path("v1", "upstreams", server.upstream, "servers", server.name),
            body: body)
    }

    /// Servers as records.
    static func records(_ servers: [BalancerServer]) -> RecordList {
        var list = RecordList("servers", Self.fields)
        list.emptyText = "no upstreams"
        for server in servers {
            let peer = server.peer
            list.add([
                .text(server.socket.name), .text(server.upstream), .text(server.name),
                .text(peer.address), .text(peer.state), .text(peer.wanted ?? ""),
                .flag(peer.isOverridden ?? false), .flag(peer.backup ?? false),
                .text(peer.route ?? ""), RecordValue(peer.weight),
                RecordValue(peer.configuredWeight), RecordValue(peer.active),
                RecordValue(peer.requests), RecordValue(peer.failures),
                peer.transferredBytes.map { .bytes($0) } ?? .none, .text(server.method),
            ])
        }
        return list
    }
}
