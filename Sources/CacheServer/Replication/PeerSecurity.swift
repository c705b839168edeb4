import Base
import CacheReplication
import DaemonKit
import EventLoop
import SystemInterface

/// How caches that replicate know each other: a secret that all have, and TLS with the certificates
/// of `-Z`. Any thread.
struct PeerSecurity: Sendable {
    /// Which end of a link proves itself.
    enum End: UInt8 { case dialer = 1, listener = 2 }

    /// The fewest and the most bytes of a secret.
    static let secretByteCounts = 8...4_096

    private let secret: [UInt8]?
    private let server: TLSContext?
    private let client: TLSContext?
    /// Whether the other's certificate must be an authority's.
    private let wantsCertificate: Bool

    /// Reads the secret and the certificates.
    ///
    /// - Throws: what is wrong with them.
    init(_ options: CacheOptions) throws(StartError) {
        self.secret = try options.replication.secretFile.map { path throws(StartError) in
            try Self.readSecret(path)
        }
        self.wantsCertificate = options.tls.authorityFile != nil
        guard options.tls.isEnabled else {
            self.server = nil
            self.client = nil
            return
        }
        var settings = CacheTLS.settings(options.tls)
        settings.cachesSessions = false
        settings.verification = self.wantsCertificate ? .require : .none
        do {
            self.server = try TLSContext(settings, role: .server)
            self.client = try TLSContext(settings, role: .client)
        } catch {
            throw StartError(description: "-x with -Z: \(error)")
        }
    }

    private static func readSecret(_ path: String) throws(StartError) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, limit: Self.secretByteCounts.upperBound)
        } catch {
            throw StartError(description: "--replication-secret \(path): \(error)")
        }
        // A line's end is an editor's, not the secret's.
        let secret = Array(bytes.reversed().drop { $0 == 0x0A || $0 == 0x0D }.reversed())
        guard Self.secretByteCounts.contains(secret.count) else {
            throw StartError(
                description: "--replication-secret \(path): expected "
                    + "\(Self.secretByteCounts.lowerBound) to \(Self.secretByteCounts.upperBound)"
                    + " bytes, found \(secret.count)")
        }
        return secret
    }

    /// Whether anything keeps strangers out.
    var keepsStrangersOut: Bool {
        self.secret != nil || (self.server != nil && self.wantsCertificate)
    }

    /// Reads the certificates again, for links to come.
    ///
    /// - Throws: the reason, when they are not good; nothing changes then.
    func reload() throws(TLSError) {
        try self.server?.reload()
        try self.client?.reload()
    }

    /// Speaks TLS on a link, where it is on.
    func secure(_ connection: Connection, _ end: End) async throws(ConnectionError) {
        guard let context = end == .dialer ? self.client : self.server else { return }
        try await connection.startTLS(context)
    }

    /// What one end sends to prove that it knows the secret; empty when there is none.
    func proof(of end: End, dialer: Greeting, listener: Greeting) -> [UInt8] {
        guard let secret = self.secret else { return [] }
        let message = ByteBuffer()
        message.append(end.rawValue)
        dialer.appendBody(to: message)
        listener.appendBody(to: message)
        return MessageAuthentication.code(secret: secret, message.makeArray())
    }

    /// Why a proof is none; nil when it is good.
    func refusal(
        _ proof: [UInt8], of end: End, dialer: Greeting, listener: Greeting
    ) -> String? {
        let expected = self.proof(of: end, dialer: dialer, listener: listener)
        if MessageAuthentication.areEqual(proof, expected) { return nil }
        if proof.isEmpty { return "a secret is needed here (--replication-secret)" }
        if expected.isEmpty { return "no secret is known here (--replication-secret)" }
        return "the secrets differ (--replication-secret)"
    }
}
