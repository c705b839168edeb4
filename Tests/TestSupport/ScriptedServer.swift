import Base
package import EventLoop
import Synchronization
package import SystemInterface

/// A server on loopback that does with each connection what its script says, and remembers the
/// requests that the script read.
package final class ScriptedServer: Sendable {
    /// What is done with one connection; the number counts the connections from 1.
    package typealias Script =
        @Sendable (
            _ peer: RawConnection, _ number: Int, _ server: ScriptedServer
        ) async throws -> Void

    private let listener: Listener
    private struct State {
        var requests: [RawMessage] = []
        var notes: [String] = []
        var connectionCount = 0
    }

    private let state = Mutex(State())

    /// Starts a server on `loop`; `script` runs once for each connection, which is closed at its
    /// end. What it throws ends the connection as well.
    package init(on loop: Loop, script: @escaping Script) throws {
        self.listener = try Listener.bind(.ipv4(0x7F00_0001, port: 0))
        self.listener.start(on: [loop]) { connection in
            let number = self.state.withLock { state in
                state.connectionCount += 1
                return state.connectionCount
            }
            try? await script(RawConnection(connection), number, self)
        }
    }

    /// A server that answers every request of a connection with the same text.
    package convenience init(on loop: Loop, answering text: String) throws {
        try self.init(on: loop) { peer, _, server in
            while try await server.request(of: peer) != nil { try await peer.send(text) }
        }
    }

    /// Where it listens.
    package var address: SocketAddress { self.listener.address }
    /// Its host and port, as configurations name it.
    package var name: String { self.listener.address.description }
    /// All requests so far.
    package var requests: [RawMessage] { self.state.withLock { $0.requests } }
    /// What scripts have noted.
    package var notes: [String] { self.state.withLock { $0.notes } }
    /// How many connections were made to it.
    package var connectionCount: Int { self.state.withLock { $0.connectionCount } }

    /// The next request on a connection, which is remembered; for scripts.
    package func request(of peer: RawConnection) async throws -> RawMessage? {
        guard let request = try await peer.request() else { return nil }
        self.state.withLock { $0.requests.append(request) }
        return request
    }

    /// Notes that something has happened; for scripts.
    package func note(_ text: String) { self.state.withLock { $0.notes.append(text) } }

    /// Waits until something has been noted; for scripts that a test holds up.
    package func awaitNote(on peer: RawConnection) async throws {
        let loop = peer.connection.loop
        let end = loop.now + RawConnection.limit
        while self.notes.isEmpty {
            guard loop.now < end else { throw ConnectionError.deadlineReached }
            await loop.sleep(until: loop.now + .milliseconds(1))
        }
    }

    /// Takes no more connections.
    package func stop() { self.listener.stop() }
}

/// A whole answer with a body and a length.
package func rawAnswer(
    _ status: Int = 200, _ body: String = "", _ fields: String = ""
) -> String {
    "HTTP/1.1 \(status) Said\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
}
