import DaemonKit
import EventLoop
import SystemInterface

/// The cache's TCP and UNIX listeners, each with what `-l` says of it.
struct CacheListeners {
    /// The environment's name for the file that ports are written to.
    private static let portFileVariable = "MEMCACHED_PORT_FILENAME"

    /// A listener and its settings.
    struct Entry: Sendable {
        let listener: Listener
        let endpoint: ListenEndpoint
    }

    private(set) var entries: [Entry] = []

    /// None yet.
    init() {}

    /// Opens them; none accepts yet. Those that systemd passed are taken.
    init(_ options: CacheOptions, _ sockets: ActivatedSockets) throws {
        var common = ListenerOptions()
        common.backlog = options.network.backlog
        var wanted = try options.network.listeners()
        let listeners = try sockets.listeners(named: "cache", at: wanted.map(\.address)) {
            var own = common
            if case .unix = $0 { own.unixPermissions = options.network.socketPermissions }
            return own
        }
        for listener in listeners {
            // A port that the kernel chose is not the one that was asked for.
            let place =
                wanted.firstIndex { $0.address == listener.address }
                ?? wanted.firstIndex { $0.address == listener.address.replacingPort(0) }
            let endpoint = place.map { wanted.remove(at: $0).1 } ?? ListenEndpoint()
            self.entries.append(Entry(listener: listener, endpoint: endpoint))
        }
    }

    /// Writes the ports to the file that MEMCACHED_PORT_FILENAME names, where it names one.
    ///
    /// - Parameters:
    ///   - udp: the ports of UDP, as addresses.
    ///   - isNeeded: whether there is to be a file also when there is no port to write.
    /// - Throws: when the file cannot be written.
    func writePortFile(udp: [SocketAddress] = [], isNeeded: Bool = false) throws(StartError) {
        guard let path = Processes.environment(Self.portFileVariable) else { return }
        let lines =
            self.entries.compactMap { Self.portLine("TCP", $0.listener.address) }
            + udp.compactMap { Self.portLine("UDP", $0) }
        guard isNeeded || !lines.isEmpty else { return }
        do {
            try Files.write(Array(lines.joined().utf8), to: path)
        } catch {
            throw StartError(description: "cannot write the port file \(path): \(error)")
        }
    }

    private static func portLine(_ transport: String, _ address: SocketAddress) -> String? {
        switch address {
        case .ipv4(_, let port): "\(transport) INET: \(port)\n"
        case .ipv6(_, let port): "\(transport) INET6: \(port)\n"
        case .unix: nil
        }
    }
}
