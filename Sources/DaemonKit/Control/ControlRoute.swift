import Base
import HTTPProtocol

/// A method and a path whose parts may have names: `GET /v1/sessions/{id}`.
struct ControlRoute: Sendable {
    let method: String
    let pattern: String
    let access: ControlAccess
    let handler: ControlHandler
    private let parts: [Substring]

    init(
        _ method: String, _ pattern: String, _ access: ControlAccess,
        _ handler: @escaping ControlHandler
    ) {
        precondition(pattern.hasPrefix("/"), "a route's path begins with a slash")
        self.method = method
        self.pattern = pattern
        self.access = access
        self.handler = handler
        self.parts = Self.split(pattern)
    }

    /// The named parts when the path fits, else nil.
    func match(_ path: String) -> [String: String]? {
        let given = Self.split(path)
        guard given.count == self.parts.count else { return nil }
        var found: [String: String] = [:]
        for (part, text) in zip(self.parts, given) {
            if part.hasPrefix("{"), part.hasSuffix("}") {
                // Decoded part by part: a server's name may hold a slash.
                guard !text.isEmpty, let value = Self.decode(text) else { return nil }
                found[String(part.dropFirst().dropLast())] = value
            } else if part != text {
                return nil
            }
        }
        return found
    }

    private static func decode(_ text: Substring) -> String? {
        guard let bytes = PercentCoding.decode(Array(text.utf8).span) else { return nil }
        return bytes.span.makeString()
    }

    private static func split(_ path: String) -> [Substring] {
        path.dropFirst().split(separator: Character("/"), omittingEmptySubsequences: false)
    }
}

/// What a route needs of who asks.
package enum ControlAccess: Sendable {
    /// Everybody who can connect.
    case read
    /// Root, the daemon's user and the group `holdfast`: what could do harm in other hands.
    case confidential
    /// The same; what they do is logged.
    case change

    /// The word for it in `/v1/routes`.
    package var word: String {
        switch self {
        case .read: "read"
        case .confidential: "confidential"
        case .change: "change"
        }
    }
}

/// Answers one request, on the main loop. It may wait, also for other loops.
package typealias ControlHandler =
    @Sendable (ControlRequest) async throws -> ControlResponse
