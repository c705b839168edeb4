package import SystemInterface

/// Why a read or write on a connection ended.
package enum ConnectionError: Error, Equatable, Sendable {
    /// This side closed it.
    case closed
    /// The deadline given to the call passed.
    case deadlineReached
    /// The kernel said no: reset, refused, no route.
    case system(Errno)
    /// The peer does not keep to TLS, or is not who it must be.
    case tls(TLSError)
}
