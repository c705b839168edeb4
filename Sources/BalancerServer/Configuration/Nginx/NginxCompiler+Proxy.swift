import Base
import LoadBalancing
import SystemInterface

// `proxy_pass` and what becomes of it.

extension NginxCompiler {
    func proxyPass(
        _ directive: NginxDirective, in block: NginxBlock
    ) throws(Diagnostic) -> NginxProxyPass {
        let token = directive.arguments[0]
        let text = token.text
        if text.contains("$") {
            return NginxProxyPass(
                target: .variable(try self.value(token)), base: "", path: nil, host: "", port: 80)
        }
        guard text.lowercased().hasPrefix("http://") else {
            if text.lowercased().hasPrefix("https://") {
                throw self.mistake(
                    token.place, "https protocol requires SSL support, which is not there yet")
            }
            throw self.mistake(token.place, "invalid URL prefix")
        }
        let (authority, path) = try self.splitURL(String(text.dropFirst(7)), token.place)
        let isNameless = block.context == .locationIf
        let kind = block.locationKind
        if path != nil, kind == .pattern || kind == .named || isNameless {
            throw self.mistake(
                token.place,
                "\"proxy_pass\" cannot have URI part in location given by regular expression, "
                    + "or inside named location, or inside \"if\" statement, or inside "
                    + "\"limit_except\" block")
        }
        let target = try self.proxyTarget(authority, token.place)
        return NginxProxyPass(
            target: .upstream(target.index), base: "http://" + authority, path: path,
            host: target.host, port: target.port)
    }

    /// `host:port/path` or `unix:/socket:/path` in two.
    private func splitURL(
        _ text: String, _ place: ConfigurationPlace
    ) throws(Diagnostic) -> (authority: String, path: String?) {
        if text.lowercased().hasPrefix("unix:") {
            let rest = text.dropFirst(5)
            guard let colon = rest.firstIndex(of: ":") else { return (text, nil) }
            return ("unix:" + rest[..<colon], String(rest[rest.index(after: colon)...]))
        }
        guard let slash = text.firstIndex(where: { $0 == "/" || $0 == "?" }) else {
            if text.isEmpty { throw self.mistake(place, "no host in upstream \"\(text)\"") }
            return (text, nil)
        }
        guard slash > text.startIndex else {
            throw self.mistake(place, "no host in upstream \"\(text)\"")
        }
        return (String(text[..<slash]), String(text[slash...]))
    }

    private func proxyTarget(
        _ authority: String, _ place: ConfigurationPlace
    ) throws(Diagnostic) -> (index: Int, host: String, port: UInt16) {
        if let index = self.upstreamIndex[authority] { return (index, authority, 80) }
        let addresses = try self.addresses(authority, defaultPort: 80, place)
        var upstream = UpstreamSettings(index: self.pieces.upstreams.count, name: authority)
        upstream.isImplicit = true
        upstream.peers = addresses.map { address in
            var policy = PeerPolicy()
            policy.name = authority
            return UpstreamPeer(name: address.description, address: address, policy: policy)
        }
        self.pieces.upstreams.append(upstream)
        self.upstreamIndex[authority] = upstream.index
        let isUnix = authority.lowercased().hasPrefix("unix:")
        return (upstream.index, isUnix ? "localhost" : authority, addresses[0].port ?? 80)
    }

    /// The addresses of `HOST[:PORT]` or `unix:PATH`; never empty.
    func addresses(
        _ text: String, defaultPort: UInt16, _ place: ConfigurationPlace
    ) throws(Diagnostic) -> [SocketAddress] {
        if text.lowercased().hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty else {
                throw self.mistake(
                    place, "no path in the unix domain socket in upstream \"\(text)\"")
            }
            guard path.utf8.count <= SocketAddress.unixPathBytesMax else {
                throw self.mistake(
                    place, "too long path in the unix domain socket in upstream \"\(text)\"")
            }
            return [.unix(path.hasPrefix("/") ? path : self.prefix + path)]
        }
        let (host, port) = try self.hostAndPort(text, defaultPort: defaultPort, place)
        guard !host.isEmpty else { throw self.mistake(place, "no host in upstream \"\(text)\"") }
        let found: [SocketAddress]
        do {
            found = try self.reader.resolve(host, port)
        } catch {
            found = []
        }
        guard !found.isEmpty else {
            throw self.mistake(place, "host not found in upstream \"\(text)\"")
        }
        return found
    }

    func hostAndPort(
        _ text: String, defaultPort: UInt16, _ place: ConfigurationPlace
    ) throws(Diagnostic) -> (host: String, port: UInt16) {
        let hostEnd: String.Index
        if text.hasPrefix("["), let close = text.firstIndex(of: "]") {
            hostEnd = text.index(after: close)
        } else {
            hostEnd = text.firstIndex(of: ":") ?? text.endIndex
        }
        let host = String(text[..<hostEnd])
        guard hostEnd < text.endIndex else { return (host, defaultPort) }
        guard text[hostEnd] == ":",
            let number = ConfigurationUnits.number(String(text[text.index(after: hostEnd)...])),
            let port = UInt16(exactly: number), port > 0
        else { throw self.mistake(place, "invalid port in upstream \"\(text)\"") }
        return (host, port)
    }

    /// The settings of a location that passes requests on, defaults and inheritance filled in.
    func proxySettings(
        _ pass: NginxProxyPass, _ block: NginxBlock, name: String, kind: Location.Kind
    ) -> ProxySettings {
        var proxy = block.proxy
        proxy.target = pass.target
        proxy.host = pass.host
        proxy.port = pass.port
        if let path = pass.path {
            proxy.path = .replacingPrefix(matched: name.utf8.count, by: Array(path.utf8))
        }
        proxy.requestFields = block.requestFields
        if !proxy.requestFields.contains(where: { $0.name.lowercased() == "host" }) {
            let host = ComplexValue(parts: [.variable(.builtin(.proxyHost))])
            proxy.requestFields.insert(RequestField(name: "Host", value: host), at: 0)
        }
        proxy.hiddenFields.formUnion(block.hiddenFields)
        proxy.hiddenFields.subtract(block.passedFields)
        proxy.redirects = block.redirects.compactMap { redirect in
            switch redirect {
            case .rule(let rule): return rule
            case .standard:
                guard case .upstream = pass.target else { return nil }
                let from = ComplexValue(pass.base + (pass.path ?? "/"))
                let to = ComplexValue(pass.path == nil ? "/" : name)
                return .prefix(from, replacement: to)
            }
        }
        return proxy
    }
}
