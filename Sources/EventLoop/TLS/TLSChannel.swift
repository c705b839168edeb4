import Base
import COpenSSL
import Glibc
import SystemInterface

/// TLS between a connection's buffers and its socket. Loop thread only.
///
/// ```
///   output ─► seal ─► sealed ─► send          (the connection sends)
///   input  ◄─ open ◄─ OpenSSL ◄─ receive      (SocketBIO receives)
/// ```
// SAFETY: `ssl` is valid until deinit; OpenSSL calls back only during a call that is made here.
@safe final class TLSChannel {
    /// Records that wait to be sent.
    let sealed = ByteBuffer()
    /// Whether the peer is told that what was sent is whole (close_notify) before the end.
    var saysGoodbye = true
    /// Whether the kernel's end of the stream was read.
    private(set) var hasReceivedEnd = false
    /// What is wrong with the peer's certificate, found during the handshake.
    private var certificateProblem: String?
    private let ssl: OpaquePointer
    private let descriptor: Int32
    /// Whether OpenSSL itself uses the socket, as it must when the kernel encrypts.
    private let isDirect: Bool
    private var socketIsReadable = true
    private var peerHasFinished = false
    private var socketError: Errno?
    private var ending: Ending?
    private var isShutDown = false

    /// Why there is nothing more to read.
    private enum Ending {
        case finished
        case failed(ConnectionError)
    }

    /// Begins; nothing is sent before `handshake`.
    ///
    /// - Parameters:
    ///   - serverName: of a client: the name that is asked for and must stand in the server's
    ///     certificate, or an address.
    ///   - verification: in place of the context's own.
    init?(
        _ context: TLSContext, descriptor: Int32, serverName: String?,
        verification: TLSSettings.Verification?
    ) {
        guard let ssl = unsafe context.makeSession() else { return nil }
        unsafe self.ssl = ssl
        self.descriptor = descriptor
        self.isDirect = context.settings.usesKernelTLS
        unsafe SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
        if self.isDirect {
            guard unsafe SSL_set_fd(ssl, descriptor) == 1 else { return nil }
        } else {
            guard let bio = unsafe SocketBIO.make(for: self) else { return nil }
            unsafe SSL_set_bio(ssl, bio, bio)
        }
        if let verification { self.require(verification) }
        if let serverName { self.expect(serverName) }
        if context.role == .server {
            unsafe SSL_set_accept_state(ssl)
        } else {
            unsafe SSL_set_connect_state(ssl)
        }
    }

    deinit { unsafe SSL_free(self.ssl) }

    private func require(_ verification: TLSSettings.Verification) {
        var mode = SSL_VERIFY_NONE
        if verification != .none { mode |= SSL_VERIFY_PEER }
        if verification.rawValue >= TLSSettings.Verification.require.rawValue {
            mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT
        }
        unsafe SSL_set_verify(self.ssl, mode, TLSChannel.noteVerification)
    }

    private func expect(_ name: String) {
        let isAddress = unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(self.ssl), name) == 1
        if isAddress { return }
        _ = unsafe SSL_set1_host(self.ssl, name)
        _ = unsafe holdfast_ssl_set_server_name(self.ssl, name)
    }

    // MARK: The handshake

    /// Goes on with the handshake as far as it gets without waiting.
    ///
    /// - Returns: whether it is done; `sealed` may have bytes that the peer waits for.
    func handshake() throws(ConnectionError) -> Step {
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(self.ssl)
        if result == 1 { return .done }
        switch unsafe SSL_get_error(self.ssl, result) {
        case SSL_ERROR_WANT_READ: return .wantsInput
        case SSL_ERROR_WANT_WRITE: return .wantsRoom
        default: throw self.failure(.handshake)
        }
    }

    /// What a step of the protocol needs to go on.
    enum Step { case done, wantsInput, wantsRoom }

    /// What the handshake has brought.
    var peer: TLSPeer { unsafe TLSPeer(reading: self.ssl) }

    /// Remembers which certificate of the peer is not believed, and why.
    // SAFETY: OpenSSL gives a live context of the SSL whose channel stands in its first slot.
    static let noteVerification: @convention(c) (Int32, OpaquePointer?) -> Int32 = {
        isGood, context in
        if isGood == 1 { return isGood }
        let slot = SSL_get_ex_data_X509_STORE_CTX_idx()
        guard let ssl = unsafe X509_STORE_CTX_get_ex_data(context, slot),
            let pointer = unsafe SSL_get_ex_data(OpaquePointer(ssl), 0)
        else { return isGood }
        let channel = unsafe Unmanaged<TLSChannel>.fromOpaque(pointer).takeUnretainedValue()
        let code = unsafe X509_STORE_CTX_get_error(context)
        let reason = unsafe String(cString: X509_verify_cert_error_string(Int(code)))
        let certificate = unsafe X509_STORE_CTX_get_current_cert(context)
        let subject = unsafe certificate.map { unsafe TLSPeer.subject(of: $0) } ?? "the peer"
        channel.certificateProblem = "the certificate of \(subject) is not believed: \(reason)"
        return isGood
    }

    // MARK: Reading and writing

    /// Appends up to `byteCount` bytes of what the peer said to `buffer`.
    ///
    /// - Returns: how many came, 0 at the peer's end, nil when there is none now.
    func open(
        into buffer: ByteBuffer, atMost byteCount: Int
    ) throws(ConnectionError) -> Int? {
        if let ending = self.ending { return try Self.report(ending) }
        ERR_clear_error()
        var result: Int32 = 0
        let total = unsafe buffer.appendFilling(atMost: byteCount) { free in
            var filled = 0
            repeat {
                let room = Int32(clamping: byteCount - filled)
                result = unsafe SSL_read(
                    self.ssl, free.baseAddress.map { unsafe $0 + filled }, room)
                if result > 0 { filled += Int(result) }
            } while result > 0 && filled < byteCount
            return filled
        }
        if result > 0 { return total }
        switch unsafe SSL_get_error(self.ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: break
        case SSL_ERROR_ZERO_RETURN: self.ending = .finished
        default: self.ending = .failed(self.failure(.protocolViolation))
        }
        if total > 0 { return total }
        guard let ending = self.ending else { return nil }
        return try Self.report(ending)
    }

    private static func report(_ ending: Ending) throws(ConnectionError) -> Int {
        switch ending {
        case .finished: return 0
        case .failed(let error): throw error
        }
    }

    /// Encrypts `bytes`, no more than an `Int32` counts, into `sealed`.
    ///
    /// - Returns: how many; nil when OpenSSL writes to the socket itself and it has no room.
    func seal(_ bytes: Span<UInt8>) throws(ConnectionError) -> Int? {
        if case .failed(let error)? = self.ending { throw error }
        ERR_clear_error()
        let result = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe SSL_write(self.ssl, source.baseAddress, Int32(source.count))
        }
        if result > 0 { return Int(result) }
        switch unsafe SSL_get_error(self.ssl, result) {
        case SSL_ERROR_WANT_WRITE, SSL_ERROR_WANT_READ: return nil
        default:
            let error = self.failure(.protocolViolation)
            self.ending = .failed(error)
            throw error
        }
    }

    /// Puts the word that what was sent is whole into `sealed`, once.
    func shutDown() {
        guard self.saysGoodbye, !self.isShutDown else { return }
        self.isShutDown = true
        if case .failed? = self.ending { return }
        ERR_clear_error()
        if unsafe SSL_is_init_finished(self.ssl) == 1 { _ = unsafe SSL_shutdown(self.ssl) }
        ERR_clear_error()
    }

    /// Whether bytes from the socket lie here that nobody has read.
    var hasBufferedInput: Bool { unsafe SSL_has_pending(self.ssl) == 1 }

    /// Whether `open` would bring bytes, the end or an error.
    func hasReadableInput() -> Bool {
        if self.ending != nil { return true }
        ERR_clear_error()
        var byte: UInt8 = 0
        let result = unsafe SSL_peek(self.ssl, &byte, 1)
        if result > 0 { return true }
        switch unsafe SSL_get_error(self.ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return false
        case SSL_ERROR_ZERO_RETURN: self.ending = .finished
        default: self.ending = .failed(self.failure(.protocolViolation))
        }
        return true
    }

    private func failure(_ kind: TLSError.Kind) -> ConnectionError {
        if let error = self.socketError {
            ERR_clear_error()
            return .system(error)
        }
        if let problem = self.certificateProblem {
            ERR_clear_error()
            return .tls(TLSError(kind: kind, description: problem))
        }
        let reported = ERR_peek_error()
        if self.isDirect, reported == 0 { return .system(Errno(rawValue: errno)) }
        let isCut = holdfast_error_reason(reported) == SSL_R_UNEXPECTED_EOF_WHILE_READING
        if self.hasReceivedEnd || isCut {
            ERR_clear_error()
            let text = "the connection ended without the peer's close_notify"
            return .tls(TLSError(kind: .truncated, description: text))
        }
        return .tls(TLSError(kind: kind, description: TLSError.takeReason()))
    }

    // MARK: The socket

    /// Remembers what the kernel told.
    func becameReady(_ ready: ReadySet) {
        if ready.hasEnded { self.peerHasFinished = true }
        if ready.isReadable { self.socketIsReadable = true }
    }

    /// Receives what the socket has: 0 at its end or error, nil when it has nothing now.
    func receive(into room: UnsafeMutableRawBufferPointer) -> Int? {
        guard self.socketIsReadable else { return nil }
        do {
            let count = try unsafe RawDescriptor.receive(self.descriptor, into: room)
            if count == 0 { self.hasReceivedEnd = true }
            // As on a plain connection: a short read means that the kernel has no more.
            if count > 0, count < room.count, !self.peerHasFinished {
                self.socketIsReadable = false
            }
            return count
        } catch .wouldBlock {
            self.socketIsReadable = false
            return nil
        } catch {
            self.socketError = error
            self.hasReceivedEnd = true
            return 0
        }
    }

    /// Keeps records to be sent.
    func gather(_ records: UnsafeRawBufferPointer) {
        _ = unsafe self.sealed.appendFilling(atMost: records.count) { free in
            unsafe free.copyMemory(from: records)
            return records.count
        }
    }
}
