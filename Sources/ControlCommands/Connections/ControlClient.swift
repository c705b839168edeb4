import EventLoop
import FoundationEssentials
import HTTPTransport
import SystemInterface

/// What went wrong in a way that a person can do something about; printed as one line.
struct CommandFailure: Error, CustomStringConvertible {
    /// The sentence.
    let description: String
}

/// Talks to one daemon over its control socket. On the loop of `runBlocking`.
final class ControlClient {
    private static let timeout = Duration.seconds(5)
    private let socket: ControlSocket
    private let client: HTTPClient

    init(_ socket: ControlSocket, on loop: Loop) {
        self.socket = socket
        self.client = HTTPClient(address: .unix(socket.path), on: loop)
        self.client.timeout = Self.timeout
    }

    /// Sends a request and decodes its JSON answer.
    ///
    /// - Throws: `CommandFailure` when the daemon cannot be reached, refuses, or answers strangely.
    func send<Answer: Decodable>(
        _ method: String, _ target: String, as type: Answer.Type
    ) async throws -> Answer {
        let body = try await self.send(method, target)
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw CommandFailure(
                description: "\(self.socket.name): \(target) gave an answer that ctl cannot read")
        }
    }

    /// Sends a request and answers the body.
    func send(_ method: String, _ target: String) async throws -> [UInt8] {
        let response: ClientResponse
        do {
            response = try await self.client.send(ClientRequest(method, target))
        } catch {
            throw CommandFailure(
                description: "\(self.socket.name): not reachable at \(self.socket.path)"
                    + " (\(Self.reason(error)))")
        }
        guard (200..<300).contains(response.status) else {
            let refusal = try? JSONDecoder().decode(ErrorReport.self, from: Data(response.body))
            let reason = refusal?.error.message ?? "status \(response.status)"
            throw CommandFailure(description: "\(self.socket.name): \(reason)")
        }
        return response.body
    }

    private static func reason(_ error: HTTPTransportError) -> String {
        switch error {
        case .connection(.system(let errno)): return errno.description
        case .connection(.deadlineReached): return "no answer in time"
        default: return "the connection ended"
        }
    }
}
