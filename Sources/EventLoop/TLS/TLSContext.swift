import COpenSSL
import Synchronization

/// Certificates, keys and rules that many connections share. Any thread.
///
/// `reload` reads the files again: connections that stand go on with what they began with, new ones
/// take the new.
package final class TLSContext: Sendable {
    /// Which end of a connection it is for.
    package enum Role: Sendable { case server, client }

    /// An SSL_CTX with a count of its users of its own.
    // SAFETY: the pointer is valid until deinit gives this use of it back, and never changes.
    @safe private final class Handle: @unchecked Sendable {
        let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }
        deinit { unsafe SSL_CTX_free(self.pointer) }
    }

    /// Resumed sessions belong to the service that began them.
    private static let sessionIdentifier: StaticString = "holdfast"

    /// The settings it was made with.
    package let settings: TLSSettings
    /// Which end it is for.
    package let role: Role
    private let current: Mutex<Handle>

    /// Reads the files.
    ///
    /// - Throws: a `setup` error that names the file and OpenSSL's reason.
    package init(_ settings: TLSSettings, role: Role) throws(TLSError) {
        self.settings = settings
        self.role = role
        self.current = Mutex(try Self.make(settings, role))
    }

    /// Reads the files again; when one of them is not good, nothing changes.
    ///
    /// - Throws: as `init`.
    package func reload() throws(TLSError) {
        let fresh = try Self.make(self.settings, self.role)
        self.current.withLock { $0 = fresh }
    }

    /// A new SSL of the present certificates, which the caller frees; nil when there is no memory.
    func makeSession() -> OpaquePointer? {
        // SAFETY: SSL_new counts its own use of the context.
        unsafe self.current.withLock { current in unsafe SSL_new(current.pointer) }
    }

    // MARK: Making

    private static func make(
        _ settings: TLSSettings, _ role: Role
    ) throws(TLSError) -> Handle {
        // SAFETY: the methods are OpenSSL's own constants; what SSL_CTX_new gives is the handle's.
        ERR_clear_error()
        let method = unsafe role == .server ? TLS_server_method() : TLS_client_method()
        guard let pointer = unsafe SSL_CTX_new(method) else { throw Self.problem("OpenSSL") }
        let handle = unsafe Handle(pointer)
        unsafe holdfast_ssl_context_prepare(pointer, settings.usesKernelTLS ? 1 : 0)
        unsafe holdfast_ssl_context_set_certificate_limit(
            pointer, TLSSettings.peerCertificateByteCountMax)
        unsafe holdfast_ssl_context_set_session_cache(pointer, settings.cachesSessions ? 1 : 0)
        // A key with a pass phrase is an error rather than a question on the terminal.
        unsafe SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in 0 }
        let name = Self.sessionIdentifier
        _ = unsafe SSL_CTX_set_session_id_context(
            pointer, name.utf8Start, UInt32(name.utf8CodeUnitCount))
        try unsafe Self.setRules(pointer, settings)
        try unsafe Self.loadCertificate(pointer, settings)
        try unsafe Self.loadAuthorities(pointer, settings, role)
        return handle
    }

    // SAFETY: `context` is alive; OpenSSL copies the texts it is given.
    private static func setRules(
        _ context: OpaquePointer, _ settings: TLSSettings
    ) throws(TLSError) {
        guard
            unsafe holdfast_ssl_context_set_minimum(
                context, Int32(settings.minimumVersion.rawValue)) == 1
        else { throw Self.problem("the minimum version") }
        if let ciphers = settings.ciphers,
            unsafe SSL_CTX_set_cipher_list(context, ciphers) != 1
        {
            throw Self.problem("the ciphers '\(ciphers)'")
        }
        if let suites = settings.cipherSuites,
            unsafe SSL_CTX_set_ciphersuites(context, suites) != 1
        {
            throw Self.problem("the cipher suites '\(suites)'")
        }
        var mode = SSL_VERIFY_NONE
        switch settings.verification {
        case .none: break
        case .request: mode = SSL_VERIFY_PEER
        case .require, .requireOnce: mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
        }
        unsafe SSL_CTX_set_verify(context, mode, TLSChannel.noteVerification)
    }

    // SAFETY: `context` is alive; OpenSSL reads the files before it returns.
    private static func loadCertificate(
        _ context: OpaquePointer, _ settings: TLSSettings
    ) throws(TLSError) {
        guard let chain = settings.chainPath else { return }
        guard unsafe SSL_CTX_use_certificate_chain_file(context, chain) == 1 else {
            throw Self.problem("the certificate chain \(chain)")
        }
        let key = settings.keyPath ?? chain
        let format = Int32(settings.keyFormat.rawValue)
        guard unsafe SSL_CTX_use_PrivateKey_file(context, key, format) == 1 else {
            throw Self.problem("the key \(key)")
        }
        guard unsafe SSL_CTX_check_private_key(context) == 1 else {
            throw Self.problem("the key \(key) of the certificate \(chain)")
        }
    }

    // SAFETY: `context` is alive; OpenSSL reads the file before it returns and owns the list.
    private static func loadAuthorities(
        _ context: OpaquePointer, _ settings: TLSSettings, _ role: Role
    ) throws(TLSError) {
        guard let path = settings.authorityPath else {
            if role == .client { _ = unsafe SSL_CTX_set_default_verify_paths(context) }
            return
        }
        guard unsafe SSL_CTX_load_verify_file(context, path) == 1 else {
            throw Self.problem("the authorities' certificates \(path)")
        }
        // Tells clients which of their certificates to show.
        if role == .server {
            unsafe SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(path))
        }
    }

    private static func problem(_ what: String) -> TLSError {
        TLSError(kind: .setup, description: "\(what) cannot be used: \(TLSError.takeReason())")
    }
}
