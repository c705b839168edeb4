import Base

/// Finds the server that a host name belongs to, by nginx's rules.
///
/// In this order: the exact name; the longest mask `*.name`; the longest mask `name.*`; the first
/// regular expression; the default server.
package struct VirtualServerTable: Sendable {
    /// What answers when no name fits.
    package var defaultServer: VirtualServer
    /// Servers by exact name, lower case.
    package var exact: [String: VirtualServer] = [:]
    /// Servers by `*.name` (key `.name`), lower case.
    package var headWildcards: [String: VirtualServer] = [:]
    /// Servers by `name.*` (key `name.`), lower case.
    package var tailWildcards: [String: VirtualServer] = [:]
    /// Servers by regular expression, in order.
    package var patterns: [(pattern: BoundPattern, server: VirtualServer)] = []

    /// Makes a table in which every name belongs to one server.
    package init(defaultServer: VirtualServer) { self.defaultServer = defaultServer }

    /// The server for a host as the request names it, port and brackets taken off by the caller.
    ///
    /// A trailing dot and the case of letters do not count. Named groups go to `state`.
    package func server(forHost host: Span<UInt8>, state: VariableState) -> VirtualServer {
        if self.exact.isEmpty, self.headWildcards.isEmpty, self.tailWildcards.isEmpty,
            self.patterns.isEmpty
        {
            return self.defaultServer
        }
        var count = host.count
        if count > 0, host[count - 1] == UInt8(ascii: ".") { count -= 1 }
        let bytes = (0..<count).map { host[$0].asciiLowercased }
        let name = String(decoding: bytes, as: UTF8.self)
        if let server = self.exact[name] { return server }
        if let server = HostMasks.find(name, head: self.headWildcards, tail: self.tailWildcards) {
            return server
        }
        for entry in self.patterns where state.match(entry.pattern, bytes.span) {
            return entry.server
        }
        return self.defaultServer
    }
}

/// Looks names up in tables of masks; the longest mask wins, masks at the front before those at the
/// end.
package enum HostMasks {
    /// The value of the longest mask that fits: keys `.name` for `*.name`, `name.` for `name.*`.
    package static func find<Value>(
        _ name: String, head: [String: Value], tail: [String: Value]
    ) -> Value? {
        if !head.isEmpty {
            var rest = name[...]
            while let dot = rest.firstIndex(of: ".") {
                if let value = head[String(rest[dot...])] { return value }
                rest = rest[rest.index(after: dot)...]
            }
        }
        if !tail.isEmpty {
            var rest = name[...]
            while let dot = rest.lastIndex(of: ".") {
                if let value = tail[String(rest[...dot])] { return value }
                rest = rest[..<dot]
            }
        }
        return nil
    }
}
