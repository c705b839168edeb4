/// Which protocol a listener takes (`-B`, `-l proto[…]`).
package enum ProtocolChoice: Equatable, Sendable {
    /// The first byte of a connection decides.
    case automatic
    /// Text and meta commands only.
    case ascii
    /// The binary protocol only.
    case binary

    /// As `stats settings` says it.
    var text: String {
        switch self {
        case .automatic: "auto-negotiate"
        case .ascii: "ascii"
        case .binary: "binary"
        }
    }
}

/// What a listener does about TLS when `-Z` is given (`-l notls:`, `btls:`, `mtls:`).
package enum ListenerTLS: Equatable, Sendable {
    /// As the options say for all.
    case usual
    /// Plain text.
    case none
    /// TLS that asks the client for no certificate.
    case basic
    /// TLS that wants a certificate of the client.
    case mutual
}

/// One listener of `-l`: `[notls|btls|mtls:][proto[NAME]:][tag[NAME]:]HOST[:PORT]`.
package struct ListenEndpoint: Equatable, Sendable {
    /// The longest tag in bytes (memcached keeps it in 64 bits).
    private static let tagByteCountMax = 8

    /// The host, or nil for all addresses (`*`).
    package var host: String?
    /// The port where it is given; else `-p` or `-U` says it.
    package var port: Int?
    /// What this listener does about TLS.
    package var tls = ListenerTLS.usual
    /// Which protocol it takes; nil for what `-B` says.
    package var protocolChoice: ProtocolChoice?
    /// The listener's name, or empty.
    package var tag = ""

    /// All addresses, at the port of `-p`.
    package init() {}

    /// Reads one entry.
    ///
    /// - Throws: with status 71, as memcached ends when it cannot listen.
    init(_ text: Substring) throws(OptionProblem) {
        var rest = text
        self.tls = Self.takeTLS(&rest)
        self.protocolChoice = try Self.takeProtocol(&rest)
        self.tag = try Self.takeTag(&rest)
        try self.readAddress(rest)
    }

    private static func problem(_ message: String) -> OptionProblem {
        OptionProblem(description: "-l: \(message)", exitStatus: .system)
    }

    private static func takeTLS(_ rest: inout Substring) -> ListenerTLS {
        let modes: [(String, ListenerTLS)] = [
            ("notls:", .none), ("btls:", .basic), ("mtls:", .mutual),
        ]
        for (prefix, mode) in modes where rest.hasPrefix(prefix) {
            rest = rest.dropFirst(prefix.count)
            return mode
        }
        return .usual
    }

    private static func takeProtocol(
        _ rest: inout Substring
    ) throws(OptionProblem) -> ProtocolChoice? {
        guard let name = try Self.takeBracketed("proto", &rest) else { return nil }
        switch name {
        case "ascii": return .ascii
        case "binary": return .binary
        case "negotiating": return .automatic
        case "proxy": throw .leftOut("-l proto[proxy]", "the proxy")
        default: throw Self.problem("the protocol is ascii, binary or negotiating, not '\(name)'")
        }
    }

    private static func takeTag(_ rest: inout Substring) throws(OptionProblem) -> String {
        guard let tag = try Self.takeBracketed("tag", &rest) else { return "" }
        guard (1...Self.tagByteCountMax).contains(tag.utf8.count) else {
            throw Self.problem("a tag has 1 to \(Self.tagByteCountMax) characters, not '\(tag)'")
        }
        return String(tag)
    }

    /// Takes `word[NAME]:` or `word_NAME_:` off the front; nil when it is not there.
    private static func takeBracketed(
        _ word: String, _ rest: inout Substring
    ) throws(OptionProblem) -> Substring? {
        let opening = rest.dropFirst(word.count).first
        guard rest.hasPrefix(word), opening == "[" || (opening == "_" && word == "tag") else {
            return nil
        }
        let inner = rest.dropFirst(word.count + 1)
        let closing: Character = opening == "[" ? "]" : "_"
        guard let end = inner.firstIndex(of: closing) else {
            throw Self.problem("'\(rest)' has no closing '\(closing)'")
        }
        let after = inner[inner.index(after: end)...]
        guard after.isEmpty || after.hasPrefix(":") else {
            throw Self.problem("expected ':' before '\(after)'")
        }
        rest = after.dropFirst()
        return inner[..<end]
    }

    private mutating func readAddress(_ text: Substring) throws(OptionProblem) {
        var host = text
        var port: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else {
                throw Self.problem("'\(text)' has no closing ']'")
            }
            host = text[text.index(after: text.startIndex)..<end]
            let after = text[text.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else {
                throw Self.problem("expected ':' before '\(after)'")
            }
            port = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = text.firstIndex(of: ":"), text.lastIndex(of: ":") == colon {
            // More colons are an IPv6 address without a port.
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        if let port {
            guard let number = Int(port), (-1...65_535).contains(number) else {
                throw Self.problem("'\(text)' has no valid port")
            }
            self.port = number
        }
        guard !host.isEmpty else { throw Self.problem("'\(text)' has no host") }
        self.host = host == "*" ? nil : String(host)
    }
}
