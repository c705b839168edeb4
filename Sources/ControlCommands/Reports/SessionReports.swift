/// `GET /v1/sessions`.
struct SessionListReport: Decodable, Sendable {
    var sessions: [SessionReport]
}

/// One session; attributes only where they were asked for and may be seen.
struct SessionReport: Decodable, Sendable {
    /// One attribute, its value as text.
    struct Attribute: Decodable, Sendable {
        var name: String
        var type: String
        var value: String
    }

    var id: String
    var node: String?
    var copies: [String]?
    var version: Int?
    var createdUnixMilliseconds: Int?
    var lastAccessedUnixMilliseconds: Int?
    var maxInactiveSeconds: Int?
    var attributeCount: Int?
    var context: String?
    var route: String?
    var attributes: [Attribute]?

    /// The id without node and route.
    var baseID: String { String(self.id.prefix { $0 != "-" && $0 != "." }) }
}

/// `GET /v1/sessions/{id}/places`.
struct SessionPlacesReport: Decodable, Sendable {
    /// A copy, as the node itself tells of it.
    struct Copy: Decodable, Sendable {
        var copy: String
        var node: String
        var address: String
        var key: String
        var state: String
        var bytes: Int
        var version: String
    }

    var id: String
    var context: String
    var node: String
    var route: String
    var isLocal: Bool
    var copies: [Copy]
}

/// `GET /v1/locks`.
struct LockListReport: Decodable, Sendable {
    /// A lock that somebody holds.
    struct Lock: Decodable, Sendable {
        var id: String
        var context: String
        var node: String
        var isOurs: Bool
    }

    var locks: [Lock]
}

/// `GET /v1/health`.
struct HealthReport: Decodable, Sendable {
    var daemon: String
    var state: String
    /// `ok`, `degraded` or `unavailable`.
    var health: String
    var warnings: [String]
}

/// `GET /v1/config`.
struct ConfigReport: Decodable, Sendable {
    /// A file as it was taken, and as it is now.
    struct File: Decodable, Sendable {
        var path: String
        var text: String
        var onDisk: String?
        var isChanged: Bool
    }

    var daemon: String
    var language: String
    var settings: [String: String]
    var files: [File]
}

/// `GET /v1/log-level`.
struct LevelReport: Decodable, Sendable {
    var level: String
}

/// One line of `GET /v1/log`.
struct LogLineReport: Decodable, Sendable {
    var unixMilliseconds: Int
    var level: String
    var label: String
    var message: String
    var client: String?
    var session: String?
    var request: String?
}

/// One line of `GET /v1/events`.
struct EventReport: Decodable, Sendable {
    var unixMilliseconds: Int
    var daemon: String
    var event: String
    var message: String
}
