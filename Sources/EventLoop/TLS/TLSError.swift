import COpenSSL
import SystemInterface

/// What went wrong with TLS, as a sentence that names the file or the certificate.
package struct TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    /// When it went wrong.
    package enum Kind: Sendable {
        /// A file or a setting cannot be used.
        case setup
        /// The two ends did not come to terms, or one does not believe the other.
        case handshake
        /// The peer sent what is no TLS, or not what was agreed.
        case protocolViolation
        /// The connection ended without the peer's word that it is whole (close_notify).
        case truncated
    }

    /// When it went wrong.
    package let kind: Kind
    /// The sentence.
    package let description: String

    /// The reason that OpenSSL gives for its last failure on this thread, and forgets.
    static func takeReason() -> String {
        // SAFETY: OpenSSL's queue is the thread's own; what it points to is copied at once.
        let error = ERR_get_error()
        ERR_clear_error()
        if error == 0 { return "no reason given" }
        if holdfast_error_is_system(error) != 0 {
            return Errno(rawValue: holdfast_error_reason(error)).description
        }
        if let reason = unsafe ERR_reason_error_string(error) {
            return unsafe String(cString: reason)
        }
        return "OpenSSL's error \(error)"
    }
}
