package import Base
import LoadBalancing
import PatternMatching
import SystemInterface

/// Turns httpd's language, as far as balancers need it, into the model.
///
/// Sections that choose (`<IfModule>`) are gone already. What is left is run in the order written;
/// `<VirtualHost>` sections wait until the main server is known, because they inherit from it.
package final class HttpdCompiler {
    let reader: ConfigurationReader
    let overrides: ConfigurationOverrides
    var texts = ConfigurationTexts()
    var serverRoot: String
    var notices: [Diagnostic] = []
    var pieces = ConfigurationPieces()
    var process = ProcessSettings()
    var listens: [NginxListen] = []
    var groups: [String: Int] = [:]
    var formats: [String: LogFormat] = [:]
    var lastFormat: LogFormat?
    /// Paths that members of a group have, to be put before all paths.
    var memberPaths: [Int: String] = [:]
    /// What is said of a group's sessions, in any order; without a cookie's name it counts nothing.
    var sessionRules: [Int: SessionAffinity] = [:]
    var hosts: [HttpdHost] = []

    /// A `<VirtualHost>` with the addresses in its head.
    struct HttpdHost {
        var addresses: [(host: String, port: UInt16?)]
        var scope: HttpdScope
    }

    private init(
        reader: ConfigurationReader, serverRoot: String, overrides: ConfigurationOverrides
    ) {
        self.reader = reader
        self.serverRoot = serverRoot
        self.overrides = overrides
    }

    /// Reads and compiles the file at `path`.
    ///
    /// - Throws: the first mistake, with its place.
    package static func compile(
        path: String, overrides: ConfigurationOverrides = ConfigurationOverrides(),
        reader: ConfigurationReader
    ) throws(Diagnostic) -> BalancerConfiguration {
        var root = overrides.prefix ?? ConfigurationOverrides.defaultPrefix
        if !root.hasSuffix("/") { root += "/" }
        let full = path.hasPrefix("/") ? path : root + path
        var parser = HttpdParser(reader: reader, serverRoot: root)
        let tree = try parser.parse(path: full)
        let compiler = HttpdCompiler(
            reader: reader, serverRoot: parser.serverRoot, overrides: overrides)
        compiler.texts = parser.texts
        return try compiler.compile(tree)
    }

    private func compile(
        _ tree: [HttpdDirective]
    ) throws(Diagnostic) -> BalancerConfiguration {
        self.process.prefix = self.serverRoot
        var main = HttpdScope()
        main.connection.headerLineByteCountMax = 8_190
        main.connection.headerFieldCountMax = 100
        main.connection.allowsUnderscores = true
        main.connection.headerByteCountMax = 100 * 8_190
        main.settings.bodyByteCountMax = 1 << 30
        main.settings.keepAliveRequestCountMax = 100
        main.settings.defaultType = ""
        main.documentRoot = self.serverRoot + "htdocs"
        if let path = self.overrides.errorLogPath {
            self.process.errorLog.target =
                path == "stderr" ? .standardError : .file(self.path(path))
        }
        try self.run(tree, in: &main)
        for directive in tree where directive.key == "virtualhost" {
            try self.virtualHost(directive, in: main)
        }
        guard !self.listens.isEmpty else {
            throw Diagnostic(
                file: self.texts.sources.first?.path ?? "",
                message: "no listening sockets available, expected Listen")
        }
        main.settings.errorLog = self.process.errorLog
        let listeners = self.makeListeners(main: main)
        return BalancerConfiguration(
            dialect: .httpd, process: self.process, listeners: listeners, pieces: self.pieces,
            notices: self.notices, sources: self.texts.sources)
    }

    /// Runs the directives of one scope in the order written.
    func run(
        _ directives: [HttpdDirective], in scope: inout HttpdScope
    ) throws(Diagnostic) {
        for directive in directives {
            let shown = directive.block == nil ? directive.name : "<\(directive.name)"
            guard let rule = HttpdRules.all[directive.key],
                rule.isSection == (directive.block != nil)
            else {
                throw self.mistake(
                    directive.place,
                    "Invalid command '\(shown)', perhaps misspelled or defined by a module not "
                        + "included in the server configuration")
            }
            guard !rule.contexts.isDisjoint(with: scope.context) else {
                throw self.mistake(directive.place, "\(shown) not allowed here")
            }
            guard rule.argumentCount.contains(directive.arguments.count) else {
                let expected = Self.expectation(rule.argumentCount)
                throw self.mistake(directive.place, "\(shown) takes \(expected)")
            }
            try rule.action(&scope, directive, self)
        }
    }

    private static func expectation(_ count: ClosedRange<Int>) -> String {
        let words = ["no", "one", "two", "three", "four"]
        func word(_ number: Int) -> String { number < words.count ? words[number] : "\(number)" }
        if count.lowerBound == count.upperBound {
            let ending = count.lowerBound == 1 ? "argument" : "arguments"
            return "\(word(count.lowerBound)) \(ending)"
        }
        if count.upperBound == Int.max { return "at least \(word(count.lowerBound)) arguments" }
        return "\(word(count.lowerBound)) to \(word(count.upperBound)) arguments"
    }

    /// A section inside: its own access, all else goes to the scope around it.
    func section(
        _ directive: HttpdDirective, in scope: inout HttpdScope, context: HttpdContexts,
        path: String, group: Int? = nil
    ) throws(Diagnostic) -> HttpdAccess {
        let outer = (scope.context, scope.path, scope.group, scope.access)
        scope.context = context
        scope.path = path
        scope.group = group
        scope.access = HttpdAccess()
        try self.run(directive.block ?? [], in: &scope)
        let access = scope.access
        (scope.context, scope.path, scope.group, scope.access) = outer
        return access
    }

    private func virtualHost(
        _ directive: HttpdDirective, in main: HttpdScope
    ) throws(Diagnostic) {
        var scope = main
        scope.serverName = ""
        scope.aliases = []
        scope.hasOwnLogs = false
        try self.run(directive.block ?? [], in: &scope)
        var addresses: [(host: String, port: UInt16?)] = []
        for word in directive.arguments {
            guard let (host, port) = HttpdAddress.split(word.text) else {
                throw self.mistake(word.place, "Invalid address or port '\(word.text)'")
            }
            addresses.append((host, port))
        }
        self.hosts.append(HttpdHost(addresses: addresses, scope: scope))
    }

    // MARK: Words

    /// A message about a place.
    func mistake(_ place: ConfigurationPlace, _ message: String) -> Diagnostic {
        self.texts.diagnostic(place, message)
    }

    /// Remembers something to be told once at start-up.
    func notice(_ place: ConfigurationPlace, _ message: String) {
        self.notices.append(self.texts.diagnostic(place, message))
    }

    /// A path, relative ones starting from ServerRoot.
    func path(_ text: String) -> String { text.hasPrefix("/") ? text : self.serverRoot + text }

    /// `On` or `Off`.
    func flag(_ directive: HttpdDirective) throws(Diagnostic) -> Bool {
        switch directive.arguments[0].text.lowercased() {
        case "on": return true
        case "off": return false
        default:
            throw self.mistake(
                directive.arguments[0].place, "\(directive.name) must be On or Off")
        }
    }

    /// A number that is not negative.
    func number(_ word: HttpdWord) throws(Diagnostic) -> Int {
        guard let number = ConfigurationUnits.number(word.text) else {
            throw self.mistake(word.place, "'\(word.text)' must be a number that is not negative")
        }
        return number
    }

    /// A time; without a unit seconds. httpd's units are `ms`, `s`, `mi` or `min`, `h`.
    func duration(_ word: HttpdWord) throws(Diagnostic) -> Duration {
        guard let duration = HttpdTime.duration(word.text) else {
            throw self.mistake(word.place, "'\(word.text)' must be a time such as 60 or 500ms")
        }
        return duration
    }

    /// A regular expression.
    func pattern(_ text: String, _ place: ConfigurationPlace) throws(Diagnostic) -> BoundPattern {
        do {
            return BoundPattern(pattern: try Pattern.compile(text))
        } catch {
            throw self.mistake(place, "Regex could not be compiled: \(error)")
        }
    }
}

/// httpd's times.
enum HttpdTime {
    static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = ConfigurationUnits.number(String(digits)), number <= 1 << 40 else {
            return nil
        }
        switch text.dropFirst(digits.count).lowercased() {
        case "", "s": return .seconds(number)
        case "ms": return .milliseconds(number)
        case "mi", "min": return .seconds(number * 60)
        case "h": return .seconds(number * 3_600)
        default: return nil
        }
    }
}

/// httpd's addresses: `80`, `*:80`, `127.0.0.1:80`, `[::1]:80`, `host:*`.
enum HttpdAddress {
    /// Host and port; the host is `*` when only a port is there, the port nil when it is `*` or
    /// left out.
    static func split(_ text: String) -> (host: String, port: UInt16?)? {
        if let number = ConfigurationUnits.number(text) {
            return UInt16(exactly: number).map { ("*", $0) }
        }
        let hostEnd: String.Index
        if text.hasPrefix("["), let close = text.firstIndex(of: "]") {
            hostEnd = text.index(after: close)
        } else {
            hostEnd = text.lastIndex(of: ":") ?? text.endIndex
        }
        let host = String(text[..<hostEnd])
        guard !host.isEmpty else { return nil }
        guard hostEnd < text.endIndex else { return (host, nil) }
        let rest = text[text.index(after: hostEnd)...]
        if rest == "*" { return (host, nil) }
        guard let port = ConfigurationUnits.number(String(rest)).flatMap({ UInt16(exactly: $0) })
        else { return nil }
        return (host, port)
    }
}
