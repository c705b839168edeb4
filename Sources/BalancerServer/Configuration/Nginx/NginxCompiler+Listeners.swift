import Base
import SystemInterface

// `listen` and `server_name`, and which sockets come of them.

extension NginxCompiler {
    /// `listen ADDRESS[:PORT] [default_server] …`.
    func listen(_ directive: NginxDirective) throws(Diagnostic) -> [NginxListen] {
        let token = directive.arguments[0]
        var listen = NginxListen(address: .ipv4(0, port: 80), place: token.place)
        for parameter in directive.arguments.dropFirst() {
            try self.listenParameter(parameter, &listen)
        }
        var listens: [NginxListen] = []
        for address in try self.listenAddresses(token) {
            listen.address = address
            listens.append(listen)
        }
        return listens
    }

    private func listenParameter(
        _ token: NginxToken, _ listen: inout NginxListen
    ) throws(Diagnostic) {
        let pieces = token.text.split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let text = pieces.count > 1 ? String(pieces[1]) : nil
        switch (String(pieces[0]), text) {
        case ("default_server", nil), ("default", nil): listen.isDefault = true
        case ("backlog", .some(let text)):
            guard let backlog = ConfigurationUnits.number(text), backlog > 0 else {
                throw self.mistake(token.place, "invalid backlog \"\(text)\"")
            }
            listen.backlog = min(backlog, Int(Int32.max))
        case ("ipv6only", .some(let text)):
            guard text == "on" || text == "off" else {
                throw self.mistake(token.place, "invalid ipv6only flags \"\(text)\"")
            }
            listen.isIPv6Only = text == "on"
        case ("reuseport", nil): listen.reusesPort = true
        case ("so_keepalive", .some(let text)): listen.keepsAlive = text != "off"
        case ("bind", nil), ("deferred", nil): break
        case ("rcvbuf", .some(let text)), ("sndbuf", .some(let text)):
            guard ConfigurationUnits.size(text) != nil else {
                throw self.mistake(token.place, "invalid \(pieces[0]) \"\(text)\"")
            }
        case ("fastopen", .some), ("setfib", .some), ("accept_filter", .some): break
        case ("ssl", nil), ("http2", nil), ("quic", nil), ("spdy", nil), ("proxy_protocol", nil):
            throw self.mistake(
                token.place, "the \"\(token.text)\" parameter is not supported yet")
        default: throw self.mistake(token.place, "invalid parameter \"\(token.text)\"")
        }
    }

    private func listenAddresses(
        _ token: NginxToken
    ) throws(Diagnostic) -> [SocketAddress] {
        let text = token.text
        func fail(_ reason: String) -> Diagnostic {
            self.mistake(token.place, "\(reason) in \"\(text)\" of the \"listen\" directive")
        }
        if text.lowercased().hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty else { throw fail("no path in the unix domain socket") }
            guard path.utf8.count <= SocketAddress.unixPathBytesMax else {
                throw fail("too long path in the unix domain socket")
            }
            return [.unix(self.path(path))]
        }
        if !text.isEmpty, text.utf8.allSatisfy(\.isASCIIDigit) {
            guard let number = ConfigurationUnits.number(text), (1...65_535).contains(number) else {
                throw fail("invalid port")
            }
            return [.ipv4(0, port: UInt16(number))]
        }
        let host: String
        let port: UInt16
        do {
            (host, port) = try self.hostAndPort(text, defaultPort: 80, token.place)
        } catch {
            throw fail("invalid port")
        }
        guard !host.isEmpty else { throw fail("no host") }
        if host.hasPrefix("["), SocketAddress(numeric: host, port: port) == nil {
            throw fail("invalid IPv6 address")
        }
        if let address = SocketAddress(numeric: host, port: port) { return [address] }
        do {
            let found = try self.reader.resolve(host, port)
            if !found.isEmpty { return found }
        } catch {}
        throw fail("host not found")
    }

    /// One word of `server_name`.
    func serverName(_ token: NginxToken) throws(Diagnostic) -> [NginxServerName] {
        let place = token.place
        if token.text == "$hostname" {
            return [.exact(self.reader.hostName.lowercased(), place)]
        }
        if token.text.hasPrefix("~") {
            guard token.text.count > 1 else {
                throw self.mistake(place, "empty regex in server name \"\(token.text)\"")
            }
            // Names are compared in lower case, as nginx does.
            return [
                .pattern(
                    try self.pattern(String(token.text.dropFirst()), place, ignoresCase: true))
            ]
        }
        let name = token.text.lowercased()
        if name.contains("/") {
            self.notice(place, "server name \"\(token.text)\" has suspicious symbols")
        }
        if name.hasPrefix("*."), name.count > 2, !name.dropFirst().contains("*") {
            return [.headWildcard(String(name.dropFirst()), place)]
        }
        if name.hasPrefix("."), name.count > 1, !name.contains("*") {
            return [
                .exact(String(name.dropFirst()), place), .headWildcard(name, place),
            ]
        }
        if name.hasSuffix(".*"), name.count > 2, !name.dropLast().contains("*") {
            return [.tailWildcard(String(name.dropLast()), place)]
        }
        guard !name.contains("*") else {
            throw self.mistake(place, "server name \"\(token.text)\" is invalid")
        }
        return [.exact(name, place)]
    }

    /// The sockets of all servers, those that a wildcard covers put under it.
    func makeListeners() throws(Diagnostic) -> [ListenerSettings] {
        var order: [SocketAddress] = []
        var groups: [SocketAddress: [(listen: NginxListen, server: Int)]] = [:]
        for (index, entry) in self.servers.enumerated() {
            for listen in entry.block.listens {
                if groups[listen.address] == nil { order.append(listen.address) }
                let group = groups[listen.address, default: []]
                if group.contains(where: { $0.server == index }) {
                    throw self.mistake(listen.place, "a duplicate listen \(listen.address)")
                }
                if listen.isDefault, group.contains(where: { $0.listen.isDefault }) {
                    throw self.mistake(
                        listen.place, "a duplicate default server for \(listen.address)")
                }
                groups[listen.address] = group + [(listen, index)]
            }
        }
        var listeners: [ListenerSettings] = []
        for address in order {
            let group = groups[address] ?? []
            let table = self.makeTable(group, address)
            var settings = ListenerSettings(address: address, servers: table)
            for (listen, _) in group {
                settings.backlog = listen.backlog ?? settings.backlog
                settings.isIPv6Only = settings.isIPv6Only && listen.isIPv6Only
                settings.reusesPort = settings.reusesPort || listen.reusesPort
                settings.keepsAlive = settings.keepsAlive || listen.keepsAlive
            }
            listeners.append(settings)
        }
        return Self.mergeUnderWildcards(listeners)
    }

    private static func mergeUnderWildcards(
        _ listeners: [ListenerSettings]
    ) -> [ListenerSettings] {
        var merged = listeners.filter { listener in
            !listeners.contains { $0.address != listener.address && $0.covers(listener.address) }
        }
        for listener in listeners {
            guard let index = merged.firstIndex(where: { $0.covers(listener.address) }),
                merged[index].address != listener.address
            else { continue }
            merged[index].addresses.append((listener.address, listener.addresses[0].servers))
        }
        return merged
    }

    private func makeTable(
        _ group: [(listen: NginxListen, server: Int)], _ address: SocketAddress
    ) -> VirtualServerTable {
        let chosen = group.first { $0.listen.isDefault } ?? group[0]
        var table = VirtualServerTable(defaultServer: self.servers[chosen.server].server)
        for (_, index) in group {
            let entry = self.servers[index]
            for name in entry.block.names {
                switch name {
                case .exact(let name, let place):
                    if table.exact[name] == nil {
                        table.exact[name] = entry.server
                    } else {
                        self.conflict(name, address, place)
                    }
                case .headWildcard(let name, let place):
                    if table.headWildcards[name] == nil {
                        table.headWildcards[name] = entry.server
                    } else {
                        self.conflict("*" + name, address, place)
                    }
                case .tailWildcard(let name, let place):
                    if table.tailWildcards[name] == nil {
                        table.tailWildcards[name] = entry.server
                    } else {
                        self.conflict(name + "*", address, place)
                    }
                case .pattern(let pattern): table.patterns.append((pattern, entry.server))
                }
            }
        }
        return table
    }

    private func conflict(
        _ name: String, _ address: SocketAddress, _ place: ConfigurationPlace
    ) {
        self.notice(place, "conflicting server name \"\(name)\" on \(address), ignored")
    }
}

extension ListenerSettings {
    /// Whether this socket also gets what comes in by `other`.
    func covers(_ other: SocketAddress) -> Bool {
        switch (self.address, other) {
        case (.ipv4(0, let port), .ipv4(_, let otherPort)): return port == otherPort
        case (.ipv6(let bytes, let port), .ipv6(_, let otherPort)):
            return port == otherPort && bytes.allSatisfy { $0 == 0 }
        default: return self.address == other
        }
    }
}
