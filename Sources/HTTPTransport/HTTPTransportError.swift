package import EventLoop
package import HTTPProtocol

/// Why an exchange could not go on.
package enum HTTPTransportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The connection failed, was closed on this side, or a deadline passed.
    case connection(ConnectionError)
    /// The peer sent what is no HTTP, or less than it had announced (`truncated`).
    case invalidMessage(HTTPParseError)
    /// The peer closed before it sent a byte of the message.
    case noMessage
    /// The body is larger than the limit that was set for it.
    case bodyTooLarge

    /// The reason, for a line of a log or of a command.
    package var description: String {
        switch self {
        case .connection(let error): error.description
        case .invalidMessage(let error): "what came is no HTTP (\(error))"
        case .noMessage: "the connection ended without an answer"
        case .bodyTooLarge: "the body is too large"
        }
    }

    /// The status that tells a client of it, where there is one to tell.
    package var status: Int {
        switch self {
        case .connection(.deadlineReached): 408
        case .connection, .noMessage: 400
        case .invalidMessage(let error): error.status
        case .bodyTooLarge: 413
        }
    }
}
