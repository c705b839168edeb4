import CLinux
import Glibc

// Addresses as the kernel keeps them: `sockaddr` of one of three kinds.
extension SocketAddress {
    /// The address family for socket(2).
    var family: Int32 {
        switch self {
        case .ipv4: return AF_INET
        case .ipv6: return AF_INET6
        case .unix: return AF_UNIX
        }
    }

    /// Runs `body` with the address in the kernel's form.
    func withKernelForm<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) throws(Errno) -> Result
    ) throws(Errno) -> Result {
        var storage = sockaddr_storage()
        let length = try self.write(to: &storage)
        // SAFETY: sockaddr_storage is large enough and aligned for every kind of sockaddr.
        return try unsafe withUnsafePointer(to: &storage) { (pointer) throws(Errno) -> Result in
            try unsafe body(
                UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self), length)
        }
    }

    /// Reads an address the kernel wrote; nil for a family that is not ours.
    init?(reading raw: UnsafeRawPointer, length: Int) {
        guard length >= MemoryLayout<sa_family_t>.size else {
            self = .unix("")
            return
        }
        // SAFETY: the kernel wrote `length` bytes of the kind that the family says.
        switch Int32(unsafe raw.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET:
            let four = unsafe raw.loadUnaligned(as: sockaddr_in.self)
            self = .ipv4(
                UInt32(bigEndian: four.sin_addr.s_addr), port: UInt16(bigEndian: four.sin_port))
        case AF_INET6:
            let port = UInt16(
                bigEndian: unsafe raw.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            let bytes = unsafe UnsafeRawBufferPointer(start: raw + 8, count: 16)
            self = unsafe .ipv6(Array(bytes), port: port)
        case AF_UNIX:
            let path = unsafe UnsafeRawBufferPointer(start: raw + 2, count: max(0, length - 2))
            let text = unsafe path.prefix { $0 != 0 }
            self = unsafe .unix(String(decoding: text, as: UTF8.self))
        default: return nil
        }
    }

    private func write(to storage: inout sockaddr_storage) throws(Errno) -> socklen_t {
        // SAFETY: each form is written within the size of sockaddr_storage.
        try unsafe withUnsafeMutableBytes(of: &storage) { (bytes) throws(Errno) -> socklen_t in
            switch self {
            case .ipv4(let address, let port):
                var four = sockaddr_in()
                four.sin_family = sa_family_t(AF_INET)
                four.sin_port = port.bigEndian
                four.sin_addr.s_addr = address.bigEndian
                unsafe bytes.storeBytes(of: four, as: sockaddr_in.self)
                return socklen_t(MemoryLayout<sockaddr_in>.size)
            case .ipv6(let address, let port):
                unsafe bytes.storeBytes(of: sa_family_t(AF_INET6), as: sa_family_t.self)
                unsafe bytes.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
                for (index, byte) in address.prefix(16).enumerated() {
                    unsafe bytes[8 + index] = byte
                }
                return socklen_t(MemoryLayout<sockaddr_in6>.size)
            case .unix(let path):
                let utf8 = Array(path.utf8)
                guard utf8.count <= Self.unixPathBytesMax else {
                    throw Errno(rawValue: ENAMETOOLONG)
                }
                unsafe bytes.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
                for (index, byte) in utf8.enumerated() { unsafe bytes[2 + index] = byte }
                return socklen_t(2 + utf8.count + 1)
            }
        }
    }
}
