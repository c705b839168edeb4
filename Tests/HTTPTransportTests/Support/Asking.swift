import Base
import EventLoop
import HTTPProtocol
import HTTPTransport

/// An answer that came over an `UpstreamConnection`.
struct UpstreamAnswer: Equatable, Sendable {
    var status: Int
    var body: String
}

extension UpstreamConnection {
    /// Sends a request without body and reads the whole answer.
    func ask(
        _ method: HTTPMethod = .get, _ target: String = "/",
        timeout: Duration = .seconds(20)
    ) async throws(HTTPTransportError) -> UpstreamAnswer {
        self.beginRequest(method)
        let output = self.connection.output
        output.appendRequestLine(method == .head ? "HEAD" : "GET", target)
        output.appendField("Host", "h")
        output.appendHeadEnd()
        self.requestIsWhole()
        try await self.flush(timeout: timeout)
        let status = try await self.readHead(timeout: timeout).status
        var body = ""
        while true {
            let count = try await self.nextBodyPart(timeout: timeout)
            if count == 0 { break }
            let input = self.connection.input
            body += input.bytes.extracting(first: count).makeString()
            self.consumeBody(count)
        }
        return UpstreamAnswer(status: status, body: body)
    }
}
