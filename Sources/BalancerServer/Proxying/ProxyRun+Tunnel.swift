import Base
import EventLoop
import HTTPProtocol
import HTTPTransport

// After 101 both sides talk as they like (WebSockets): bytes go both ways until one side ends.

extension ProxyRun {
    /// Passes on a change of protocols and then everything else.
    func passTunnel(_ head: ResponseHead, _ upstream: UpstreamConnection) async
        -> RequestHandler.Step
    {
        let output = self.connection.connection.output
        self.handler.begin(101, reason: head.string(head.reason))
        for field in head.fields where !self.plan.hidden.contains(field, of: head) {
            if field.known == .contentLength || field.known == .transferEncoding { continue }
            self.connection.addField(head.bytes(field.name), head.bytes(field.value))
        }
        output.appendHeadEnd()
        self.connection.becomeTunnel()
        // The end of either direction ends the other by closing both.
        self.connection.connection.whenPeerFinishes = nil
        let tunnel = Tunnel(
            self.connection.connection, upstream.connection,
            idleTimeout: self.plan.settings.readTimeout)
        await tunnel.run()
        upstream.close()
        self.connection.connection.close()
        self.exchange.complete()
        return .done
    }
}

/// Bytes between two connections, both ways. Loop thread only.
final class Tunnel {
    private let client: Connection
    private let server: Connection
    private let idleTimeout: Duration
    private var lastActive: Instant
    private var hasEnded = false
    private var waiter: Suspension?

    /// Joins two connections; what has been read from them already is passed on first.
    init(_ client: Connection, _ server: Connection, idleTimeout: Duration) {
        self.client = client
        self.server = server
        self.idleTimeout = idleTimeout
        self.lastActive = client.loop.now
    }

    /// Passes bytes on until both directions have ended.
    func run() async {
        let bound = LoopBound(self, loop: self.client.loop)
        self.client.loop.spawn {
            let tunnel = bound.value
            await tunnel.pass(from: tunnel.client, to: tunnel.server)
            tunnel.hasEnded = true
            let waiter = tunnel.waiter.take()
            waiter?.resume()
        }
        await self.pass(from: self.server, to: self.client)
        guard !self.hasEnded else { return }
        await Suspension.wait { self.waiter = $0 }
    }

    /// One direction, to the end of its source; an error or a long silence of both ends both.
    private func pass(from source: Connection, to target: Connection) async {
        do throws(ConnectionError) {
            try await target.flush(deadline: target.loop.now + self.idleTimeout)
            while true {
                if !source.input.isEmpty {
                    target.output.append(source.input)
                    source.input.clear()
                    try await target.flush(deadline: target.loop.now + self.idleTimeout)
                }
                if try await self.read(source) == 0 { break }
                self.lastActive = source.loop.now
            }
            target.shutdownOutput()
        } catch {
            source.close()
            target.close()
        }
    }

    private func read(_ source: Connection) async throws(ConnectionError) -> Int {
        while true {
            do throws(ConnectionError) {
                return try await source.fill(deadline: source.loop.now + self.idleTimeout)
            } catch {
                // The other direction may have been busy meanwhile.
                let isIdle = source.loop.now >= self.lastActive + self.idleTimeout
                if error != .deadlineReached || isIdle { throw error }
            }
        }
    }
}
