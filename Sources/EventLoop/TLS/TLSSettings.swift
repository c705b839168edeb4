/// How one end speaks TLS: which certificates it shows, whom it believes, how old a peer may be.
package struct TLSSettings: Equatable, Sendable {
    /// How long a handshake may take.
    package static let handshakeTimeMax = Duration.seconds(10)
    /// How many bytes of certificates a peer may send.
    static let peerCertificateByteCountMax = 64 << 10

    /// Whether the peer's certificate is asked for and looked at.
    package enum Verification: Int, Sendable {
        /// A server asks for none; a client believes any.
        case none = 0
        /// A server asks for one, and takes a client without one, but none that is not valid.
        case request = 1
        /// The peer must have a valid one.
        case require = 2
        /// As `require`; named apart because memcached does. There is no second handshake anyway.
        case requireOnce = 3
    }

    /// How a private key's file is written.
    package enum KeyFormat: Int, Sendable {
        case pem = 1
        case der = 2
    }

    /// The versions of the protocol, oldest first.
    package enum Version: Int, Sendable {
        case tls10 = 0x0301
        case tls11 = 0x0302
        case tls12 = 0x0303
        case tls13 = 0x0304
    }

    /// The file with this end's certificate, in PEM, and those that lead to its authority after it.
    package var chainPath: String?
    /// The file with the certificate's key; without one the key stands in the chain's file.
    package var keyPath: String?
    /// How the key's file is written.
    package var keyFormat = KeyFormat.pem
    /// The file with the authorities' certificates, in PEM; a client without one believes those
    /// of the system, a server none.
    package var authorityPath: String?
    /// Whether the peer's certificate is looked at.
    package var verification = Verification.none
    /// The ciphers up to TLS 1.2, in OpenSSL's list form, or nil for OpenSSL's own choice.
    package var ciphers: String?
    /// The cipher suites of TLS 1.3, parted by colons, or nil for OpenSSL's own choice.
    package var cipherSuites: String?
    /// The oldest version that is spoken.
    package var minimumVersion = Version.tls12
    /// Whether a server keeps sessions, so that clients that come again need a shorter handshake.
    package var cachesSessions = false
    /// Whether the kernel encrypts, where it can; elsewhere OpenSSL does, at one more system call
    /// for each read.
    package var usesKernelTLS = false

    /// No certificate, no verification, TLS 1.2 and newer.
    package init() {}
}
