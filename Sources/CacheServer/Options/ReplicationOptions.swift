/// Other caches that hold the same items, in repcached's options.
package struct ReplicationOptions: Equatable, Sendable {
    /// The peers of `-x`: hosts, or hosts with a port.
    package var peers: [String] = []
    /// The port where peers meet (`-X NUMBER`).
    package var port = 11_212
    /// Whether `-X NUMBER` was given: peers may come though none is named.
    private var hasPort = false
    /// The file of the secret that all peers have (`--replication-secret`).
    package var secretFile: String?
    /// How many changes wait for a peer (`-q`).
    package var queueCountMax = 8_192

    /// No peers.
    package init() {}

    /// Whether the cache replicates: it has peers, or waits for them.
    package var isEnabled: Bool { !self.peers.isEmpty || self.hasPort }

    /// Takes an option of this kind; false when it is none.
    mutating func take(_ key: String, _ value: OptionValue) throws(OptionProblem) -> Bool {
        switch key {
        case "x": self.peers.append(try value.text())
        case "replication-port":
            self.port = try value.number(1...65_535, "port")
            self.hasPort = true
        case "replication-secret": self.secretFile = try value.text()
        case "q": self.queueCountMax = try value.number(1...1 << 30, "changes")
        default: return false
        }
        return true
    }
}
