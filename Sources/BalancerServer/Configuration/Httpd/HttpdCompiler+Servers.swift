import Base
import LoadBalancing
import PatternMatching
import SystemInterface

// What servers and their paths become: locations that nginx's rules for prefixes find.

extension HttpdCompiler {
    /// `Listen [ADDRESS:]PORT`; `unix:/path` too, which httpd does not have.
    func listen(_ directive: HttpdDirective) throws(Diagnostic) {
        let word = directive.arguments[0]
        if directive.arguments.count > 1, directive.arguments[1].text.lowercased() != "http" {
            throw self.mistake(directive.arguments[1].place, "only http is listened for")
        }
        let address: SocketAddress
        if word.text.lowercased().hasPrefix("unix:") {
            address = .unix(self.path(String(word.text.dropFirst(5))))
        } else {
            guard let (host, port) = HttpdAddress.split(word.text), let port, port > 0 else {
                throw self.mistake(
                    word.place, "Port must be specified: '\(word.text)', from 1 to 65535")
            }
            let found = (try? self.reader.resolve(host == "*" ? "0.0.0.0" : host, port)) ?? []
            guard let first = found.first else {
                throw self.mistake(word.place, "Invalid address or port '\(word.text)'")
            }
            address = first
        }
        if self.listens.contains(where: { $0.address == address }) {
            throw self.mistake(
                word.place, "could not bind to address \(address): it is listened on already")
        }
        self.listens.append(NginxListen(address: address, place: word.place))
    }

    /// The sockets with their servers: hosts named by address before `*`, the main server last.
    func makeListeners(main: HttpdScope) -> [ListenerSettings] {
        let mainServer = self.makeServer(main)
        let hosts = self.hosts.map { (host: $0, server: self.makeServer($0.scope)) }
        return self.listens.map { listen in
            let port = listen.address.port
            let fitting = hosts.filter { entry in
                entry.host.addresses.contains { ($0.port ?? port) == port }
            }
            let general = fitting.filter { entry in
                entry.host.addresses.contains { address in
                    ["*", "_default_"].contains(address.host)
                        || SocketAddress(numeric: address.host, port: port ?? 0) == listen.address
                }
            }
            var settings = ListenerSettings(
                address: listen.address, servers: self.table(general, else: mainServer))
            var special: [SocketAddress] = []
            for entry in fitting {
                for address in entry.host.addresses {
                    guard !["*", "_default_"].contains(address.host),
                        let found = SocketAddress(numeric: address.host, port: port ?? 0),
                        found != listen.address, settings.covers(found), !special.contains(found)
                    else { continue }
                    special.append(found)
                }
            }
            for address in special {
                let own = fitting.filter { entry in
                    entry.host.addresses.contains {
                        SocketAddress(numeric: $0.host, port: port ?? 0) == address
                    }
                }
                settings.addresses.append((address, self.table(own, else: mainServer)))
            }
            return settings
        }
    }

    private func table(
        _ hosts: [(host: HttpdHost, server: VirtualServer)], else main: VirtualServer
    ) -> VirtualServerTable {
        var table = VirtualServerTable(defaultServer: hosts.first?.server ?? main)
        for entry in hosts {
            for name in [entry.host.scope.serverName] + entry.host.scope.aliases
            where !name.isEmpty {
                let name = name.lowercased()
                if name.contains("*") || name.contains("?") {
                    let text = HttpdURL.quoted(name).replacingMarks()
                    if let pattern = try? Pattern.compile("^" + text + "$") {
                        table.patterns.append((BoundPattern(pattern: pattern), entry.server))
                    }
                } else if table.exact[name] == nil {
                    table.exact[name] = entry.server
                }
            }
        }
        return table
    }

    private func makeServer(_ scope: HttpdScope) -> VirtualServer {
        var points: [String] = ["/"]
        for path in scope.passes.filter({ $0.pattern == nil }).map(\.path)
            + scope.locations.map(\.path) + self.folderPoints(scope)
        where !points.contains(path) {
            points.append(path)
        }
        var locations: [(location: Location, pattern: BoundPattern?)] = []
        for pass in scope.passes {
            guard let pattern = pass.pattern else { continue }
            let location = self.makeLocation(scope, name: pass.path, kind: .pattern, pass: pass)
            locations.append((location, pattern))
        }
        for pattern in scope.deniedFiles {
            var closed = scope
            closed.proxyAccess = nil
            let location = self.makeLocation(
                closed, name: pattern.pattern.text, kind: .pattern, pass: nil, access: .nobody)
            locations.append((location, pattern))
        }
        for point in points {
            let pass = scope.passes.first { $0.pattern == nil && Self.fits($0.path, point) }
            if !point.hasSuffix("/") {
                locations.append(
                    (self.makeLocation(scope, name: point, kind: .exact, pass: pass), nil))
            }
            let name = point.hasSuffix("/") ? point : point + "/"
            guard point.hasSuffix("/") || !points.contains(name) else { continue }
            locations.append(
                (self.makeLocation(scope, name: name, kind: .prefix, pass: pass), nil))
        }
        return VirtualServer(
            name: scope.serverName.isEmpty ? self.reader.hostName : scope.serverName,
            connection: scope.connection,
            fallback: self.makeLocation(scope, name: "", kind: .nameless, pass: nil),
            locations: LocationTable(locations), rewriteSteps: scope.redirectSteps)
    }

    /// Whether `path` (of a directive) covers `point`, whole segments only.
    private static func fits(_ path: String, _ point: String) -> Bool {
        if path == point { return true }
        return point.hasPrefix(path.hasSuffix("/") ? path : path + "/")
    }

    /// Folders with their own access below the root, as paths of the server.
    private func folderPoints(_ scope: HttpdScope) -> [String] {
        scope.directories.filter(\.access.isGiven).compactMap { section in
            guard section.path.hasPrefix(scope.documentRoot + "/") else { return nil }
            let path = String(section.path.dropFirst(scope.documentRoot.count))
            return path == "/" ? nil : path
        }
    }

    private func makeLocation(
        _ scope: HttpdScope, name: String, kind: Location.Kind, pass: HttpdPass?,
        access: AccessPolicy? = nil
    ) -> Location {
        var settings = scope.settings
        settings.root = ComplexValue(scope.documentRoot)
        settings.accessLogs = scope.customLogs
        settings.errorLog = self.process.errorLog
        settings.keepAliveTimeout = scope.keepsAlive ? scope.keepAliveTimeout : .zero
        settings.access = access ?? self.access(scope, name: name, pass: pass)
        if let target = pass?.target {
            settings.content = .proxy(self.proxySettings(scope, target, pass))
        }
        let index = self.pieces.locationCount
        self.pieces.locationCount += 1
        return Location(
            index: index, name: name, kind: kind, settings: settings, mayAddSlash: false)
    }

    /// The last section that says something: files' folders or `<Proxy>`, then `<Location>`.
    private func access(_ scope: HttpdScope, name: String, pass: HttpdPass?) -> AccessPolicy {
        var access: HttpdAccess?
        if let target = pass?.target {
            access = scope.groupAccess[target.group] ?? scope.proxyAccess
        } else {
            let folder = scope.documentRoot + (name.hasPrefix("/") ? name : "/")
            let sections = scope.directories.sorted { $0.path.count < $1.path.count }
            for section in sections
            where section.access.isGiven && Self.fits(section.path, folder) {
                access = section.access
            }
        }
        for section in scope.locations
        where section.access.isGiven && Self.fits(section.path, name) {
            access = section.access
        }
        return access?.policy ?? .everyone
    }

    private func proxySettings(
        _ scope: HttpdScope, _ target: HttpdTarget, _ pass: HttpdPass?
    ) -> ProxySettings {
        var proxy = ProxySettings(target: .upstream(target.group))
        let upstream = self.pieces.upstreams[target.group]
        let timeout = scope.proxyTimeout ?? scope.timeout
        proxy.connectTimeout = timeout
        proxy.sendTimeout = timeout
        proxy.readTimeout = timeout
        proxy.host = upstream.peers.first?.name ?? upstream.name
        proxy.port = upstream.peers.first?.address.port ?? 80
        proxy.nextUpstream = [.error, .timeout]
        proxy.tryCountMax = upstream.failoverCountMax.map { $0 + 1 } ?? 0
        proxy.buffersRequests = false
        proxy.interceptsErrors = scope.overridesErrors
        proxy.via = scope.via
        proxy.cookiePaths = scope.cookiePaths
        proxy.cookieDomains = scope.cookieDomains
        proxy.requestFields = self.requestFields(scope)
        proxy.redirects = self.reverseRules(scope)
        // httpd passes Date and Server of the upstream on.
        proxy.hiddenFields = []
        let member = self.memberPaths[target.group, default: ""]
        let path = member + target.path
        if let value = target.value {
            proxy.path = .pattern(
                ComplexValue(parts: [.text(Array(member.utf8))] + value.parts))
        } else if let from = pass?.path {
            let to = path.isEmpty && from.hasSuffix("/") ? "/" : path
            proxy.path =
                from == to
                ? .unchanged : .replacingPrefix(matched: from.utf8.count, by: Array(to.utf8))
        }
        return proxy
    }

    private func requestFields(_ scope: HttpdScope) -> [RequestField] {
        func variable(_ reference: VariableReference) -> ComplexValue {
            ComplexValue(parts: [.variable(reference)])
        }
        var fields = [
            RequestField(
                name: "Host",
                value: variable(
                    scope.preservesHost
                        ? .requestField("host") : .builtin(.httpdPeerHost)))
        ]
        if scope.addsForwarded {
            fields += [
                RequestField(
                    name: "X-Forwarded-For", value: variable(.builtin(.proxyAddXForwardedFor))),
                RequestField(name: "X-Forwarded-Host", value: variable(.requestField("host"))),
                RequestField(name: "X-Forwarded-Server", value: variable(.builtin(.serverName))),
            ]
        }
        for field in scope.requestFields {
            fields.removeAll { $0.name.lowercased() == field.name.lowercased() }
            fields.append(field)
        }
        return fields
    }

    /// `ProxyPassReverse`: a group's address stands for that of each of its members.
    private func reverseRules(_ scope: HttpdScope) -> [RewriteText] {
        var rules: [RewriteText] = []
        for reverse in scope.reverses {
            guard let url = HttpdURL(reverse.url) else { continue }
            let replacement = ComplexValue(parts: [
                .text(Array("http://".utf8)), .variable(.requestField("host")),
                .text(Array(reverse.path.utf8)),
            ])
            var bases = [reverse.url]
            if url.scheme == "balancer", let group = self.groups[url.authority.lowercased()] {
                let path = self.memberPaths[group, default: ""] + url.path
                bases += self.pieces.upstreams[group].peers.map { "http://" + $0.name + path }
            }
            rules += bases.map { .prefix(ComplexValue($0), replacement: replacement) }
        }
        return rules
    }
}

extension String {
    /// Quoted `*` and `?` of a mask back as what they mean.
    fileprivate func replacingMarks() -> String {
        var text = ""
        var isEscaped = false
        for character in self {
            if isEscaped {
                switch character {
                case "*": text += ".*"
                case "?": text += "."
                default: text += "\\\(character)"
                }
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                text.append(character)
            }
        }
        return text
    }
}
