import Base
import SystemInterface
import TestSupport

@testable import EventLoop

/// A listener that speaks TLS and echoes, and clients to it.
struct TLSPair: Sendable {
    static let limit = Duration.seconds(20)
    static let loopback = SocketAddress.ipv4(0x7F00_0001, port: 0)

    let certificates: TestCertificates
    let server: TLSContext
    let listener: Listener
    let group: LoopGroup
    var loop: Loop { self.group.loops[0] }

    /// Listens; `serve` has each connection whose handshake is done.
    init(
        _ certificates: TestCertificates, on group: LoopGroup,
        serve: @escaping @Sendable (Connection) async -> Void = TLSPair.echo,
        failed: @escaping @Sendable (ConnectionError) -> Void = { _ in },
        change: (inout TLSSettings) -> Void = { _ in }
    ) throws {
        self.certificates = certificates
        self.group = group
        var settings = TLSSettings()
        settings.chainPath = certificates.path("server.pem")
        settings.keyPath = certificates.path("server.key")
        settings.authorityPath = certificates.path("ca.pem")
        change(&settings)
        let context = try TLSContext(settings, role: .server)
        self.server = context
        self.listener = try Listener.bind(Self.loopback)
        self.listener.start(on: [group.loops[group.loops.count - 1]]) { connection in
            do throws(ConnectionError) {
                try await connection.startTLS(context)
            } catch {
                return failed(error)
            }
            await serve(connection)
        }
    }

    /// A client's context that believes `ca`.
    func clientContext(_ change: (inout TLSSettings) -> Void = { _ in }) throws -> TLSContext {
        var settings = TLSSettings()
        settings.authorityPath = self.certificates.path("ca.pem")
        settings.verification = .require
        change(&settings)
        return try TLSContext(settings, role: .client)
    }

    /// Connects without TLS, to the listener or to a relay before it.
    func connectPlainly(to address: SocketAddress? = nil) async throws -> Connection {
        try await Connection.connect(
            to: address ?? self.listener.address, on: self.loop,
            deadline: self.loop.now + Self.limit)
    }

    /// Connects and shakes hands.
    func connect(
        _ context: TLSContext, serverName: String? = "localhost", to address: SocketAddress? = nil
    ) async throws -> Connection {
        let connection = try await self.connectPlainly(to: address)
        do {
            try await connection.startTLS(
                context, serverName: serverName, deadline: self.loop.now + Self.limit)
        } catch {
            connection.close()
            throw error
        }
        return connection
    }

    /// Sends back what comes, until the end.
    static func echo(_ connection: Connection) async {
        while let count = try? await connection.fill(), count > 0 {
            let input = connection.input
            connection.output.append(input)
            input.consume(input.count)
            try? await connection.flush()
        }
    }

    /// Sends bytes and takes as many back, both at once.
    static func exchange(_ bytes: [UInt8], over client: Connection) async throws -> [UInt8] {
        let deadline = client.loop.now + Self.limit
        client.output.append(bytes)
        while client.input.count < bytes.count {
            _ = try client.flushNow()
            guard try await client.fill(deadline: deadline) > 0 else { break }
        }
        let input = client.input
        let answer = input.bytes.makeArray()
        input.clear()
        return answer
    }
}

/// Passes bytes on between clients and a server, one at a time, each in a turn of the loop.
final class DripRelay: Sendable {
    let listener: Listener

    init(to server: SocketAddress, on loop: Loop) throws {
        self.listener = try Listener.bind(TLSPair.loopback)
        self.listener.start(on: [loop]) { client in
            guard let target = try? await Connection.connect(to: server, on: client.loop) else {
                return
            }
            let ends = LoopBound((client, target), loop: client.loop)
            client.loop.spawn { await Self.pass(from: ends.value.1, to: ends.value.0) }
            await Self.pass(from: client, to: target)
        }
    }

    private static func pass(from source: Connection, to target: Connection) async {
        while let count = try? await source.fill(), count > 0 {
            for byte in source.input.makeArray() {
                target.output.append(byte)
                guard (try? await target.flush()) != nil else { return }
                await source.loop.yield()
            }
            source.input.clear()
        }
        target.shutdownOutput()
    }
}
