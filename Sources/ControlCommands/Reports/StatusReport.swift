/// What a daemon says of itself at `GET /v1/status`. Parts that a daemon does not have are nil.
struct StatusReport: Decodable, Sendable {
    /// `cached`, `balancerd` or `sessiond`.
    var daemon: String
    var version: String?
    var pid: Int?
    /// `starting`, `running` or `draining`.
    var state: String?
    var startedUnixSeconds: Int?
    var uptimeSeconds: Double?
    /// The addresses where it takes clients.
    var listening: [String]?
    /// Sentences about what is wrong.
    var warnings: [String]?
    var cache: CacheReport?
    var balancer: BalancerReport?
    var sessions: SessionsReport?
    var contexts: [ContextReport]?
}

/// An application of an application server.
struct ContextReport: Decodable, Sendable {
    var path: String
    /// Whether the Manager expects sessions to stay on their server.
    var sticky: Bool?
    /// The Engine's jvmRoute; empty for none.
    var route: String?
}

/// A cache's numbers.
struct CacheReport: Decodable, Sendable {
    var items: Int?
    var bytes: Int?
    var limitBytes: Int?
    var connections: Int?
    var getHits: Int?
    var getMisses: Int?
    var evictions: Int?
}

/// A balancer's upstreams.
struct BalancerReport: Decodable, Sendable {
    /// A group of servers.
    struct Upstream: Decodable, Sendable {
        var name: String
        var method: String?
        /// `none`, `route` or `session`.
        var affinity: String?
        var peers: [Peer]
    }

    /// One server of a group.
    struct Peer: Decodable, Sendable {
        var name: String?
        var address: String
        /// `up`, `down` (switched off), `failed`, `draining` or `full`.
        var state: String
        /// `ready`, `drain` or `maint`.
        var wanted: String?
        var isOverridden: Bool?
        var backup: Bool?
        var weight: Int?
        var configuredWeight: Int?
        var active: Int?
        var requests: Int?
        var failures: Int?
        var transferredBytes: Int?
        var route: String?
    }

    var requests: Int?
    var connections: Int?
    /// More clients are turned away.
    var connectionLimit: Int?
    /// Clients that were turned away.
    var connectionsRefused: Int?
    var upstreams: [Upstream]?
}

/// An application server's sessions and the caches that hold them.
struct SessionsReport: Decodable, Sendable {
    /// A cache node.
    struct Node: Decodable, Sendable {
        var id: String
        var address: String?
        /// `up` or `down`.
        var state: String
        var failover: Bool?
    }

    var requests: Int?
    var errors: Int?
    var active: Int?
    var copiesMissing: Int?
    var localOnly: Int?
    var nodes: [Node]?
}

/// What a control socket says when it refuses.
struct ErrorReport: Decodable, Sendable {
    /// Why.
    struct Reason: Decodable, Sendable {
        var code: String?
        var message: String
    }

    var error: Reason
}
