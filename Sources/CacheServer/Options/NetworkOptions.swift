import Base
package import SystemInterface

/// Where the cache listens, and how many connections it takes.
package struct NetworkOptions: Sendable {
    /// What asks the kernel for a free port.
    package static let anyPort = -1

    /// The TCP port (`-p`); 0 for none, -1 for a free one.
    package var port = 11_211
    /// The UDP port (`-U`); 0 for none, -1 for a free one.
    package var udpPort = 0
    /// The listeners of `-l`; empty for all addresses.
    package var endpoints: [ListenEndpoint] = []
    /// `-l` as it was given, by commas; nil when it was not.
    package var interfaceText: String?
    /// The UNIX socket (`-s`).
    package var socketPath: String?
    /// Its permission bits (`-a`).
    package var socketPermissions: UInt32 = 0o700
    /// Connections at once (`-c`).
    package var connectionCountMax = 1_024
    /// Connections that may wait to be accepted (`-b`).
    package var backlog: Int32 = 1_024
    /// Seconds after which a connection at rest is closed (`-o idle_timeout`); 0 for never.
    package var idleSecondsMax = 0
    /// Whether connections beyond the limit are refused at once (`-o maxconns_fast`).
    package var refusesAtLimit = true
    /// Whether `-p`, `-l` or `-U` was given: with `-s` alone there is no network.
    private var hasNetworkOption = false
    private var hasPort = false

    /// The defaults.
    package init() {}

    /// Takes an option of this kind; false when it is none.
    mutating func take(_ key: String, _ value: OptionValue) throws(OptionProblem) -> Bool {
        switch key {
        case "p":
            self.port = try Self.port(value, "port")
            self.hasNetworkOption = true
            self.hasPort = true
        case "U":
            self.udpPort = try Self.port(value, "UDP port")
            self.hasNetworkOption = self.hasNetworkOption || self.udpPort != 0
        case "l": try self.takeInterfaces(try value.text())
        case "s": self.socketPath = try value.text()
        case "a":
            let text = try value.text()
            guard let mask = UInt32(text, radix: 8), mask <= 0o777 else {
                throw OptionProblem(description: "-a: the mask is octal, not '\(text)'")
            }
            self.socketPermissions = mask
        case "c": self.connectionCountMax = try value.number(1...1_000_000, "connections")
        case "b": self.backlog = Int32(try value.number(1...65_535, "connections"))
        default: return false
        }
        return true
    }

    /// A port that is too large is a mistake of usage; one below -1 memcached tries to listen at.
    private static func port(
        _ value: OptionValue, _ what: String
    ) throws(OptionProblem) -> Int {
        let isNegative = value.argument.flatMap { Int($0) }.map { $0 < Self.anyPort } ?? false
        return try value.number(
            Self.anyPort...65_535, what, exitStatus: isNegative ? .system : .usage)
    }

    private mutating func takeInterfaces(_ text: String) throws(OptionProblem) {
        self.hasNetworkOption = true
        if let before = self.interfaceText {
            // As memcached does with one that it has already.
            if before.holds(text) { return }
            self.interfaceText = before + "," + text
        } else {
            self.interfaceText = text
        }
        for part in text.split(whereSeparator: { $0 == "," || $0 == ";" }) {
            self.endpoints.append(try ListenEndpoint(part))
        }
    }

    /// What depends on other options: `-U` alone moves TCP to its port too.
    mutating func settle() {
        if self.udpPort != 0, !self.hasPort { self.port = self.udpPort }
    }

    /// Where TCP and UNIX sockets listen, each with its endpoint's settings. `-s` alone means the
    /// UNIX socket alone. Waits for name servers.
    ///
    /// - Throws: with status 71 for a host that is not known.
    package func listeners() throws(OptionProblem) -> [(address: SocketAddress, ListenEndpoint)] {
        var found: [(address: SocketAddress, ListenEndpoint)] = []
        if let path = self.socketPath {
            var endpoint = ListenEndpoint()
            endpoint.tls = .none
            found.append((.unix(path), endpoint))
        }
        guard self.socketPath == nil || self.hasNetworkOption, self.port != 0 else { return found }
        return found + (try self.addresses(defaultPort: self.port))
    }

    /// The addresses of all endpoints, at `defaultPort` where they name none; -1 asks the kernel
    /// for a free port. For UDP too.
    package func addresses(
        defaultPort: Int
    ) throws(OptionProblem) -> [(address: SocketAddress, ListenEndpoint)] {
        var found: [(address: SocketAddress, ListenEndpoint)] = []
        for endpoint in self.endpoints.isEmpty ? [ListenEndpoint()] : self.endpoints {
            let port = UInt16(max(0, endpoint.port ?? defaultPort))
            for host in endpoint.host.map({ [$0] }) ?? ["0.0.0.0", "::"] {
                do {
                    for address in try SocketAddress.resolve(host: host, port: port) {
                        found.append((address, endpoint))
                    }
                } catch {
                    throw OptionProblem(
                        description: "-l: the host '\(host)' is not known", exitStatus: .system)
                }
            }
        }
        return found
    }
}
