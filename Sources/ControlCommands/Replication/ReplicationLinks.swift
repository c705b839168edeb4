import EventLoop

/// `GET /v1/replication`.
struct ReplicationStatus: Decodable, Sendable {
    /// A link to or from a peer.
    struct Link: Decodable, Sendable {
        var peer: String
        var direction: String
        var state: String
        var node: String?
        var problem: String?
        var waiting: Int
        var lagSeconds: Double?
        var items: Int
        var deletions: Int
        var flushes: Int
        var passedOver: Int
        var copies: Int
        var overflows: Int
        var connects: Int
    }

    var isEnabled: Bool
    var node: String?
    var port: Int?
    var isWhole: Bool?
    var logStart: Int?
    var logEnd: Int?
    var logCountMax: Int?
    var links: [Link]?
}

/// The replication of caches of this machine.
enum ReplicationLinks {
    /// A cache and its links.
    typealias Cache = (socket: ControlSocket, status: ReplicationStatus)

    /// The caches that are meant: those with these names, or all that replicate.
    ///
    /// - Throws: `CommandFailure` when none of them replicates.
    static func caches(
        _ names: [String], _ daemons: DaemonOptions, on loop: Loop
    ) async throws -> [Cache] {
        let sockets =
            names.isEmpty
            ? try await daemons.sockets(of: "cached", on: loop)
            : try daemons.found(named: names)
        var caches: [Cache] = []
        for socket in sockets {
            let status = try await ControlClient(socket, on: loop).send(
                "GET", "/v1/replication", as: ReplicationStatus.self)
            if status.isEnabled { caches.append((socket, status)) }
        }
        if caches.isEmpty {
            let who = names.isEmpty ? "no cache here" : "\(names.joined(separator: ", ")): no cache"
            throw CommandFailure(description: "\(who) replicates; cached -x names its peers")
        }
        return caches
    }

    /// The one cache that is meant.
    ///
    /// - Throws: `CommandFailure` when several are and no name says which.
    static func one(
        _ name: String?, _ daemons: DaemonOptions, on loop: Loop
    ) async throws -> Cache {
        let caches = try await Self.caches(name.map { [$0] } ?? [], daemons, on: loop)
        guard caches.count == 1 else {
            let names = caches.map(\.socket.name).joined(separator: ", ")
            throw CommandFailure(description: "which cache is meant? there are \(names)")
        }
        return caches[0]
    }
}
