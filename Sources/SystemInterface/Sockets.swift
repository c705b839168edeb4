import CLinux
import Glibc

/// Stream sockets: making, binding, accepting, connecting; all non-blocking and close-on-exec.
// SAFETY: the kernel reads and writes locals of the size it is told.
package enum Sockets {
    /// A listening socket at `address`.
    ///
    /// - Parameters:
    ///   - backlog: how many connections may wait to be accepted; the kernel caps it at somaxconn.
    ///   - reusePort: several sockets may listen there and share the connections (SO_REUSEPORT).
    package static func listen(
        at address: SocketAddress, backlog: Int32, reusePort: Bool = false
    ) throws(Errno) -> Descriptor {
        let socket = try Self.make(for: address)
        if address.family != AF_UNIX {
            try Self.setOption(socket.number, SOL_SOCKET, SO_REUSEADDR, 1)
            if reusePort { try Self.setOption(socket.number, SOL_SOCKET, SO_REUSEPORT, 1) }
        }
        if address.family == AF_INET6 {
            try Self.setOption(socket.number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1)
        }
        let number = socket.number
        _ = try unsafe address.withKernelForm { (pointer, length) throws(Errno) -> Int32 in
            // SAFETY: `pointer` is an address of `length` bytes that lives through the call.
            try systemCall { unsafe bind(number, pointer, length) }
        }
        _ = try systemCall { Glibc.listen(number, backlog) }
        return socket
    }

    /// A socket for datagrams at `address`.
    package static func bindDatagrams(at address: SocketAddress) throws(Errno) -> Descriptor {
        let family = address.family
        let socket = Descriptor(adopting: try systemCall { holdfast_datagram_socket(family) })
        let number = socket.number
        if family == AF_INET6 { try Self.setOption(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        _ = try unsafe address.withKernelForm { (pointer, length) throws(Errno) -> Int32 in
            // SAFETY: `pointer` is an address of `length` bytes that lives through the call.
            try systemCall { unsafe bind(number, pointer, length) }
        }
        return socket
    }

    /// Takes one waiting connection; nil when none waits.
    package static func accept(
        from listener: Int32
    ) throws(Errno) -> (descriptor: Int32, peer: SocketAddress)? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        do {
            // SAFETY: the kernel writes at most `length` bytes into a local of that size.
            let accepted = try unsafe withUnsafeMutablePointer(to: &storage) {
                (pointer) throws(Errno) -> Int32 in
                let address = unsafe UnsafeMutableRawPointer(pointer)
                    .assumingMemoryBound(to: sockaddr.self)
                return try systemCall { unsafe holdfast_accept(listener, address, &length) }
            }
            let peer = unsafe withUnsafePointer(to: &storage) {
                unsafe SocketAddress(reading: UnsafeRawPointer($0), length: Int(length))
            }
            return (accepted, peer ?? .unix(""))
        } catch .wouldBlock, .connectionAborted {
            return nil
        }
    }

    /// Starts to connect. The connection stands when the socket is writable and `pendingError` is
    /// nil.
    ///
    /// - Throws: at once what the kernel knows at once, such as `connectionRefused` on a UNIX
    /// socket.
    package static func startConnecting(to address: SocketAddress) throws(Errno) -> Descriptor {
        let socket = try Self.make(for: address)
        let number = socket.number
        do {
            _ = try unsafe address.withKernelForm { (pointer, length) throws(Errno) -> Int32 in
                // SAFETY: `pointer` is an address of `length` bytes that lives through the call.
                try systemCall { unsafe connect(number, pointer, length) }
            }
        } catch .inProgress {}
        return socket
    }

    /// The error that a socket has waiting, which reading it clears (SO_ERROR).
    package static func pendingError(of socket: Int32) throws(Errno) -> Errno? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        // SAFETY: the kernel writes one Int32 into a local.
        _ = try systemCall { unsafe getsockopt(socket, SOL_SOCKET, SO_ERROR, &value, &length) }
        return value == 0 ? nil : Errno(rawValue: value)
    }

    /// The address a socket is bound to (getsockname).
    package static func localAddress(of socket: Int32) throws(Errno) -> SocketAddress {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // SAFETY: the kernel writes at most `length` bytes into a local of that size.
        return try unsafe withUnsafeMutablePointer(to: &storage) {
            (pointer) throws(Errno) -> SocketAddress in
            let address = unsafe UnsafeMutableRawPointer(pointer)
                .assumingMemoryBound(to: sockaddr.self)
            _ = try systemCall { unsafe getsockname(socket, address, &length) }
            let found = unsafe SocketAddress(
                reading: UnsafeRawPointer(pointer), length: Int(length))
            return found ?? .unix("")
        }
    }

    /// Whether a descriptor is a listening stream socket.
    package static func isListening(_ number: Int32) -> Bool {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        // SAFETY: the kernel writes one Int32 into a local.
        return unsafe getsockopt(number, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0
            && value != 0
    }

    /// Whether a listening IPv6 socket takes IPv6 only, and not IPv4 as well (IPV6_V6ONLY).
    package static func isIPv6Only(_ number: Int32) -> Bool {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        // SAFETY: the kernel writes one Int32 into a local.
        return unsafe getsockopt(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &value, &length) == 0
            && value != 0
    }

    /// Whether bytes have come that nobody has read yet.
    package static func hasUnreadBytes(_ socket: Int32) -> Bool {
        var byte: UInt8 = 0
        // SAFETY: the kernel writes one byte into a local, and leaves it in the queue.
        return unsafe recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    /// Answers leave at once instead of waiting to be joined with later ones (TCP_NODELAY).
    package static func disableNagle(_ socket: Int32) {
        try? Self.setOption(socket, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    /// The kernel probes an idle peer (SO_KEEPALIVE).
    package static func enableKeepAlive(_ socket: Int32) {
        try? Self.setOption(socket, SOL_SOCKET, SO_KEEPALIVE, 1)
    }

    /// Ends the sending half; the peer reads the end of the stream.
    package static func shutdownOutput(_ socket: Int32) {
        _ = shutdown(socket, Int32(SHUT_WR))
    }

    /// Makes close(2) send a reset instead of a regular end (SO_LINGER with zero time).
    package static func resetOnClose(_ socket: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        // SAFETY: the kernel reads one linger from a local.
        _ = unsafe setsockopt(
            socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// The user and group of the process at the other end of a UNIX socket (SO_PEERCRED).
    package static func peerCredentials(
        of socket: Int32
    ) throws(Errno) -> (process: Int32, user: UInt32, group: UInt32) {
        var values: (Int32, UInt32, UInt32) = (0, 0, 0)
        var length = socklen_t(12)
        // SAFETY: struct ucred is three 32-bit numbers; the kernel writes at most `length` bytes.
        _ = try systemCall { unsafe getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &values, &length) }
        return (values.0, values.1, values.2)
    }

    /// The supplementary groups of the process at the other end of a UNIX socket (SO_PEERGROUPS).
    package static func peerGroups(of socket: Int32) throws(Errno) -> [UInt32] {
        let groupCountMax = 1024
        var groups = [UInt32](repeating: 0, count: groupCountMax)
        var length = socklen_t(groupCountMax * 4)
        let soPeerGroups: Int32 = 59
        // SAFETY: the kernel writes at most `length` bytes into the array's memory.
        _ = try systemCall { unsafe getsockopt(socket, SOL_SOCKET, soPeerGroups, &groups, &length) }
        return Array(groups.prefix(Int(length) / 4))
    }

    private static func make(for address: SocketAddress) throws(Errno) -> Descriptor {
        Descriptor(adopting: try systemCall { holdfast_socket(address.family) })
    }

    private static func setOption(
        _ socket: Int32, _ level: Int32, _ option: Int32, _ value: Int32
    ) throws(Errno) {
        var value = value
        // SAFETY: the kernel reads one Int32 from a local.
        _ = try systemCall {
            unsafe setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }
}
