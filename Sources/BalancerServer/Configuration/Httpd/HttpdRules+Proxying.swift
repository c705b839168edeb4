import Base
import LoadBalancing
import SystemInterface

extension HttpdRules {
    /// Groups, members, and which paths go to them.
    static let proxying: [String: HttpdRule] = [
        "balancermember": HttpdRule([.server, .proxy], HttpdRule.many(1)) {
            scope, directive, compiler throws(Diagnostic) in
            try compiler.member(directive, in: scope)
        },
        "proxyset": HttpdRule([.server, .proxy, .location], HttpdRule.many(1)) {
            scope, directive, compiler throws(Diagnostic) in
            var words = directive.arguments
            var group = scope.group
            if group == nil, let first = words.first, first.text.holds("://") {
                words.removeFirst()
                group = compiler.group(named: HttpdURL.balancerName(first.text))
            }
            guard let group else {
                compiler.notice(directive.place, "ProxySet outside of a balancer is without effect")
                return
            }
            for word in words { try compiler.groupParameter(word, group) }
        },
        "proxypass": HttpdRule([.server, .location], HttpdRule.many(1)) {
            scope, directive, compiler throws(Diagnostic) in
            scope.passes.append(try compiler.proxyPass(directive, in: scope, isPattern: false))
        },
        "proxypassmatch": HttpdRule([.server, .location], HttpdRule.many(1)) {
            scope, directive, compiler throws(Diagnostic) in
            scope.passes.append(try compiler.proxyPass(directive, in: scope, isPattern: true))
        },
        "proxypassreverse": HttpdRule([.server, .location], 1...3) {
            scope, directive, compiler throws(Diagnostic) in
            var words = directive.arguments.map(\.text)
            if words.last?.lowercased() == "interpolate" { words.removeLast() }
            if scope.context == .location { words.insert(scope.path, at: 0) }
            guard words.count == 2 else {
                throw compiler.mistake(
                    directive.place,
                    "ProxyPassReverse needs a path when not defined in a location")
            }
            scope.reverses.append(HttpdReverse(path: words[0], url: words[1]))
        },
        "proxypassreversecookiepath": HttpdRule([.server, .location], 2...3) {
            scope, directive, _ throws(Diagnostic) in
            scope.cookiePaths.append(
                .prefix(
                    ComplexValue(directive.arguments[0].text),
                    replacement: ComplexValue(directive.arguments[1].text)))
        },
        "proxypassreversecookiedomain": HttpdRule([.server, .location], 2...3) {
            scope, directive, _ throws(Diagnostic) in
            scope.cookieDomains.append(
                .prefix(
                    ComplexValue(directive.arguments[0].text),
                    replacement: ComplexValue(directive.arguments[1].text)))
        },
        "proxyvia": HttpdRule(.server, 1...1) { scope, directive, compiler throws(Diagnostic) in
            switch directive.arguments[0].text.lowercased() {
            case "off": scope.via = .off
            case "on": scope.via = .on
            case "full": scope.via = .full
            case "block": scope.via = .block
            default:
                throw compiler.mistake(
                    directive.arguments[0].place,
                    "ProxyVia must be one of: off | on | full | block")
            }
        },
        "proxyrequests": HttpdRule(.server, 1...1) { _, directive, compiler throws(Diagnostic) in
            guard try compiler.flag(directive) else { return }
            throw compiler.mistake(
                directive.place, "ProxyRequests On is not supported: this is no forward proxy")
        },
        "proxypreservehost": HttpdRule([.server, .location], 1...1) {
            scope, directive, compiler throws(Diagnostic) in
            scope.preservesHost = try compiler.flag(directive)
        },
        "proxyaddheaders": HttpdRule([.server, .location], 1...1) {
            scope, directive, compiler throws(Diagnostic) in
            scope.addsForwarded = try compiler.flag(directive)
        },
        "proxyerroroverride": HttpdRule([.server, .location], HttpdRule.many(1)) {
            scope, directive, compiler throws(Diagnostic) in
            scope.overridesErrors = try compiler.flag(directive)
        },
        "proxytimeout": HttpdRule(.server, 1...1) { scope, directive, compiler throws(Diagnostic) in
            scope.proxyTimeout = try compiler.duration(directive.arguments[0])
        },
    ]
}

extension HttpdCompiler {
    /// The number of a balancer, made when it is named first.
    func group(named name: String) -> Int {
        if let index = self.groups[name] { return index }
        let index = self.pieces.upstreams.count
        self.groups[name] = index
        var upstream = UpstreamSettings(index: index, name: name)
        upstream.method = .byRequests
        upstream.health = .errorState(forcesRecovery: true)
        self.pieces.upstreams.append(upstream)
        return index
    }

    /// `BalancerMember [balancer://name] URL [key=value …]`.
    func member(_ directive: HttpdDirective, in scope: HttpdScope) throws(Diagnostic) {
        var words = directive.arguments
        var group = scope.group
        if let first = words.first, first.text.lowercased().hasPrefix("balancer://") {
            group = self.group(named: HttpdURL.balancerName(first.text))
            words.removeFirst()
        }
        guard let group, let word = words.first else {
            throw self.mistake(
                directive.place,
                "BalancerMember must define balancer name when outside <Proxy > section")
        }
        let url = try self.url(word)
        let memberPath = url.path == "/" ? "" : url.path
        let isFirst = self.pieces.upstreams[group].peers.isEmpty
        guard isFirst || self.memberPaths[group, default: ""] == memberPath else {
            throw self.mistake(word.place, "members with different paths are not supported")
        }
        self.memberPaths[group] = memberPath
        for peer in try self.peers(url, word, parameters: Array(words.dropFirst())) {
            self.pieces.upstreams[group].peers.append(peer)
        }
        for parameter in words.dropFirst() { self.keepAliveParameter(parameter, group) }
    }

    /// An address that can be passed to.
    private func url(_ word: HttpdWord) throws(Diagnostic) -> HttpdURL {
        guard let url = HttpdURL(word.text) else {
            throw self.mistake(
                word.place, "Unable to parse URL: '\(word.text)', expected scheme://host[:port]")
        }
        guard ["http", "balancer"].contains(url.scheme) else {
            throw self.mistake(
                word.place, "'\(url.scheme)' is not supported, expected http or balancer")
        }
        return url
    }

    private func peers(
        _ url: HttpdURL, _ word: HttpdWord, parameters: [HttpdWord]
    ) throws(Diagnostic) -> [UpstreamPeer] {
        let addresses: [SocketAddress]
        if url.authority.lowercased().hasPrefix("unix:") {
            addresses = [.unix(self.path(String(url.authority.dropFirst(5))))]
        } else {
            guard let (host, port) = HttpdAddress.split(url.authority) else {
                throw self.mistake(word.place, "invalid port in '\(word.text)'")
            }
            addresses = (try? self.reader.resolve(host, port ?? 80)) ?? []
        }
        guard let address = addresses.first else {
            throw self.mistake(
                word.place, "DNS lookup failure for: \(url.authority)")
        }
        var policy = PeerPolicy()
        policy.name = url.authority
        policy.weight = 100
        policy.failureWindow = .seconds(60)
        // httpd connects to the first address that answers; a member stays one member.
        var peer = UpstreamPeer(name: url.authority, address: address, policy: policy)
        for parameter in parameters { try self.memberParameter(parameter, &peer) }
        return [peer]
    }

    private func split(_ word: HttpdWord) throws(Diagnostic) -> (key: String, value: String) {
        guard let equals = word.text.firstIndex(of: "=") else {
            throw self.mistake(
                word.place, "'\(word.text)': expected parameters of the form key=value")
        }
        return (
            word.text[..<equals].lowercased(),
            String(word.text[word.text.index(after: equals)...])
        )
    }

    private func memberParameter(
        _ word: HttpdWord, _ peer: inout UpstreamPeer
    ) throws(Diagnostic) {
        let (key, value) = try self.split(word)
        func invalid(_ expected: String) -> Diagnostic {
            self.mistake(word.place, "BalancerMember \(key) must be \(expected)")
        }
        switch key {
        case "loadfactor":
            guard let factor = Double(value), factor >= 1, factor <= 100 else {
                throw invalid("a number between 1 and 100")
            }
            peer.policy.weight = Int((factor * 100).rounded())
        case "retry":
            guard let time = HttpdTime.duration(value) else { throw invalid("a time") }
            peer.policy.failureWindow = time
        case "route":
            guard value.utf8.count < 64 else { throw invalid("shorter than 64 bytes") }
            peer.policy.route = value
        case "redirect": peer.policy.redirectRoute = value
        case "timeout":
            guard let time = HttpdTime.duration(value) else { throw invalid("a time") }
            peer.readTimeout = time
            if peer.connectTimeout == nil { peer.connectTimeout = time }
        case "connectiontimeout":
            guard let time = HttpdTime.duration(value) else { throw invalid("a time") }
            peer.connectTimeout = time
        case "lbset":
            guard let set = ConfigurationUnits.number(value), set <= 99 else {
                throw invalid("a number between 0 and 99")
            }
            peer.policy.set = set
        case "status": try self.status(value, word, &peer.policy)
        case _ where key.hasPrefix("hc"):
            self.notice(word.place, "\(key) is without effect: health is judged by requests")
        case _ where Self.tuning.contains(key): break
        default: throw self.mistake(word.place, "unknown Worker parameter \(key)")
        }
    }

    /// Parameters of members that tune pools of connections.
    private static let tuning: Set<String> = [
        "ttl", "min", "max", "smax", "acquire", "keepalive", "disablereuse", "enablereuse",
        "flushpackets", "flushwait", "iobuffersize", "receivebuffersize", "ping", "upgrade",
        "responsefieldsize", "addressttl", "mapping",
    ]

    private func status(
        _ text: String, _ word: HttpdWord, _ policy: inout PeerPolicy
    ) throws(Diagnostic) {
        var isSet = true
        for letter in text.uppercased() {
            switch letter {
            case "+": isSet = true
            case "-": isSet = false
            case "D", "S", "E": policy.isDown = isSet
            case "I": policy.ignoresFailures = isSet
            case "H": policy.isBackup = isSet
            case "R": policy.isSpare = isSet
            case "N": policy.isDraining = isSet
            case "C": break
            default: throw self.mistake(word.place, "unknown status parameter \(letter)")
            }
        }
    }

    private func keepAliveParameter(_ word: HttpdWord, _ group: Int) {
        guard let (key, value) = try? self.split(word) else { return }
        switch (key, value.lowercased()) {
        case ("disablereuse", "on"), ("enablereuse", "off"):
            self.pieces.upstreams[group].keepAlive.idleCountMax = 0
        case ("ttl", _):
            guard let time = HttpdTime.duration(value), time > .zero else { return }
            self.pieces.upstreams[group].keepAlive.idleTimeout = time
        default: break
        }
    }

    /// What `ProxySet` and `ProxyPass` say of a group.
    func groupParameter(_ word: HttpdWord, _ group: Int) throws(Diagnostic) {
        let (key, value) = try self.split(word)
        var upstream = self.pieces.upstreams[group]
        var rule = self.sessionRules[group] ?? SessionAffinity(cookie: "", parameter: "")
        let invalid = self.mistake(word.place, "invalid value '\(value)' of \(key)")
        switch key {
        case "lbmethod":
            switch value {
            case "byrequests": upstream.method = .byRequests
            case "bytraffic": upstream.method = .byTraffic
            case "bybusyness": upstream.method = .byBusyness
            default: throw self.mistake(word.place, "unknown lbmethod \(value)")
            }
        case "stickysession":
            let names = value.split(separator: "|", maxSplits: 1).map(String.init)
            guard let cookie = names.first else { throw invalid }
            rule.cookie = cookie
            rule.parameter = names.count > 1 ? names[1] : cookie
        case "stickysessionsep":
            rule.separator = value.lowercased() == "off" ? 0 : value.utf8.first ?? 0x2E
        case "nofailover": rule.refusesFailover = value.lowercased() == "on"
        case "maxattempts":
            guard let count = ConfigurationUnits.number(value) else { throw invalid }
            upstream.failoverCountMax = count
        case "forcerecovery":
            upstream.health = .errorState(forcesRecovery: value.lowercased() == "on")
        case "failonstatus":
            for text in value.split(separator: ",") {
                guard let status = ConfigurationUnits.number(String(text)) else { throw invalid }
                upstream.failureStatuses.insert(status)
            }
        case "timeout", "nonce", "growth", "scolonpathdelim", "failontimeout", "secret": break
        default: throw self.mistake(word.place, "unknown Balancer parameter \(key)")
        }
        self.sessionRules[group] = rule
        if !rule.cookie.isEmpty { upstream.affinity = .session(rule) }
        self.pieces.upstreams[group] = upstream
    }

    /// `ProxyPass PATH URL|! [key=value …]`; in `<Location>` without the path.
    func proxyPass(
        _ directive: HttpdDirective, in scope: HttpdScope, isPattern: Bool
    ) throws(Diagnostic) -> HttpdPass {
        var words = directive.arguments[...]
        let path: HttpdWord
        if scope.context == .location {
            path = HttpdWord(text: scope.path, place: directive.place)
        } else {
            guard let first = words.popFirst() else {
                throw self.mistake(directive.place, "ProxyPass needs a path")
            }
            path = first
        }
        guard let target = words.popFirst() else {
            throw self.mistake(
                directive.place,
                "ProxyPass|ProxyPassMatch needs a path when not defined in a location")
        }
        let pattern = isPattern ? try self.pattern(path.text, path.place) : nil
        if target.text == "!" { return HttpdPass(path: path.text, pattern: pattern, target: nil) }
        let url = try self.url(target)
        let parameters = words.filter {
            !["nocanon", "interpolate", "noquery"].contains($0.text.lowercased())
        }
        let group: Int
        if url.scheme == "balancer" {
            group = self.group(named: url.authority.lowercased())
            for word in parameters { try self.groupParameter(word, group) }
        } else {
            group = try self.single(url, target, parameters: Array(parameters))
        }
        let value = isPattern ? HttpdLogFormat.groups(url.path) : nil
        return HttpdPass(
            path: path.text, pattern: pattern,
            target: HttpdTarget(group: group, path: url.path, value: value))
    }

    /// The group of one that `ProxyPass PATH http://…` makes.
    private func single(
        _ url: HttpdURL, _ word: HttpdWord, parameters: [HttpdWord]
    ) throws(Diagnostic) -> Int {
        let key = "http " + url.authority
        if let known = self.groups[key] { return known }
        let group = self.group(named: key)
        self.pieces.upstreams[group].name = url.authority
        self.pieces.upstreams[group].isImplicit = true
        self.pieces.upstreams[group].health = .errorState(forcesRecovery: false)
        self.pieces.upstreams[group].peers = try self.peers(url, word, parameters: parameters)
        for parameter in parameters { self.keepAliveParameter(parameter, group) }
        return group
    }
}
