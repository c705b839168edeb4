package import Sessions

/// What a context tells its session manager.
package struct SessionContext: Sendable {
    /// The host's name.
    package var host: String
    /// The context's name without its leading slash; empty for ROOT.
    package var name: String
    /// The Engine's jvmRoute.
    package var jvmRoute: String?
    /// The context's session time-out in seconds (`web.xml`, else 1,800); the Manager's
    /// maxInactiveInterval goes before it. 0 and below: never.
    package var sessionTimeoutSeconds: Int32

    /// Describes a context.
    package init(
        host: String, name: String, jvmRoute: String? = nil, sessionTimeoutSeconds: Int32 = 1_800
    ) {
        self.host = host
        self.name = name
        self.jvmRoute = jvmRoute
        self.sessionTimeoutSeconds = sessionTimeoutSeconds
    }
}

/// Why a manager cannot be made.
package enum SessionManagerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// An attribute's value is not usable.
    case settings(SessionSettingsError)
    /// A regular expression has a mistake.
    case pattern(attribute: String, reason: String)
    /// A cache node's address cannot be resolved.
    case address(String)

    package var description: String {
        switch self {
        case .settings(let error): error.description
        case .pattern(let attribute, let reason): "\(attribute): \(reason)"
        case .address(let text): "memcachedNodes: \(text)"
        }
    }
}
