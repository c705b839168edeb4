import Base
import DaemonKit
import EventLoop
import Logging
import Synchronization
import SystemInterface

/// TLS of the cache's listeners (`-Z`): the certificates in force, and what became of handshakes.
/// Any thread.
final class CacheTLS: Sendable {
    /// What memcached exits with when certificates cannot be used (EX_USAGE).
    private static let badCertificateStatus: Int32 = 64

    /// What was counted since the start, or since `stats reset`.
    struct Counts: Sendable {
        var handshakeErrors = 0
        var protocolErrors = 0
        /// Handshakes that did not go on with an earlier session.
        var newSessions = 0
    }

    private let context: TLSContext
    private let state: Mutex<(counts: Counts, refreshed: Instant)>
    private let logger: Logger

    /// Reads the certificates.
    ///
    /// - Throws: `StartError` that names the file.
    init(_ options: TLSOptions, _ logger: Logger, at time: Instant) throws(StartError) {
        guard options.chainFile != nil else {
            throw StartError(
                description: "-Z: -o ssl_chain_cert names the file of the certificate",
                exitStatus: Self.badCertificateStatus)
        }
        do {
            self.context = try TLSContext(Self.settings(options), role: .server)
        } catch {
            throw StartError(
                description: "-Z: \(error)", exitStatus: Self.badCertificateStatus)
        }
        self.logger = logger
        self.state = Mutex((Counts(), time))
    }

    static func settings(_ options: TLSOptions) -> TLSSettings {
        var settings = TLSSettings()
        settings.chainPath = options.chainFile
        settings.keyPath = options.keyFile
        settings.keyFormat = options.keyFormat == TLSOptions.usualKeyFormat ? .pem : .der
        settings.authorityPath = options.authorityFile
        settings.verification = .init(rawValue: options.verifyMode) ?? .none
        settings.ciphers = options.ciphers
        settings.minimumVersion =
            [.tls10, .tls11, .tls12, .tls13][options.versionMin] as TLSSettings.Version
        settings.cachesSessions = options.keepsSessions
        settings.usesKernelTLS = options.usesKernel
        return settings
    }

    /// The counts now.
    var counts: Counts { self.state.withLock { $0.counts } }
    /// When the certificates were read last.
    var refreshed: Instant { self.state.withLock { $0.refreshed } }

    /// Sets the counts back.
    func resetCounts() { self.state.withLock { $0.counts = Counts() } }

    /// Says why the certificates could not be read again, before anything is changed.
    ///
    /// - Throws: the reason.
    func check() throws(TLSError) { _ = try TLSContext(self.context.settings, role: .server) }

    /// Reads the certificates again, for connections to come; when they are not good, nothing
    /// changes.
    ///
    /// - Throws: the reason.
    func refresh(at time: Instant) throws(TLSError) {
        try self.context.reload()
        self.state.withLock { $0.refreshed = time }
    }

    /// Shakes hands on a connection, as its listener wants it; false when it is to be closed.
    func start(_ connection: Connection, _ mode: ListenerTLS, _ watchers: WatchHub) async -> Bool {
        let verification: TLSSettings.Verification?
        switch mode {
        case .none: return true
        case .usual: verification = nil
        case .basic: verification = TLSSettings.Verification.none
        case .mutual: verification = .require
        }
        do {
            try await connection.startTLS(self.context, verification: verification)
        } catch {
            self.state.withLock { $0.counts.handshakeErrors += 1 }
            watchers.logTLSError(connection.descriptorNumber, "\(error)")
            self.logger.debug(
                "TLS with \(connection.peerAddress): \(error)",
                metadata: LogField.metadata(client: connection.peerAddress.description))
            return false
        }
        if self.context.settings.cachesSessions, let peer = connection.tlsPeer {
            // OpenSSL gives two tickets with a handshake of TLS 1.3, and one with a session that is
            // taken up again; memcached counts each.
            let ticketCount = (peer.isResumed ? 0 : 1) + (peer.version == "TLSv1.3" ? 1 : 0)
            self.state.withLock { $0.counts.newSessions += ticketCount }
        }
        return true
    }

    /// Counts the end of a connection that was not by TLS's rules.
    func noteEnd(_ error: ConnectionError) {
        guard case .tls(let problem) = error, problem.kind == .protocolViolation else { return }
        self.state.withLock { $0.counts.protocolErrors += 1 }
    }
}
