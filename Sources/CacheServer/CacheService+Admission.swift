import Base
import EventLoop
import Synchronization
import SystemInterface

// Connections as they come, up to the limit of `-c`.
extension CacheService {
    /// Serves a connection, or turns it away.
    func serve(_ connection: Connection, _ endpoint: ListenEndpoint) async {
        let tls = endpoint.tls == .none ? nil : self.tls
        let network = self.options.network
        if !self.connections.admit(limit: network.connectionCountMax) {
            if network.refusesAtLimit { return self.reject(connection, isTLS: tls != nil) }
            await self.connections.admitLater(
                limit: network.connectionCountMax, at: SystemClock.now(),
                pause: { self.listeners.withLock { $0.entries }.forEach { $0.listener.hold() } })
        }
        if let tls, await !tls.start(connection, endpoint.tls, self.watchers) {
            return self.leave()
        }
        let choice = endpoint.protocolChoice ?? self.options.commands.choice
        CacheSession(connection, self, choice).begin { self.leave() }
    }

    private func reject(_ connection: Connection, isTLS: Bool) {
        self.connections.reject()
        // Who speaks TLS would take it for a mistake.
        if !isTLS { connection.output.append("ERROR Too many open connections\r\n") }
        _ = try? connection.flushNow()
    }

    private func leave() {
        guard self.connections.leave(at: SystemClock.now()) else { return }
        self.listeners.withLock { $0.entries }.forEach { $0.listener.goOn() }
    }
}
