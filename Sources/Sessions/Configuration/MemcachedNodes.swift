import Base

/// Where a cache node listens.
package enum MemcachedAddress: Hashable, Sendable, CustomStringConvertible {
    /// A host name or address (IPv6 without its brackets) and a port.
    case host(String, port: UInt16)
    /// The path of a UNIX socket.
    case unix(String)

    package var description: String {
        switch self {
        case .host(let host, let port):
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

/// The attributes `memcachedNodes` and `failoverNodes`, read.
package struct MemcachedNodes: Hashable, Sendable {
    /// Nodes at the most: a session that is looked for everywhere costs the square of this.
    package static let nodeCountMax = 16

    /// One node.
    package struct Node: Hashable, Sendable {
        /// Its id in session ids; nil when the store is a single node without one.
        package var id: String?
        /// Where it listens.
        package var address: MemcachedAddress
        /// Whether new sessions go to it only when no other node lives.
        package var isFailover: Bool
    }

    /// The nodes in the order in which they were written; never empty.
    package let nodes: [Node]

    /// Reads the two attributes.
    ///
    /// - Throws: what is wrong with them.
    package init(
        memcachedNodes: String, failoverNodes: String = ""
    ) throws(SessionSettingsError) {
        let entries = Self.split(memcachedNodes)
        guard !entries.isEmpty else { throw .noNodes }
        guard entries.count <= Self.nodeCountMax else { throw .tooManyNodes(entries.count) }
        var nodes: [Node] = []
        for entry in entries {
            let node = try Self.node(entry, isOnlyOne: entries.count == 1)
            if let id = node.id, nodes.contains(where: { $0.id == id }) { throw .duplicateNode(id) }
            nodes.append(node)
        }
        let failover = Self.split(failoverNodes)
        if nodes.count == 1, !failover.isEmpty { throw .failoverWithSingleNode(failoverNodes) }
        for id in failover {
            guard let index = nodes.firstIndex(where: { $0.id == id }) else {
                throw .unknownFailoverNode(id)
            }
            nodes[index].isFailover = true
        }
        if nodes.allSatisfy(\.isFailover) { throw .onlyFailoverNodes }
        self.nodes = nodes
    }

    /// Whether session ids carry a node id.
    package var hasNodeIDs: Bool { self.nodes[0].id != nil }

    /// Entries are separated by commas and white space.
    private static func split(_ text: String) -> [String] {
        text.split { $0 == "," || $0.isWhitespace }.map(String.init)
    }

    private static func node(
        _ entry: String, isOnlyOne: Bool
    ) throws(SessionSettingsError) -> Node {
        for scheme in ["http://", "https://", "redis://", "rediss://"]
        where entry.hasPrefix(scheme) {
            throw .unsupportedStore(entry)
        }
        if isOnlyOne, let address = Self.address(entry[...]) {
            return Node(id: nil, address: address, isFailover: false)
        }
        guard let colon = entry.firstIndex(of: ":"), colon > entry.startIndex,
            entry[..<colon].utf8.allSatisfy(SessionID.isWordByte),
            let address = Self.address(entry[entry.index(after: colon)...])
        else { throw .malformedNode(entry) }
        return Node(id: String(entry[..<colon]), address: address, isFailover: false)
    }

    /// `host:port`, `[IPv6]:port`, `unix:/path`; nil for anything else.
    private static func address(_ text: Substring) -> MemcachedAddress? {
        if text.hasPrefix("unix:/") { return .unix(String(text.dropFirst("unix:".count))) }
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]), port > 0
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.contains("/") else { return nil }
        return .host(String(host), port: port)
    }
}
