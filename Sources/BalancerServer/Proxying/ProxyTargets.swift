import Base
import LoadBalancing
import SystemInterface

extension RequestHandler {
    /// The group that a request goes to, and the plan with what is known only now.
    ///
    /// A target with variables names a group, or a numeric address, which makes a group of its own
    /// for this request. Nil when it names nothing that can be asked.
    func target(of plan: ProxyPlan) -> (UpstreamGroup, ProxyPlan)? {
        switch plan.settings.target {
        case .upstream(let index): return (self.exchange.generation.groups[index], plan)
        case .variable(let value):
            let text = VariableEvaluator.string(value, of: self.exchange)
            guard text.lowercased().hasPrefix("http://") else {
                self.log(.error, "invalid URL prefix in \"\(text)\"")
                return nil
            }
            return self.target(named: text.dropFirst(7), plan)
        }
    }

    private func target(
        named text: Substring, _ plan: ProxyPlan
    ) -> (UpstreamGroup, ProxyPlan)? {
        let slash = text.firstIndex { $0 == "/" || $0 == "?" } ?? text.endIndex
        let authority = String(text[..<slash])
        var settings = plan.settings
        settings.host = authority
        if slash < text.endIndex { settings.path = .value(ComplexValue(String(text[slash...]))) }
        if let group = self.exchange.generation.group(named: authority) {
            return (group, ProxyPlan(plan, settings: settings))
        }
        guard let address = Self.address(authority) else {
            self.log(.error, "no resolver defined to resolve \"\(authority)\"")
            return nil
        }
        settings.port = address.port ?? 80
        var upstream = UpstreamSettings(index: Int.max, name: authority)
        upstream.isImplicit = true
        upstream.keepAlive.idleCountMax = 0
        upstream.peers = [UpstreamPeer(name: authority, address: address, policy: PeerPolicy())]
        return (
            UpstreamGroup(upstream, inheriting: nil), ProxyPlan(plan, settings: settings)
        )
    }

    /// A numeric address with an optional port.
    private static func address(_ text: String) -> SocketAddress? {
        let afterBracket = text.lastIndex(of: "]") ?? text.startIndex
        guard let colon = text[afterBracket...].lastIndex(of: ":") else {
            return SocketAddress(numeric: text, port: 80)
        }
        guard let port = UInt16(text[text.index(after: colon)...]), port > 0 else { return nil }
        return SocketAddress(numeric: String(text[..<colon]), port: port)
    }
}
