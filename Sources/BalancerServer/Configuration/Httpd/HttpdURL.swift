/// The addresses that httpd's proxy directives take.
struct HttpdURL {
    /// `http`, `balancer`, or another that is refused.
    var scheme: String
    /// Host and port, the name of a group, or `unix:/path`.
    var authority: String
    /// The path, empty for none.
    var path: String

    /// Takes `scheme://authority/path` apart; `unix:/socket|http://host/path` names a socket.
    init?(_ text: String) {
        var rest = text[...]
        var socket: Substring?
        if rest.lowercased().hasPrefix("unix:"), let bar = rest.firstIndex(of: "|") {
            socket = rest[..<bar]
            rest = rest[rest.index(after: bar)...]
        }
        guard let colon = rest.range(of: "://") else { return nil }
        self.scheme = rest[..<colon.lowerBound].lowercased()
        rest = rest[colon.upperBound...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        self.authority = String(socket ?? rest[..<slash])
        self.path = String(rest[slash...])
        if self.authority.isEmpty { return nil }
    }

    /// The name in `balancer://name/path`.
    static func balancerName(_ url: String) -> String {
        HttpdURL(url)?.authority.lowercased() ?? ""
    }

    /// A text as an expression that matches only it.
    static func quoted(_ text: String) -> String {
        text.map { "\\^$.|?*+()[]{}".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}

extension StringProtocol {
    /// Where a text stands first; the standard library has it only with Foundation.
    func range(of text: String) -> Range<Index>? {
        var start = self.startIndex
        while start < self.endIndex {
            if self[start...].hasPrefix(text) {
                return start..<self.index(start, offsetBy: text.count)
            }
            start = self.index(after: start)
        }
        return nil
    }
}
