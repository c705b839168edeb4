package import SystemInterface

/// Why a read or write on a connection ended.
package enum ConnectionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// This side closed it.
    case closed
    /// The deadline given to the call passed.
    case deadlineReached
    /// The kernel said no: reset, refused, no route.
    case system(Errno)
    /// The peer does not keep to TLS, or is not who it must be.
    case tls(TLSError)

    /// The reason, for a line of a log or of a command.
    package var description: String {
        switch self {
        case .closed: "closed on this side"
        case .deadlineReached: "no answer in time"
        case .system(let errno): errno.description
        case .tls(let error): error.description
        }
    }
}
