import Base
package import EventLoop
import HTTPProtocol
package import SystemInterface

/// A whole request, for `HTTPClient`.
package struct ClientRequest: Sendable {
    /// The method's name, the target, and the value of Host.
    package var method: String, target: String, host: String
    /// Further fields; Host, Content-Length and Connection are written by the client.
    package var fields: [(name: String, value: String)] = []
    /// The body; nil sends none and no Content-Length.
    package var body: [UInt8]?

    /// A request without body.
    package init(_ method: String, _ target: String, host: String = "localhost") {
        self.method = method
        self.target = target
        self.host = host
    }
}

/// A whole answer.
package struct ClientResponse: Sendable {
    /// The status.
    package var status: Int
    /// The fields in the order they came.
    package var fields: [(name: String, value: String)]
    /// The body.
    package var body: [UInt8]

    /// The value of the first field with a name, in any case.
    package func field(_ name: String) -> String? {
        self.fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body as text.
    package var text: String { self.body.span.makeString() }
}

/// A simple client: one request at a time, whole bodies, over TCP or a UNIX socket. Loop thread
/// only.
///
/// Keeps its connection between requests. For control sockets, `ctl` and tests, not for the data
/// path.
package final class HTTPClient {
    /// The largest body that is taken, in bytes.
    package var bodyByteCountMax = 64 << 20
    /// How long connecting, and each silence of the server, may last.
    package var timeout = Duration.seconds(30)

    private let address: SocketAddress
    private let loop: Loop
    private var upstream: UpstreamConnection?

    /// Makes a client of the server at `address`; it connects at the first request.
    package init(address: SocketAddress, on loop: Loop) {
        self.address = address
        self.loop = loop
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// A kept connection that turns out to be closed is replaced once, for methods that may be
    /// repeated.
    /// - Throws: `connection`, `noMessage`, `invalidMessage`, `bodyTooLarge`.
    package func send(_ request: ClientRequest) async throws(HTTPTransportError) -> ClientResponse {
        let method = HTTPMethod(request.method.utf8.span)
        if let kept = self.upstream {
            self.upstream = nil
            if kept.isReusable {
                do {
                    return try await self.exchange(request, method, on: kept)
                } catch {
                    guard error != .bodyTooLarge, method.isIdempotent, !kept.hasAnswerBytes else {
                        throw error
                    }
                }
            }
            kept.close()
        }
        let fresh = try await UpstreamConnection.connect(
            to: self.address, on: self.loop, deadline: self.loop.now + self.timeout)
        return try await self.exchange(request, method, on: fresh)
    }

    /// Closes the kept connection.
    package func close() {
        self.upstream?.close()
        self.upstream = nil
    }

    private func exchange(
        _ request: ClientRequest, _ method: HTTPMethod, on upstream: UpstreamConnection
    ) async throws(HTTPTransportError) -> ClientResponse {
        do throws(HTTPTransportError) {
            upstream.beginRequest(method)
            self.write(request, to: upstream.connection.output)
            upstream.requestIsWhole()
            try await upstream.flush(timeout: self.timeout)
            let head = try await upstream.readHead(timeout: self.timeout)
            var response = ClientResponse(
                status: head.status,
                fields: head.fields.map { (head.string($0.name), head.string($0.value)) }, body: [])
            let body = ByteBuffer()
            while true {
                let count = try await upstream.nextBodyPart(timeout: self.timeout)
                if count == 0 { break }
                if body.count + count > self.bodyByteCountMax {
                    throw .bodyTooLarge
                }
                let input = upstream.connection.input
                body.append(input.bytes.extracting(first: count))
                upstream.consumeBody(count)
            }
            response.body = body.bytes.makeArray()
            if upstream.isReusable { self.upstream = upstream } else { upstream.close() }
            return response
        } catch {
            upstream.close()
            throw error
        }
    }

    private func write(_ request: ClientRequest, to output: ByteBuffer) {
        output.appendRequestLine(request.method, request.target)
        output.appendField("Host", request.host)
        for field in request.fields { output.appendField(field.name, field.value) }
        if let body = request.body {
            output.appendField("Content-Length", decimal: UInt64(body.count))
            output.appendHeadEnd()
            output.append(body)
        } else {
            output.appendHeadEnd()
        }
    }
}
