package import SystemInterface

/// A socket to listen on, and which servers answer what comes in through it.
///
/// `listen 80` beside `listen 127.0.0.1:80` binds only the first, as in nginx: the address that a
/// connection came in by then chooses between `addresses`.
package struct ListenerSettings: Sendable {
    /// What to bind.
    package var address: SocketAddress
    /// The servers by local address; the entry equal to `address` comes first and is the fallback.
    package var addresses: [(address: SocketAddress, servers: VirtualServerTable)]
    /// How many connections may wait to be accepted; nil is the system's default (511 in nginx).
    package var backlog: Int?
    /// Whether an IPv6 wildcard leaves IPv4 to others.
    package var isIPv6Only = true
    /// Whether each loop gets its own socket (`reuseport`).
    package var reusesPort = false
    /// Whether the kernel probes silent connections (`so_keepalive=on`).
    package var keepsAlive = false

    /// Makes a listener with one set of servers.
    package init(address: SocketAddress, servers: VirtualServerTable) {
        self.address = address
        self.addresses = [(address, servers)]
    }

    /// The servers for a connection that came in by `local`.
    package func servers(forLocal local: SocketAddress) -> VirtualServerTable {
        if self.addresses.count > 1 {
            for entry in self.addresses where entry.address == local { return entry.servers }
        }
        return self.addresses[0].servers
    }
}
