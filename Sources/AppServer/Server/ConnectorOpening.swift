import Base
import DaemonKit
import EventLoop
import HTTPTransport
import SystemInterface

/// Opens the listeners of all connectors: those that systemd passed under the name `http`, else
/// bound here. All or none.
struct ConnectorOpening {
    private let daemon: Daemon
    private var wanted:
        [(connector: ConnectorConfiguration, engineIndex: Int, address: SocketAddress)] = []

    init(_ daemon: Daemon) { self.daemon = daemon }

    /// Adds a connector's addresses.
    ///
    /// - Throws: when its host name has no address.
    mutating func add(_ connector: ConnectorConfiguration, engineIndex: Int) throws(Diagnostic) {
        for address in try Self.addresses(of: connector) {
            self.wanted.append((connector, engineIndex, address))
        }
    }

    private static func addresses(
        of connector: ConnectorConfiguration
    ) throws(Diagnostic) -> [SocketAddress] {
        switch connector.endpoint {
        case .unix(let path): return [.unix(path)]
        case .tcp(nil, let port):
            var addresses: [SocketAddress] = [.ipv4(0, port: port)]
            // Two sockets would get two different ports when any will do.
            if port != 0, (try? Files.status("/proc/net/if_inet6")) != nil {
                addresses.append(.ipv6([UInt8](repeating: 0, count: 16), port: port))
            }
            return addresses
        case .tcp(let host?, let port):
            if let address = SocketAddress(numeric: host, port: port) { return [address] }
            guard let address = try? SocketAddress.resolve(host: host, port: port).first else {
                var mistake = connector.place
                mistake.message = "Connector address=\"\(host)\": the name has no address"
                throw mistake
            }
            return [address]
        }
    }

    /// Opens them all; none accepts yet.
    func open(
        workers: [LoopBound<Worker>]
    ) throws -> [(server: HTTPServer, listeners: [Listener])] {
        let options = self.wanted.map { entry in
            var options = ListenerOptions()
            options.backlog = entry.connector.acceptCount
            options.unixPermissions = entry.connector.socketPermissions
            return (entry.address, options)
        }
        let listeners = try self.daemon.sockets.listeners(
            named: "http", at: self.wanted.map(\.address)
        ) { address in options.first { $0.0 == address }?.1 ?? ListenerOptions() }
        return listeners.enumerated().map { index, listener in
            let entry = self.entry(for: listener, index: index, of: listeners.count)
            let server = HTTPServer(
                loops: self.daemon.loops.loops, settings: entry.connector.http
            ) { connection in
                guard let worker = workers.first(where: { $0.loop === connection.loop }) else {
                    return
                }
                let exchange = Exchange(
                    connection, worker.value, entry.connector, engineIndex: entry.engineIndex)
                await RequestHandler(
                    connection: connection, worker: worker.value, exchange: exchange
                ).serve()
            }
            return (server, [listener])
        }
    }

    /// The connector that a listener is for; a passed wildcard may stand for two addresses.
    private func entry(
        for listener: Listener, index: Int, of count: Int
    ) -> (connector: ConnectorConfiguration, engineIndex: Int, address: SocketAddress) {
        if count == self.wanted.count { return self.wanted[index] }
        return self.wanted.first { $0.address == listener.address }
            ?? self.wanted.first { $0.address.port == listener.address.port }
            ?? self.wanted[index]
    }
}
