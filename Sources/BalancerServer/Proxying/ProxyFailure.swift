import EventLoop
import HTTPProtocol
import HTTPTransport
import SystemInterface

/// Why a server did not answer a request.
enum ProxyFailure {
    /// No connection to it.
    case connecting(HTTPTransportError)
    /// It did not take the request.
    case sending(HTTPTransportError)
    /// It did not answer, or not in HTTP.
    case reading(HTTPTransportError)
    /// It answered with a status that is to be tried elsewhere.
    case status(Int)
    /// The client sent its body wrongly, or left.
    case client(HTTPTransportError)

    /// What `proxy_next_upstream` calls it.
    var condition: NextUpstream {
        switch self {
        case .connecting(let error), .sending(let error), .reading(let error):
            switch error {
            case .connection(.deadlineReached): .timeout
            case .connection(.system(.timedOut)): .timeout
            case .invalidMessage(.truncated): .error
            case .invalidMessage: .invalidHeader
            default: .error
            }
        case .status(let status): NextUpstream.member(forStatus: status) ?? []
        case .client: []
        }
    }

    /// The status that the client gets when nobody else is asked.
    var status: Int {
        switch self {
        case .status(let status): status
        case .client(let error): error.status
        default: self.condition == .timeout ? 504 : 502
        }
    }

    /// Whether a kept connection may have ended before the request reached the server.
    var mayBeStale: Bool {
        switch self {
        case .sending, .reading(.noMessage), .reading(.connection(.system)),
            .reading(.connection(.closed)):
            true
        default: false
        }
    }

    /// The words of nginx's error log.
    var text: String {
        switch self {
        case .connecting(let error):
            self.condition == .timeout
                ? "upstream timed out (110: Connection timed out) while connecting to upstream"
                : "connect() failed (\(Self.reason(error))) while connecting to upstream"
        case .sending(let error):
            self.condition == .timeout
                ? "upstream timed out (110: Connection timed out) while sending request to upstream"
                : "send() failed (\(Self.reason(error))) while sending request to upstream"
        case .reading(let error): Self.readingText(error)
        case .status(let status): "upstream answered \(status)"
        case .client(let error): "client failed while its request body was read: \(error)"
        }
    }

    private static func readingText(_ error: HTTPTransportError) -> String {
        let end = "while reading response header from upstream"
        switch error {
        case .connection(.deadlineReached):
            return "upstream timed out (110: Connection timed out) \(end)"
        case .noMessage, .invalidMessage(.truncated):
            return "upstream prematurely closed connection \(end)"
        case .invalidMessage(let reason): return "upstream sent invalid header (\(reason)) \(end)"
        default: return "recv() failed (\(Self.reason(error))) \(end)"
        }
    }

    private static func reason(_ error: HTTPTransportError) -> String {
        if case .connection(.system(let errno)) = error { return "\(errno.rawValue): \(errno)" }
        return "\(error)"
    }
}
