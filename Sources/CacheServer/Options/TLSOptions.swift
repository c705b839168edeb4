/// TLS for clients (`-Z`, `-o ssl_…`).
package struct TLSOptions: Equatable, Sendable {
    /// How keys are written (`-o ssl_keyformat`, OpenSSL's numbers).
    package static let usualKeyFormat = 1

    /// Whether listeners speak TLS (`-Z`).
    package var isEnabled = false
    /// The file of the certificate and its chain, PEM.
    package var chainFile: String?
    /// The file of the private key; nil where it stands with the certificate.
    package var keyFile: String?
    /// What is asked of clients: 0 nothing, 1 a certificate if they like, 2 a certificate, 3 once.
    package var verifyMode = 0
    /// 1 for PEM, 2 for DER.
    package var keyFormat = Self.usualKeyFormat
    /// OpenSSL's cipher list; nil for its default.
    package var ciphers: String?
    /// The file of the authorities that clients' certificates are checked by.
    package var authorityFile: String?
    /// Kilobytes of a connection's output buffer.
    package var writeBufferKilobytes = 16
    /// Whether clients may resume sessions.
    package var keepsSessions = false
    /// Whether the kernel encrypts where it can.
    package var usesKernel = false
    /// The oldest version taken: 0 for 1.0 to 3 for 1.3.
    package var versionMin = 2

    /// TLS is off.
    package init() {}

    /// Takes `-o ssl_…`; false when it is another option.
    mutating func take(_ name: String, _ value: OptionValue) throws(OptionProblem) -> Bool {
        switch name {
        case "ssl_chain_cert": self.chainFile = try value.text()
        case "ssl_key": self.keyFile = try value.text()
        case "ssl_verify_mode": self.verifyMode = try value.number(0...3, "a mode")
        case "ssl_keyformat": self.keyFormat = try Self.keyFormat(value)
        case "ssl_ciphers": self.ciphers = try value.text()
        case "ssl_ca_cert": self.authorityFile = try value.text()
        case "ssl_wbuf_size":
            self.writeBufferKilobytes = try value.number(0...Int(UInt32.max), "kilobytes")
        case "ssl_session_cache": self.keepsSessions = true
        case "ssl_kernel_tls": self.usesKernel = true
        case "ssl_min_version": self.versionMin = try value.number(0...3, "a version")
        default: return false
        }
        return true
    }

    /// The mode as OpenSSL's bits, which `stats settings` shows.
    var verifyBits: Int { [0, 1, 3, 7][self.verifyMode] }

    /// By name as memcached's help has it, or by number as its code takes it.
    private static func keyFormat(_ value: OptionValue) throws(OptionProblem) -> Int {
        switch try value.text() {
        case "PEM", "1": return 1
        case "DER", "2": return 2
        case let other:
            throw OptionProblem(description: "\(value.written): PEM or DER, not '\(other)'")
        }
    }

    /// What a listener must have that speaks TLS.
    func check(_ network: NetworkOptions) throws(OptionProblem) {
        guard self.isEnabled else {
            for endpoint in network.endpoints where endpoint.tls != .usual {
                throw OptionProblem(
                    description: "-l: notls, btls and mtls are for a cache with TLS (-Z)",
                    exitStatus: .system)
            }
            return
        }
        guard network.port != 0 else {
            throw OptionProblem(
                description: "-Z: TLS needs a TCP port", exitStatus: .usage)
        }
    }
}
