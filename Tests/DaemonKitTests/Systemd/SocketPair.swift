import Base
import Glibc
import SystemInterface

/// Two connected sockets of this process.
final class SocketPair: Sendable {
    let first: Int32
    let second: Int32

    init(_ kind: Int32 = Int32(SOCK_STREAM.rawValue)) throws {
        var ends: [Int32] = [0, 0]
        // SAFETY: the kernel writes two numbers into the array.
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Errno.tooManyOpenFiles }
        self.first = ends[0]
        self.second = ends[1]
    }

    deinit {
        RawDescriptor.close(self.first)
        RawDescriptor.close(self.second)
    }
}

/// What a service manager does to hear its daemons: a datagram socket, named in NOTIFY_SOCKET.
final class NotifySocket: Sendable {
    private let path: String
    private let descriptor: Int32

    init() throws {
        let nonce = SecureRandom.bytes(6).map { String($0, radix: 16) }.joined()
        self.path = "/tmp/holdfast-notify-\(nonce).sock"
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        self.descriptor = socket(AF_UNIX, kind, 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: the path has less than the 108 bytes of the field.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
            unsafe field.copyBytes(from: self.path.utf8)
        }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        // SAFETY: the address is a local that lives through the call.
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(self.descriptor, $0, length)
            }
        }
        guard result == 0 else { throw Errno.addressInUse }
        _ = unsafe setenv("NOTIFY_SOCKET", self.path, 1)
    }

    /// The datagrams that have come.
    func take() -> [String] {
        var found: [String] = []
        let buffer = ByteBuffer()
        while let count = try? RawDescriptor.read(self.descriptor, into: buffer, atMost: 4_096),
            count > 0
        {
            found.append(buffer.bytes.makeString())
            buffer.clear()
        }
        return found
    }

    deinit {
        _ = unsafe unsetenv("NOTIFY_SOCKET")
        RawDescriptor.close(self.descriptor)
        try? Files.remove(self.path)
    }
}
