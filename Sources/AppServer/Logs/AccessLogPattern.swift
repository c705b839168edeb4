/// The pattern of an access log line, compiled: `%h %l %u %t "%r" %s %b`.
package struct AccessLogPattern: Equatable, Sendable {
    /// How a time is written.
    package enum TimeFormat: Equatable, Sendable {
        /// `[24/Nov/2026:04:19:50 +0000]`.
        case commonLog
        /// Seconds or milliseconds since 1970; the milliseconds within the second.
        case seconds, milliseconds, millisecondsFraction
        /// A pattern in Java's letters (`yyyy-MM-dd HH:mm:ss.SSS Z`).
        case java(String)
    }

    /// One piece of a line.
    package enum Item: Equatable, Sendable {
        /// Text as it stands.
        case text(String)
        /// `%a`, `%A`, `%h`, `%v`, `%p`: addresses and names.
        case remoteAddress, localAddress, remoteHost, serverName, localPort
        /// `%{local}p`, `%{remote}p`.
        case remotePort
        /// `%b` (`-` for none), `%B` (`0` for none).
        case bytesOrDash, bytes
        /// `%H`, `%m`, `%q`, `%r`, `%U`: the request line and its parts.
        case requestProtocol, method, query, requestLine, path
        /// `%l` (always `-`), `%u`, `%s`, `%S`, `%I`, `%X`.
        case logicalUser, user, status, sessionIdentifier, thread, connectionState
        /// `%D` in microseconds, `%T` in seconds, `%F` milliseconds to the head.
        case elapsedMicroseconds, elapsedSeconds, commitMilliseconds
        /// `%{ms}T`, `%{s}T` and the like.
        case elapsed(divisor: Int64)
        /// `%t` and `%{…}t`; whether the time is the request's begin or its end.
        case time(TimeFormat, isEnd: Bool)
        /// `%{…}i`, `%{…}o`, `%{…}c`, `%{…}r`, `%{…}s`.
        case requestHeader(String), responseHeader(String), cookie(String)
        /// Attributes of the request and the session.
        case requestAttribute(String), sessionAttribute(String)
    }

    /// Why a pattern cannot be compiled.
    package struct PatternError: Error, Equatable, CustomStringConvertible {
        /// A sentence without a full stop.
        package let description: String
    }

    /// The pieces in order.
    package var items: [Item]
    /// Whether `%a` and `%h` are the address a trusted proxy told (`requestAttributesEnabled`).
    package var usesRemoteIP = false

    private static let common = #"%h %l %u %t "%r" %s %b"#
    private static let combined = #"%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-Agent}i""#

    /// Compiles a pattern; `common` and `combined` are the names of two.
    package static func compile(
        _ text: String
    ) throws(PatternError) -> AccessLogPattern {
        var text = text
        if text == "common" { text = Self.common }
        if text == "combined" { text = Self.combined }
        var items: [Item] = []
        var literal = ""
        var index = text.startIndex
        func advance() -> Character? {
            guard index < text.endIndex else { return nil }
            defer { index = text.index(after: index) }
            return text[index]
        }
        while let character = advance() {
            guard character == "%" else {
                literal.append(character)
                continue
            }
            guard let letter = advance() else {
                throw PatternError(description: "the pattern ends with a single %")
            }
            if letter == "%" {
                literal.append("%")
                continue
            }
            let item: Item
            if letter == "{" {
                var name = ""
                var isClosed = false
                while let inner = advance() {
                    if inner == "}" {
                        isClosed = true
                        break
                    }
                    name.append(inner)
                }
                guard isClosed, let kind = advance() else {
                    throw PatternError(description: "%{\(name) is not closed by } and a letter")
                }
                item = try Self.named(name, kind)
            } else {
                item = try Self.simple(letter)
            }
            if !literal.isEmpty { items.append(.text(literal)) }
            literal = ""
            items.append(item)
        }
        if !literal.isEmpty { items.append(.text(literal)) }
        return AccessLogPattern(items: items)
    }

    private static func simple(_ letter: Character) throws(PatternError) -> Item {
        switch letter {
        case "a": return .remoteAddress
        case "A": return .localAddress
        case "b": return .bytesOrDash
        case "B": return .bytes
        case "D": return .elapsedMicroseconds
        case "F": return .commitMilliseconds
        case "h": return .remoteHost
        case "H": return .requestProtocol
        case "I": return .thread
        case "l": return .logicalUser
        case "m": return .method
        case "p": return .localPort
        case "q": return .query
        case "r": return .requestLine
        case "s": return .status
        case "S": return .sessionIdentifier
        case "t": return .time(.commonLog, isEnd: false)
        case "T": return .elapsedSeconds
        case "u": return .user
        case "U": return .path
        case "v": return .serverName
        case "X": return .connectionState
        default: throw PatternError(description: "%\(letter) is not known")
        }
    }

    private static func named(
        _ name: String, _ kind: Character
    ) throws(PatternError) -> Item {
        switch kind {
        case "i": return .requestHeader(name)
        case "o": return .responseHeader(name)
        case "c": return .cookie(name)
        case "r": return .requestAttribute(name)
        case "s": return .sessionAttribute(name)
        case "a" where name == "remote": return .remoteAddress
        case "a" where name == "peer": return .remoteAddress
        case "p" where name == "local": return .localPort
        case "p" where name == "remote": return .remotePort
        case "t": return Self.time(name)
        case "T":
            switch name {
            case "us": return .elapsed(divisor: 1_000)
            case "ms": return .elapsed(divisor: 1_000_000)
            case "s": return .elapsed(divisor: 1_000_000_000)
            case "ns": return .elapsed(divisor: 1)
            default: throw PatternError(description: "%{\(name)}T: expected ns, us, ms or s")
            }
        default: throw PatternError(description: "%{\(name)}\(kind) is not known")
        }
    }

    private static func time(_ name: String) -> Item {
        var format = name
        var isEnd = false
        if format.hasPrefix("begin:") || format == "begin" { format = String(format.dropFirst(6)) }
        if format.hasPrefix("end:") || format == "end" {
            isEnd = true
            format = String(format.dropFirst(4))
        }
        switch format {
        case "": return .time(.commonLog, isEnd: isEnd)
        case "sec": return .time(.seconds, isEnd: isEnd)
        case "msec": return .time(.milliseconds, isEnd: isEnd)
        case "msec_frac": return .time(.millisecondsFraction, isEnd: isEnd)
        default: return .time(.java(format), isEnd: isEnd)
        }
    }
}
