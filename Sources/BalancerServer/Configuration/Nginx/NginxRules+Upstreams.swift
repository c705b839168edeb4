import Base
import LoadBalancing
import SystemInterface

extension NginxRules {
    /// Groups of servers; `server` itself stands with the other `server`.
    static let upstreams: [String: NginxRule] = [
        "keepalive": NginxRule(.upstream, 1...2) { block, directive, compiler throws(Diagnostic) in
            block.upstream.keepAlive.idleCountMax = try compiler.number(directive.arguments[0])
        },
        "keepalive_timeout": Self.keepAliveTimeout,
        "least_conn": Self.method(0...0) { _, _ throws(Diagnostic) in .leastConnections },
        "ip_hash": Self.method(0...0) { _, _ throws(Diagnostic) in .addressHash },
        "random": Self.method(0...2) { directive, compiler throws(Diagnostic) in
            let words = directive.arguments.map(\.text)
            guard words.isEmpty || words == ["two"] || words == ["two", "least_conn"] else {
                throw compiler.mistake(
                    directive.arguments[words.count - 1].place,
                    "invalid parameter \"\(words[words.count - 1])\"")
            }
            return .random(ofTwo: !words.isEmpty)
        },
        "hash": NginxRule(.upstream, 1...2) { block, directive, compiler throws(Diagnostic) in
            let isConsistent = directive.arguments.count == 2
            if isConsistent, directive.text(1) != "consistent" {
                throw compiler.mistake(
                    directive.arguments[1].place, "invalid parameter \"\(directive.text(1))\"")
            }
            block.upstream.method = .hash(isConsistent: isConsistent)
            block.upstream.hashKey = try compiler.value(directive.arguments[0])
        },
        "sticky": NginxRule(.upstream, NginxRule.many(2)) {
            block, directive, compiler throws(Diagnostic) in
            guard directive.text(0) == "route" else {
                throw compiler.mistake(
                    directive.arguments[0].place,
                    "\"sticky \(directive.text(0))\" is not supported, expected \"sticky route\"")
            }
            var values: [ComplexValue] = []
            for token in directive.arguments.dropFirst() {
                values.append(try compiler.value(token))
            }
            block.upstream.affinity = .route(values)
        },
        "zone": .withoutEffect(.upstream, 1...2),
        "ntlm": .refused(.upstream, "connections are shared between clients"),
    ]

    /// `keepalive_timeout` of an upstream stands with that of servers; see `connections`.
    private static let keepAliveTimeout = NginxRule(
        [.http, .server, .location, .upstream], 1...2
    ) { block, directive, compiler throws(Diagnostic) in
        let time = try compiler.duration(directive.arguments[0])
        if block.context == .upstream {
            guard directive.arguments.count == 1 else {
                throw compiler.mistake(
                    directive.place,
                    "invalid number of arguments in \"keepalive_timeout\" directive")
            }
            block.upstream.keepAlive.idleTimeout = time
            return
        }
        block.settings.keepAliveTimeout = time
        block.settings.keepAliveAnnouncement =
            directive.arguments.count > 1 ? try compiler.duration(directive.arguments[1]) : nil
    }

    private static func method(
        _ argumentCount: ClosedRange<Int>,
        _ make:
            @escaping @Sendable (NginxDirective, NginxCompiler) throws(Diagnostic) ->
            BalancingMethod
    ) -> NginxRule {
        NginxRule(.upstream, argumentCount) { block, directive, compiler throws(Diagnostic) in
            if block.upstream.method != .roundRobin {
                compiler.notice(directive.place, "load balancing method redefined")
            }
            block.upstream.method = try make(directive, compiler)
        }
    }
}

extension NginxCompiler {
    /// `upstream NAME { … }`.
    func upstream(_ directive: NginxDirective, in http: NginxBlock) throws(Diagnostic) {
        let name = directive.text(0)
        guard let index = self.upstreamIndex[name] else {
            preconditionFailure("upstreams are declared before they are compiled")
        }
        var block = http.inner(.upstream)
        block.upstream = UpstreamSettings(index: index, name: name)
        try self.run(directive.block ?? [], in: &block)
        guard block.upstream.peers.contains(where: { !$0.policy.isBackup }) else {
            throw self.mistake(
                directive.place, "no servers are inside upstream \"\(name)\"")
        }
        self.pieces.upstreams[index] = block.upstream
    }

    /// `server ADDRESS [weight=…] …;` in an upstream.
    func upstreamServer(
        _ directive: NginxDirective, in block: inout NginxBlock
    ) throws(Diagnostic) {
        guard directive.block == nil else {
            throw self.mistake(
                directive.place, "directive \"server\" is not terminated by \";\"")
        }
        guard let address = directive.arguments.first else {
            throw self.mistake(
                directive.place, "invalid number of arguments in \"server\" directive")
        }
        var policy = PeerPolicy()
        policy.name = address.text
        for token in directive.arguments.dropFirst() {
            try self.serverParameter(token, &policy)
        }
        if policy.isBackup {
            switch block.upstream.method {
            case .roundRobin, .leastConnections: break
            default:
                throw self.mistake(
                    directive.place, "balancing method does not support parameter \"backup\"")
            }
        }
        for found in try self.addresses(address.text, defaultPort: 80, address.place) {
            block.upstream.peers.append(
                UpstreamPeer(name: found.description, address: found, policy: policy))
        }
    }

    private func serverParameter(
        _ token: NginxToken, _ policy: inout PeerPolicy
    ) throws(Diagnostic) {
        let invalid = self.mistake(token.place, "invalid parameter \"\(token.text)\"")
        let pieces = token.text.split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let text = pieces.count > 1 ? String(pieces[1]) : nil
        let number = text.flatMap { ConfigurationUnits.number($0) }
        switch (String(pieces[0]), text) {
        case ("weight", .some):
            guard let number, number > 0, number <= 1_000_000 else { throw invalid }
            policy.weight = number
        case ("max_conns", .some):
            guard let number else { throw invalid }
            policy.requestCountMax = number
        case ("max_fails", .some):
            guard let number else { throw invalid }
            policy.failureCountMax = number
        case ("fail_timeout", .some(let text)):
            guard let time = ConfigurationUnits.duration(text) else { throw invalid }
            policy.failureWindow = time
        case ("route", .some(let text)):
            guard !text.isEmpty else { throw invalid }
            policy.route = text
        case ("backup", nil): policy.isBackup = true
        case ("down", nil): policy.isDown = true
        case ("drain", nil): policy.isDraining = true
        case ("resolve", nil), ("service", .some), ("slow_start", .some):
            throw self.mistake(
                token.place, "parameter \"\(token.text)\" is not supported by this balancer")
        default: throw invalid
        }
    }
}
