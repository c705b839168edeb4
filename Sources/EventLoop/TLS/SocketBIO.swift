import COpenSSL
import SystemInterface

/// OpenSSL's way to a connection's socket.
///
/// Reading takes bytes from the kernel straight into OpenSSL's memory, once for each readiness;
/// writing gathers records, so that a batch of answers leaves by one send. OpenSSL's own socket BIO
/// would read twice for each readiness and write once for each record.
enum SocketBIO {
    private static let retryFlags =
        BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_IO_SPECIAL | BIO_FLAGS_SHOULD_RETRY

    /// The BIO's functions.
    // SAFETY: made once, never changed, never freed.
    nonisolated(unsafe) private static let method: OpaquePointer? = {
        let kind = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
        guard let method = unsafe BIO_meth_new(kind, "connection") else { return nil }
        _ = unsafe BIO_meth_set_read(method, SocketBIO.read)
        _ = unsafe BIO_meth_set_write(method, SocketBIO.write)
        _ = unsafe BIO_meth_set_ctrl(method, SocketBIO.control)
        return unsafe method
    }()

    /// A BIO for `channel`, which must outlive it.
    static func make(for channel: TLSChannel) -> OpaquePointer? {
        // SAFETY: the channel frees the BIO with its SSL, and so outlives it.
        guard let method = unsafe self.method, let bio = unsafe BIO_new(method) else { return nil }
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(channel).toOpaque())
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }

    // SAFETY: `bio` was made by `make`; OpenSSL calls only while the channel calls OpenSSL.
    private static func channel(of bio: OpaquePointer?) -> TLSChannel? {
        guard let pointer = unsafe BIO_get_data(bio) else { return nil }
        return unsafe Unmanaged<TLSChannel>.fromOpaque(pointer).takeUnretainedValue()
    }

    // SAFETY: OpenSSL's memory has `count` bytes and lives through the call.
    private static let read:
        @convention(c) (OpaquePointer?, UnsafeMutablePointer<CChar>?, Int32) -> Int32 = {
            bio, bytes, count in
            guard let channel = unsafe SocketBIO.channel(of: bio), count > 0 else { return -1 }
            unsafe BIO_clear_flags(bio, SocketBIO.retryFlags)
            let room = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: Int(count))
            guard let received = unsafe channel.receive(into: room) else {
                unsafe BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
                return -1
            }
            return Int32(received)
        }

    // SAFETY: as above.
    private static let write:
        @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, Int32) -> Int32 = {
            bio, bytes, count in
            guard let channel = unsafe SocketBIO.channel(of: bio), count > 0 else { return -1 }
            unsafe BIO_clear_flags(bio, SocketBIO.retryFlags)
            let source = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(count))
            unsafe channel.gather(source)
            return count
        }

    // SAFETY: as above.
    private static let control:
        @convention(c) (OpaquePointer?, Int32, Int, UnsafeMutableRawPointer?) -> Int = {
            bio, command, _, _ in
            switch command {
            case BIO_CTRL_FLUSH: return 1
            case BIO_CTRL_EOF:
                return unsafe SocketBIO.channel(of: bio)?.hasReceivedEnd ?? true ? 1 : 0
            default: return 0
            }
        }
}
