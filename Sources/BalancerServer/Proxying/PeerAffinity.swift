import Base
import HTTPProtocol
import LoadBalancing

/// What a request asks of a group: the route of its session, the key of the hash methods.
enum PeerAffinity {
    /// The query for a request.
    static func query(for upstream: UpstreamSettings, _ exchange: Exchange) -> PeerQuery {
        var query = PeerQuery()
        switch upstream.affinity {
        case .none: break
        case .route(let values):
            for value in values {
                let route = VariableEvaluator.string(value, of: exchange)
                if !route.isEmpty {
                    query.route = route
                    break
                }
            }
        case .session(let rule):
            query.route = self.route(of: exchange, rule)
            query.insistsOnRoute = rule.refusesFailover
        }
        switch upstream.method {
        case .addressHash: query.key = exchange.peerAddress.networkBytes
        case .hash: query.key = VariableEvaluator.bytes(upstream.hashKey, of: exchange)
        default: break
        }
        return query
    }

    /// httpd's rule: the path's or the query's parameter wins over the cookie; the route is what
    /// follows the last separator.
    private static func route(of exchange: Exchange, _ rule: SessionAffinity) -> String {
        let head = exchange.head
        let target = head.bytes(head.target).makeString()
        let session: String
        if let found = self.parameter(rule.parameter, in: target) {
            session = found
        } else if let range = head.cookie(rule.cookie) {
            session = head.string(range)
        } else {
            return ""
        }
        let separator = Character(Unicode.Scalar(rule.separator))
        guard let dot = session.lastIndex(of: separator) else { return "" }
        return String(session[session.index(after: dot)...])
    }

    /// The value of `;name=value` in the path or `name=value` in the query.
    private static func parameter(_ name: String, in target: String) -> String? {
        guard !name.isEmpty, target.holds(name) else { return nil }
        let isMark = { (character: Character) in
            character == ";" || character == "?" || character == "&" || character == "/"
        }
        for piece in target.split(whereSeparator: isMark) {
            guard piece.hasPrefix(name) else { continue }
            let rest = piece.dropFirst(name.count)
            if rest.first == "=" { return String(rest.dropFirst()) }
        }
        return nil
    }
}
