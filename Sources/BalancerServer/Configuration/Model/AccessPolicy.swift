package import SystemInterface

/// Who may use a location.
package enum AccessPolicy: Equatable, Sendable {
    /// Everybody.
    case everyone
    /// Nobody (httpd's `Require all denied`).
    case nobody
    /// nginx: the first rule that fits decides; none fitting means yes.
    case firstMatch([AccessRule])
    /// httpd's `Order`: with `allowsLast` (`Deny,Allow`) denied only if a deny fits and no allow
    /// does; without (`Allow,Deny`) allowed only if an allow fits and no deny does.
    case order(allowsLast: Bool, allow: [NetworkRange], deny: [NetworkRange])
    /// httpd's `Require ip`: any of these.
    case anyOf([NetworkRange])

    /// Whether a client with this address may go on.
    package func allows(_ address: SocketAddress) -> Bool {
        switch self {
        case .everyone: return true
        case .nobody: return false
        case .firstMatch(let rules):
            return rules.first { $0.range.contains(address) }?.isAllowed ?? true
        case .order(let allowsLast, let allow, let deny):
            let isAllowed = allow.contains { $0.contains(address) }
            let isDenied = deny.contains { $0.contains(address) }
            return allowsLast ? isAllowed || !isDenied : isAllowed && !isDenied
        case .anyOf(let ranges): return ranges.contains { $0.contains(address) }
        }
    }
}

/// One `allow` or `deny` line.
package struct AccessRule: Equatable, Sendable {
    /// Whose.
    package let range: NetworkRange
    /// Whether it lets them in.
    package let isAllowed: Bool

    /// Pairs the two.
    package init(range: NetworkRange, isAllowed: Bool) {
        self.range = range
        self.isAllowed = isAllowed
    }
}

/// A set of addresses.
package enum NetworkRange: Equatable, Sendable {
    /// All.
    case all
    /// All that come by a UNIX socket.
    case unix
    /// IPv4: network and mask in host byte order.
    case ipv4(UInt32, mask: UInt32)
    /// IPv6: the network's 16 bytes and how many leading bits count.
    case ipv6([UInt8], prefixLength: Int)

    /// Reads `all`, `unix:`, an address, or an address with `/LENGTH` (IPv4: also `/MASK`).
    package init?(_ text: String) {
        if text.lowercased() == "all" {
            self = .all
            return
        }
        if text == "unix:" {
            self = .unix
            return
        }
        let pieces = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard pieces[0] != "*", let address = SocketAddress(numeric: String(pieces[0]), port: 0)
        else { return nil }
        let suffix = pieces.count > 1 ? String(pieces[1]) : nil
        switch address {
        case .ipv4(let bits, _):
            guard let mask = Self.mask(suffix) else { return nil }
            self = .ipv4(bits & mask, mask: mask)
        case .ipv6(let bytes, _):
            guard let length = suffix.map({ Int($0) }) ?? 128, (0...128).contains(length) else {
                return nil
            }
            self = .ipv6(bytes, prefixLength: length)
        case .unix: return nil
        }
    }

    private static func mask(_ suffix: String?) -> UInt32? {
        guard let suffix else { return .max }
        if let length = Int(suffix) {
            guard (0...32).contains(length) else { return nil }
            return length == 0 ? 0 : .max << UInt32(32 - length)
        }
        guard case .ipv4(let mask, _)? = SocketAddress(numeric: suffix, port: 0) else { return nil }
        return mask
    }

    /// Whether an address is in the set; IPv4 written as IPv6 (`::ffff:…`) counts as IPv4.
    package func contains(_ address: SocketAddress) -> Bool {
        switch (self, address) {
        case (.all, _), (.unix, .unix): return true
        case (.ipv4(let network, let mask), .ipv4(let bits, _)): return bits & mask == network
        case (.ipv4(let network, let mask), .ipv6(let bytes, _)):
            guard bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 255, bytes[11] == 255 else {
                return false
            }
            return bytes[12...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & mask == network
        case (.ipv6(let network, let length), .ipv6(let bytes, _)):
            let whole = length / 8
            guard network[..<whole] == bytes[..<whole] else { return false }
            let rest = length % 8
            guard rest > 0 else { return true }
            return (network[whole] ^ bytes[whole]) >> UInt8(8 - rest) == 0
        default: return false
        }
    }
}
