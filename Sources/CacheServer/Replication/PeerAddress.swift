import Base
import EventLoop
import Synchronization
import SystemInterface

/// A peer of `-x`: a host, or a host with a port.
struct PeerAddress: Equatable, Sendable {
    /// As it was given, with its port.
    let name: String
    private let host: String
    private let port: UInt16

    /// Reads `host`, `host:port`, `[address]` or `[address]:port`.
    ///
    /// - Returns: nil when it is none of them.
    init?(_ text: String, defaultPort: Int) {
        var host = Substring(text)
        var port = UInt16(exactly: defaultPort)
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            if !rest.isEmpty {
                guard rest.hasPrefix(":") else { return nil }
                port = UInt16(rest.dropFirst())
            }
        } else if let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") == colon {
            host = text[..<colon]
            port = UInt16(text[text.index(after: colon)...])
        }
        guard let port, port > 0, !host.isEmpty else { return nil }
        self.init(host: String(host), port: port)
    }

    /// As given.
    init(host: String, port: UInt16) {
        self.host = host
        self.port = port
        self.name = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Its addresses; empty when the host is not known. A name is looked up by a thread of its own.
    func resolve(on loop: Loop) async -> [SocketAddress] {
        if let address = SocketAddress(numeric: self.host, port: self.port) { return [address] }
        let found = Found()
        let (host, port) = (self.host, self.port)
        await Suspension.wait { suspension in
            let thread = try? Thread(name: "resolve") {
                let addresses = (try? SocketAddress.resolve(host: host, port: port)) ?? []
                found.addresses.withLock { $0 = addresses }
                suspension.resume()
            }
            if thread == nil { suspension.resume() }
        }
        return found.addresses.withLock { $0 }
    }

    private final class Found: Sendable {
        let addresses = Mutex<[SocketAddress]>([])
    }
}
