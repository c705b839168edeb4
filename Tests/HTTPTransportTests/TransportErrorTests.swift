import EventLoop
import HTTPProtocol
import HTTPTransport
import SystemInterface
import Testing

/// What people read of an exchange that failed has no word of Swift in it.
struct TransportErrorTests {
    @Test(arguments: [
        (HTTPTransportError.connection(.system(.connectionRefused)), "Connection refused"),
        (.connection(.deadlineReached), "no answer in time"),
        (.connection(.closed), "closed on this side"),
        (.noMessage, "the connection ended without an answer"),
        (.bodyTooLarge, "the body is too large"),
        (.invalidMessage(.badVersion), "what came is no HTTP (badVersion)"),
    ])
    func isASentence(error: HTTPTransportError, text: String) { #expect("\(error)" == text) }
}
