import Base
package import EventLoop
import HTTPProtocol
import HTTPTransport
package import Logging
import Synchronization
import SystemInterface

/// HTTP/1.1 with JSON on a UNIX socket: `curl --unix-socket PATH http://localhost/v1/status`.
///
/// Routes are registered before the socket is opened; the first that fits answers. Paths begin with
/// `/v1/`, but `/metrics`. Who may do what is said by the kernel's word about the peer
/// (`ControlPeer`); each change is logged with who did it. Any thread.
package final class ControlServer: Sendable {
    /// The largest body of a control request.
    package static let bodyByteCountMax: UInt64 = 65_536
    /// How many connections may be open at once; more are closed as they come.
    package static let connectionCountMax = 64

    /// How much of a body is logged.
    private static let loggedBodyByteCountMax = 200
    /// What routes call the part of their path that is a session's id.
    private static let sessionParameter = "id"

    private struct State {
        var routes: [ControlRoute] = []
        var server: HTTPServer?
        var privilegedGroup: UInt32?
    }

    private let state = Mutex(State())
    private let logger: Logger
    private let events: EventHub

    /// Makes a server without routes; changes are told to `logger` and `events`.
    package init(logger: Logger, events: EventHub) {
        self.logger = logger
        self.events = events
    }

    /// Adds a route. A part of the path in braces has a name and stands for any text without slash.
    ///
    /// The handler runs on the loop of the control server. What it throws other than `ControlError`
    /// becomes a 422 with the error's description.
    package func route(
        _ method: String, _ pattern: String, access: ControlAccess = .read,
        _ handler: @escaping ControlHandler
    ) {
        let route = ControlRoute(method, pattern, access, handler)
        self.state.withLock { $0.routes.append(route) }
    }

    /// Method, path and access of all routes, in their order.
    package var routes: [(method: String, pattern: String, access: ControlAccess)] {
        self.state.withLock { $0.routes.map { ($0.method, $0.pattern, $0.access) } }
    }

    /// Begins to answer on `listener`, with all work on `loop`.
    package func start(_ listener: Listener, on loop: Loop) {
        var settings = ServerSettings()
        settings.serverToken = nil
        settings.bodyByteCountMax = Self.bodyByteCountMax
        let serve: @Sendable (ServerConnection) async -> Void = { connection in
            await self.serve(connection)
        }
        let server = HTTPServer(loops: [loop], settings: settings, handler: serve)
        self.state.withLock {
            $0.server = server
            $0.privilegedGroup = ProcessIdentity.groupNumber(ControlPeer.groupName)
        }
        server.start(listener)
    }

    /// Where it answers; empty before `start`.
    package var addresses: [String] {
        self.state.withLock { $0.server }?.addresses.map(\.description) ?? []
    }

    /// How many connections were accepted.
    var acceptedCount: Int { self.state.withLock { $0.server }?.statistics.acceptedCount ?? 0 }

    /// Stops to accept and removes the socket's path where it was made here.
    package func stop() {
        self.events.lines.close()
        self.state.withLock { $0.server }?.stopListening()
    }

    private func serve(_ connection: ServerConnection) async {
        let (group, openCount) = self.state.withLock {
            ($0.privilegedGroup, $0.server?.statistics.openCount ?? 0)
        }
        guard openCount <= Self.connectionCountMax else { return }
        let peer = ControlPeer(
            of: connection.connection.descriptorNumber, privilegedGroup: group)
        while let head = await connection.next() {
            let response: ControlResponse
            do {
                let body = ByteBuffer()
                while try await connection.readBody(into: body) > 0 {}
                let query = Self.query(of: head)
                response = await self.answer(
                    ControlRequest(
                        method: head.string(head.methodRange),
                        path: head.bytes(head.path).makeString(),
                        query: query, body: body.bytes.makeArray(), peer: peer))
            } catch .bodyTooLarge {
                response = .error(
                    ControlError(status: 413, code: "too_large", message: "the body is too large"))
                connection.closeAfterResponse()
            } catch {
                return
            }
            await Self.send(response, on: connection)
        }
    }

    private static func send(_ response: ControlResponse, on connection: ServerConnection) async {
        connection.beginResponse(response.status)
        connection.addField("Content-Type", response.contentType)
        connection.addField("Cache-Control", "no-store")
        switch response.body {
        case .whole(let bytes):
            connection.endHead(.length(UInt64(bytes.count)))
            connection.write(bytes.span)
            connection.finish()
        case .stream(let produce):
            connection.endHead(.stream)
            let bound = LoopBound(connection, loop: connection.loop)
            await produce(
                ControlStream(loop: connection.loop) { bytes in
                    bound.value.write(bytes.span)
                    return (try? await bound.value.flush()) != nil
                })
            connection.finish()
        }
    }

    /// Answers a request. Also for tests without a socket.
    package func answer(_ request: ControlRequest) async -> ControlResponse {
        let routes = self.state.withLock { $0.routes }
        var otherMethods: [String] = []
        for route in routes {
            guard let parameters = route.match(request.path) else { continue }
            // HEAD is answered by GET's handler; the transport leaves the body out.
            guard
                route.method == request.method
                    || (request.method == "HEAD" && route.method == "GET")
            else {
                otherMethods.append(route.method)
                continue
            }
            var request = request
            request.parameters = parameters
            return await self.perform(route, request)
        }
        if otherMethods.isEmpty { return .error(.notFound("there is no \(request.path)")) }
        return .error(
            ControlError(
                status: 405, code: "method_not_allowed",
                message: "\(request.path) takes \(otherMethods.joined(separator: ", "))"))
    }

    private func perform(_ route: ControlRoute, _ request: ControlRequest) async -> ControlResponse
    {
        let what = "\(route.method) \(Self.loggable(route, request))\(Self.loggable(request.body))"
        if route.access != .read, !request.peer.mayChange {
            self.logger.warning(
                "refused on the control socket: \(what) by \(request.peer)",
                metadata: LogField.metadata(client: request.peer.description))
            self.tell("control_refused", "refused: \(what)", request)
            return .error(
                ControlError(
                    status: 403, code: "forbidden",
                    message: "this needs root, the daemon's user or the group "
                        + "\(ControlPeer.groupName)"))
        }
        do {
            let response = try await route.handler(request)
            if route.access == .change {
                self.logger.notice(
                    "done on the control socket: \(what) by \(request.peer)",
                    metadata: LogField.metadata(client: request.peer.description))
                self.tell("control_done", "done: \(what)", request)
            }
            return response
        } catch {
            let refusal = error as? ControlError ?? .refused("\(error)")
            if route.access == .change {
                let why = Self.loggable(refusal.message, of: request)
                self.logger.warning(
                    "not done on the control socket: \(what) by \(request.peer): \(why)",
                    metadata: LogField.metadata(client: request.peer.description))
                self.tell("control_not_done", "not done: \(what): \(why)", request)
            }
            return .error(refusal)
        }
    }

    private func tell(_ event: String, _ message: String, _ request: ControlRequest) {
        self.events.publish(event, message, [("by", request.peer.description)])
    }

    /// The path with session ids cut: the journal never holds a whole one.
    private static func loggable(_ route: ControlRoute, _ request: ControlRequest) -> String {
        var path = route.pattern
        for (name, value) in request.parameters.sorted(by: { $0.key < $1.key }) {
            if let place = path.firstPlace(of: "{\(name)}") {
                path.replaceSubrange(
                    place, with: name == Self.sessionParameter ? Redacted.session(value) : value)
            }
        }
        // A second id may hide behind the first one's end.
        return Redacted.text(path)
    }

    /// The beginning of a body, which says what is wanted: ` {"state":"drain"}`.
    private static func loggable(_ body: [UInt8]) -> String {
        if body.isEmpty { return "" }
        let start = body.prefix(Self.loggedBodyByteCountMax)
        return " " + Redacted.text(String(decoding: start, as: UTF8.self))
    }

    /// The first line of what a handler says, which often names the session that was asked for.
    private static func loggable(_ message: String, of request: ControlRequest) -> String {
        let id = request.parameter(Self.sessionParameter)
        let text = id.isEmpty ? message : message.replacingText(id, with: Redacted.session(id))
        return Redacted.text(String(text.prefix { !$0.isNewline }))
    }

    private static func query(of head: RequestHead) -> [(name: String, value: String)] {
        guard let range = head.query else { return [] }
        return QueryReader.pairs(of: head.bytes(range))
    }
}
