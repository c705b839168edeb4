import Base
import HTTPProtocol
import PatternMatching

/// Makes what answers say of a server's own address and paths right for the client:
/// `proxy_redirect`, `proxy_cookie_path`, `proxy_cookie_domain` and httpd's `ProxyPassReverse…`.
struct AnswerRewriter {
    let exchange: Exchange
    let plan: ProxyPlan

    /// The value of a field as the client is to see it.
    func rewrite(_ value: [UInt8], of field: KnownField) -> [UInt8] {
        switch field {
        case .location: self.location(value)
        case .refresh: self.refresh(value)
        default: self.cookie(value)
        }
    }

    /// A `Location`. Where a rule made a path of it, it becomes an address as in redirects of the
    /// balancer's own; a path that the server sent stays one.
    private func location(_ value: [UInt8]) -> [UInt8] {
        guard let new = self.rewrite(value, by: self.plan.settings.redirects) else { return value }
        guard new.first == UInt8(ascii: "/"),
            self.exchange.location.settings.redirectsAbsolutely
        else { return new }
        let address = ByteBuffer(capacity: new.count + 64)
        self.exchange.appendOwnAddress(to: address)
        address.append(new)
        return address.makeArray()
    }

    /// A `Refresh`: what follows `url=`.
    private func refresh(_ value: [UInt8]) -> [UInt8] {
        let lower = value.map(\.asciiLowercased)
        let mark = Array("url=".utf8)
        guard lower.count > mark.count,
            let start = (0...(lower.count - mark.count)).first(where: {
                lower[$0..<($0 + mark.count)].elementsEqual(mark)
            })
        else { return value }
        let rest = Array(value[(start + mark.count)...])
        guard let new = self.rewrite(rest, by: self.plan.settings.redirects) else { return value }
        return value[..<(start + mark.count)] + new
    }

    /// A `Set-Cookie`: its attributes `Path` and `Domain`.
    private func cookie(_ value: [UInt8]) -> [UInt8] {
        var parts = value.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            .map(Array.init)
        for index in parts.indices.dropFirst() {
            guard let equals = parts[index].firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: parts[index][..<equals], as: UTF8.self)
                .trimmedOfWhiteSpace.lowercased()
            let old = Array(parts[index][(equals + 1)...])
            let new: [UInt8]?
            switch name {
            case "path": new = self.rewrite(old, by: self.plan.settings.cookiePaths)
            case "domain": new = self.rewriteDomain(old)
            default: continue
            }
            if let new { parts[index] = parts[index][...equals] + new }
        }
        return Array(parts.joined(separator: [UInt8(ascii: ";")]))
    }

    /// The value with the first rule that fits applied; nil when none does.
    private func rewrite(_ value: [UInt8], by rules: [RewriteText]) -> [UInt8]? {
        for rule in rules {
            switch rule {
            case .prefix(let prefix, let replacement):
                let start = VariableEvaluator.bytes(prefix, of: self.exchange)
                guard value.starts(with: start) else { continue }
                return VariableEvaluator.bytes(replacement, of: self.exchange)
                    + value[start.count...]
            case .pattern(let pattern, let replacement):
                guard self.exchange.variables.match(pattern, value.span) else { continue }
                return VariableEvaluator.bytes(replacement, of: self.exchange)
            }
        }
        return nil
    }

    /// A domain is compared as a whole, in any case, a dot before it left out.
    private func rewriteDomain(_ value: [UInt8]) -> [UInt8]? {
        func bare(_ bytes: [UInt8]) -> [UInt8] {
            let lower = bytes.map(\.asciiLowercased)
            return lower.first == UInt8(ascii: ".") ? Array(lower.dropFirst()) : lower
        }
        for rule in self.plan.settings.cookieDomains {
            switch rule {
            case .prefix(let domain, let replacement):
                let wanted = VariableEvaluator.bytes(domain, of: self.exchange)
                guard bare(wanted) == bare(value) else { continue }
                return VariableEvaluator.bytes(replacement, of: self.exchange)
            case .pattern(let pattern, let replacement):
                guard self.exchange.variables.match(pattern, value.span) else { continue }
                return VariableEvaluator.bytes(replacement, of: self.exchange)
            }
        }
        return nil
    }
}
