import Base
import EventLoop
import FoundationEssentials
import HTTPProtocol
import HTTPTransport
import SystemInterface

/// Talks to one daemon over its control socket. On the loop of `runBlocking`.
final class ControlClient {
    /// How long a daemon may be silent; a reload or an answer that asks caches takes its time.
    private static let timeout = Duration.seconds(15)
    private let socket: ControlSocket
    private let loop: Loop
    private let client: HTTPClient

    init(_ socket: ControlSocket, on loop: Loop) {
        self.socket = socket
        self.loop = loop
        self.client = HTTPClient(address: .unix(socket.path), on: loop)
        self.client.timeout = Self.timeout
    }

    /// Sends a request and decodes its JSON answer.
    ///
    /// - Throws: `CommandFailure` when the daemon cannot be reached, refuses, or answers strangely.
    func send<Answer: Decodable>(
        _ method: String, _ target: String, body: String? = nil, as type: Answer.Type
    ) async throws -> Answer {
        let body = try await self.send(method, target, body: body)
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw CommandFailure(
                .strange,
                description: "\(self.socket.name): \(target) gave an answer that ctl cannot read")
        }
    }

    /// Sends a request and answers the body.
    func send(_ method: String, _ target: String, body: String? = nil) async throws -> [UInt8] {
        let response: ClientResponse
        do {
            var request = ClientRequest(method, target)
            request.body = body.map { Array($0.utf8) }
            response = try await self.client.send(request)
        } catch {
            throw self.unreachable(error)
        }
        guard (200..<300).contains(response.status) else {
            throw self.refusal(response.status, response.body)
        }
        return response.body
    }

    /// The same, whatever the status is.
    func answer(_ method: String, _ target: String) async throws -> (status: Int, body: [UInt8]) {
        do {
            let response = try await self.client.send(ClientRequest(method, target))
            return (response.status, response.body)
        } catch {
            throw self.unreachable(error)
        }
    }

    /// Reads an answer line by line as it comes, until the daemon ends or `take` says false.
    func follow(_ target: String, _ take: (String) -> Bool) async throws {
        do {
            let upstream = try await UpstreamConnection.connect(
                to: .unix(self.socket.path), on: self.loop, deadline: self.loop.now + Self.timeout)
            defer { upstream.close() }
            upstream.beginRequest(.get)
            let output = upstream.connection.output
            output.appendRequestLine("GET", target)
            output.appendField("Host", "localhost")
            output.appendHeadEnd()
            upstream.requestIsWhole()
            try await upstream.flush(timeout: Self.timeout)
            let head = try await upstream.readHead(timeout: Self.timeout)
            let lines = ByteBuffer()
            while true {
                let count = try await upstream.nextBodyPart(timeout: Self.timeout)
                if count == 0 { break }
                let input = upstream.connection.input
                lines.append(input.bytes.extracting(first: count))
                upstream.consumeBody(count)
                guard head.status == 200 else { continue }
                while let end = lines.bytes.firstIndex(of: 0x0A) {
                    let line = lines.bytes.extracting(first: end).makeString()
                    lines.consume(end + 1)
                    if !line.isEmpty, !take(line) { return }
                }
            }
            if head.status != 200 {
                throw self.refusal(head.status, lines.bytes.makeArray())
            }
        } catch let error as HTTPTransportError {
            throw self.unreachable(error)
        }
    }

    private func refusal(_ status: Int, _ body: [UInt8]) -> CommandFailure {
        let refusal = try? JSONDecoder().decode(ErrorReport.self, from: Data(body))
        let reason = refusal?.error.message ?? "status \(status)"
        let kinds: [Int: CommandFailure.Kind] = [403: .forbidden, 504: .timedOut]
        return CommandFailure(
            kinds[status] ?? .refused, description: "\(self.socket.name): \(reason)")
    }

    private func unreachable(_ error: HTTPTransportError) -> CommandFailure {
        CommandFailure(
            .unreachable,
            description: "\(self.socket.name): not reachable at \(self.socket.path)"
                + " (\(Self.reason(error)))")
    }

    private static func reason(_ error: HTTPTransportError) -> String {
        switch error {
        case .connection(.system(let errno)): return errno.description
        case .connection(.deadlineReached): return "no answer in time"
        default: return "the connection ended"
        }
    }
}

/// Targets of requests.
enum Target {
    /// A path of parts, each encoded: `["v1", "upstreams", "a/b"]`.
    static func path(_ parts: String..., query: [(name: String, value: String)] = []) -> String {
        let path = parts.map { "/" + PercentCoding.encode($0, for: .component) }.joined()
        if query.isEmpty { return path }
        let pairs = query.map { "\($0.name)=\(PercentCoding.encode($0.value, for: .component))" }
        return path + "?" + pairs.joined(separator: "&")
    }
}
