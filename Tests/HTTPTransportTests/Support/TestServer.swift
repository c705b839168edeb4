import Base
import EventLoop
import HTTPProtocol
import HTTPTransport
import Synchronization
import SystemInterface
import TestSupport

/// A server on loopback for one test, on the loop that the test runs on as well.
final class TestServer: Sendable {
    /// One request's service.
    typealias Handler = @Sendable (RequestHead, ServerConnection) async -> Void

    private final class Log: Sendable {
        let targets = Mutex<[String]>([])
        let failures = Mutex<[HTTPTransportError?]>([])
    }

    let loop: Loop
    let server: HTTPServer
    let address: SocketAddress
    private let log: Log

    init(
        _ group: LoopGroup, _ settings: ServerSettings, at address: SocketAddress,
        _ handler: @escaping Handler
    ) throws {
        let listener = try Listener.bind(address)
        let log = Log()
        self.loop = group.loops[0]
        self.address = listener.address
        self.log = log
        self.server = HTTPServer(loops: group.loops, settings: settings) { connection in
            while let request = await connection.next() {
                log.targets.withLock { $0.append(request.string(request.target)) }
                await handler(request, connection)
            }
            log.failures.withLock { $0.append(connection.failure) }
        }
        self.server.start(listener)
    }

    /// The targets of all requests that came to the handler.
    var targets: [String] { self.log.targets.withLock { $0 } }
    /// Why each connection ended, in the order they did.
    var failures: [HTTPTransportError?] { self.log.failures.withLock { $0 } }

    /// A new connection to it.
    func connect() async throws -> RawConnection {
        try await RawConnection.connect(to: self.address, on: self.loop)
    }

    /// Sends a text on a new connection, in one piece, and gives all that comes until the end.
    func exchange(_ text: String) async throws -> String {
        let client = try await self.connect()
        defer { client.close() }
        try await client.send(text)
        return try await client.rest()
    }

    /// Waits, with the usual limit, until something is so; answers whether it became so.
    func waits(until condition: () -> Bool) async -> Bool {
        let end = self.loop.now + RawConnection.limit
        while !condition() {
            if self.loop.now >= end { return false }
            await self.loop.sleep(until: self.loop.now + .milliseconds(1))
        }
        return true
    }
}

/// Runs `body` beside a server that gives each request to `handler`.
func withServer(
    _ settings: ServerSettings = ServerSettings(),
    at address: SocketAddress = .ipv4(0x7F00_0001, port: 0),
    handler: @escaping TestServer.Handler = { await echo($0, $1) },
    _ body: @escaping @Sendable (TestServer) async throws -> Void
) async throws {
    try await runOnLoop { group in
        let server = try TestServer(group, settings, at: address, handler)
        defer { server.server.stopListening() }
        try await body(server)
    }
}

/// Answers a request with a body by the same body in chunks, any other with its method and target.
func echo(_ request: RequestHead, _ connection: ServerConnection) async {
    do {
        if request.framing == .none, request.method != .post {
            let text = "\(request.string(request.methodRange)) \(request.string(request.target)) "
            connection.respond(200, text + "\(connection.requestCount - 1)\n")
            return
        }
        connection.beginResponse(200)
        connection.endHead(.stream)
        while true {
            let count = try await connection.nextBodyPart()
            if count == 0 { break }
            let input = connection.connection.input
            connection.write(input.bytes.extracting(first: count))
            connection.consumeBody(count)
            try await connection.relieve()
        }
        connection.finish()
    } catch {
        connection.cut()
    }
}

/// Reads the whole body, then answers with it; a body that cannot be read gets its status.
func gather(_ request: RequestHead, _ connection: ServerConnection) async {
    do {
        let body = try await connection.readWholeBody(limit: 1 << 22)
        let text = body.span.makeString()
        connection.respond(200, text)
    } catch {
        connection.respond(error.status, "refused\n")
    }
}
