import CLinux
import Glibc

/// Where a socket is: an IPv4 or IPv6 address with a port, or a path.
// SAFETY: C functions read and write locals of the type they expect.
package enum SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// IPv4: the address in host byte order (127.0.0.1 is 0x7F000001), and the port.
    case ipv4(UInt32, port: UInt16)
    /// IPv6: the 16 bytes of the address in network order, and the port.
    case ipv6([UInt8], port: UInt16)
    /// A UNIX socket by its path; an unnamed one (the peer of a client) has an empty path.
    case unix(String)

    /// The longest path a UNIX socket can have, in bytes (unix(7)).
    package static let unixPathBytesMax = 107

    /// Whether only this machine can reach it.
    package var isLoopback: Bool {
        switch self {
        case .ipv4(let address, _): address >> 24 == 127
        case .ipv6(let bytes, _): bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
        case .unix: true
        }
    }

    /// Reads a numeric address: `127.0.0.1`, `::1`, `[::1]`, `*` for all of IPv4. nil for names.
    package init?(numeric host: String, port: UInt16) {
        var text = host
        if text.hasPrefix("["), text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
        if text == "*" {
            self = .ipv4(0, port: port)
            return
        }
        var four = in_addr()
        // SAFETY: inet_pton writes one in_addr or in6_addr into a local of that type.
        if unsafe inet_pton(AF_INET, text, &four) == 1 {
            self = .ipv4(UInt32(bigEndian: four.s_addr), port: port)
            return
        }
        var six = [UInt8](repeating: 0, count: 16)
        let found = unsafe six.withUnsafeMutableBytes {
            unsafe inet_pton(AF_INET6, text, $0.baseAddress)
        }
        guard found == 1 else { return nil }
        self = .ipv6(six, port: port)
    }

    /// All addresses of a host by getaddrinfo(3). It waits on the network: for start-up only.
    package static func resolve(host: String, port: UInt16) throws(Errno) -> [SocketAddress] {
        if let address = SocketAddress(numeric: host, port: port) { return [address] }
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        // SAFETY: getaddrinfo fills `list`, which is walked read-only and freed below.
        guard unsafe getaddrinfo(host, nil, &hints, &list) == 0 else {
            throw Errno(rawValue: ENOENT)
        }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var entry = unsafe list
        while let current = unsafe entry {
            if let address = unsafe SocketAddress(
                reading: UnsafeRawPointer(current.pointee.ai_addr),
                length: Int(current.pointee.ai_addrlen))
            {
                let withPort = address.replacingPort(port)
                if !addresses.contains(withPort) { addresses.append(withPort) }
            }
            unsafe entry = current.pointee.ai_next
        }
        return addresses
    }

    /// The port, or nil for a UNIX socket.
    package var port: UInt16? {
        switch self {
        case .ipv4(_, let port), .ipv6(_, let port): return port
        case .unix: return nil
        }
    }

    /// The same address with another port; a UNIX socket has none and stays as it is.
    package func replacingPort(_ port: UInt16) -> SocketAddress {
        switch self {
        case .ipv4(let address, _): return .ipv4(address, port: port)
        case .ipv6(let address, _): return .ipv6(address, port: port)
        case .unix: return self
        }
    }

    /// The host without the port: `127.0.0.1`, `::1`, or `unix:` for a UNIX socket (as nginx logs
    /// it).
    package var hostText: String {
        switch self {
        case .ipv4(let address, _):
            return "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
        case .ipv6(let bytes, _): return Self.text(ofIPv6: bytes)
        case .unix: return "unix:"
        }
    }

    /// `127.0.0.1:80`, `[::1]:80`, `unix:/path`.
    package var description: String {
        switch self {
        case .ipv4(_, let port): return "\(self.hostText):\(port)"
        case .ipv6(_, let port): return "[\(self.hostText)]:\(port)"
        case .unix(let path): return "unix:\(path)"
        }
    }

    private static func text(ofIPv6 bytes: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        // SAFETY: both arrays live through the call and have the sizes it expects.
        unsafe bytes.withUnsafeBytes { source in
            _ = unsafe inet_ntop(AF_INET6, source.baseAddress, &text, socklen_t(INET6_ADDRSTRLEN))
        }
        return String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
