import Base
import PatternMatching
import SystemInterface

// `http`, `server` and `location`.

extension NginxCompiler {
    /// The whole `http` block.
    func http(_ directive: NginxDirective, in main: NginxBlock) throws(Diagnostic) {
        var block = main.inner(.http)
        let children = directive.block ?? []
        try self.declare(children)
        self.declareSlots(children)
        self.formats["combined"] = LogFormat(
            name: "combined",
            value: try self.value(Self.combinedFormat, directive.place))
        for child in children where child.block == nil && child.arguments.count >= 2 {
            if child.name == "log_format" { try self.logFormat(child) }
        }
        for child in children where child.name == "map" { try self.map(child) }
        for child in children where child.name == "upstream" && child.arguments.count == 1 {
            if child.block != nil { try self.upstream(child, in: block) }
        }
        try self.run(children, in: &block)
    }

    /// Names that may be used before they are made.
    private func declare(_ children: [NginxDirective]) throws(Diagnostic) {
        for child in children where child.block != nil {
            if child.name == "map", child.arguments.count == 2 {
                let token = child.arguments[1]
                guard token.text.hasPrefix("$"), token.text.count > 1 else {
                    throw self.mistake(token.place, "invalid variable name \"\(token.text)\"")
                }
                let name = String(token.text.dropFirst())
                guard self.mapIndex[name] == nil else {
                    throw self.mistake(token.place, "the duplicate \"\(name)\" variable")
                }
                self.mapIndex[name] = self.pieces.maps.count
                self.pieces.maps.append(
                    VariableMap(source: ComplexValue(parts: []), name: name))
            } else if child.name == "upstream", child.arguments.count == 1 {
                let name = child.text(0)
                guard self.upstreamIndex[name] == nil else {
                    throw self.mistake(child.place, "duplicate upstream \"\(name)\"")
                }
                self.upstreamIndex[name] = self.pieces.upstreams.count
                self.pieces.upstreams.append(
                    UpstreamSettings(index: self.pieces.upstreams.count, name: name))
            }
        }
    }

    /// Variables that `set` and named groups make, wherever they stand.
    private func declareSlots(_ directives: [NginxDirective]) {
        for directive in directives {
            if directive.name == "set", let token = directive.arguments.first,
                token.text.hasPrefix("$"), token.text.count > 1
            {
                _ = self.slot(String(token.text.dropFirst()))
            }
            for token in [directive.name] + directive.arguments.map(\.text) {
                for name in Self.groupNames(in: token) { _ = self.slot(name) }
            }
            self.declareSlots(directive.block ?? [])
        }
    }

    /// The names in `(?<name>…)` and `(?P<name>…)`.
    private static func groupNames(in text: String) -> [String] {
        guard text.holds("(?") else { return [] }
        var names: [String] = []
        var rest = Array(text.utf8)[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "?")) {
            rest = rest[(start + 1)...]
            if rest.first == UInt8(ascii: "P") { rest = rest.dropFirst() }
            guard rest.first == UInt8(ascii: "<") else { continue }
            let name = rest.dropFirst().prefix {
                $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_")
            }
            if !name.isEmpty, rest.dropFirst(1 + name.count).first == UInt8(ascii: ">") {
                names.append(String(decoding: name, as: UTF8.self))
            }
        }
        return names
    }

    /// `server { … }` in `http`.
    func server(_ directive: NginxDirective, in http: NginxBlock) throws(Diagnostic) {
        guard let children = directive.block else {
            throw self.mistake(directive.end, "directive \"server\" has no opening \"{\"")
        }
        guard directive.arguments.isEmpty else {
            throw self.mistake(
                directive.place, "invalid number of arguments in \"server\" directive")
        }
        var block = http.inner(.server)
        try self.run(children, in: &block)
        if block.listens.isEmpty {
            let port: UInt16 = self.reader.isPrivileged ? 80 : 8_000
            block.listens = [NginxListen(address: .ipv4(0, port: port), place: directive.place)]
        }
        let fallback = self.makeLocation(block, name: "", kind: .nameless, isServer: true)
        let server = VirtualServer(
            name: Self.firstName(block.names), connection: block.connection, fallback: fallback,
            locations: LocationTable(block.locations), rewriteSteps: block.steps)
        self.servers.append((block, server))
    }

    private static func firstName(_ names: [NginxServerName]) -> String {
        switch names.first {
        case .exact(let name, _)?: return name
        case .headWildcard(let name, _)?: return "*" + name
        case .tailWildcard(let name, _)?: return name + "*"
        case .pattern(let bound)?: return "~" + bound.pattern.text
        case nil: return ""
        }
    }

    /// `location [MARK] NAME { … }`.
    func location(
        _ directive: NginxDirective, in block: inout NginxBlock
    ) throws(Diagnostic) {
        let (kind, name, ignoresCase) = try self.locationName(directive)
        var pattern: BoundPattern?
        if kind == .pattern {
            pattern = try self.pattern(
                name, directive.arguments[directive.arguments.count - 1].place,
                ignoresCase: ignoresCase)
        }
        try self.checkNesting(directive, kind, name, in: block)
        let isSame = { (location: Location) in
            location.name == name && location.kind != .pattern
                && (location.kind == .exact) == (kind == .exact)
                && (location.kind == .named) == (kind == .named)
        }
        if kind != .pattern, block.locations.contains(where: { isSame($0.location) }) {
            throw self.mistake(directive.place, "duplicate location \"\(name)\"")
        }
        var inner = block.inner(.location)
        inner.locationName = name
        inner.locationKind = kind
        try self.run(directive.block ?? [], in: &inner)
        let location = self.makeLocation(inner, name: name, kind: kind)
        block.locations.append((location, pattern))
    }

    private func locationName(
        _ directive: NginxDirective
    ) throws(Diagnostic) -> (kind: Location.Kind, name: String, ignoresCase: Bool) {
        let first = directive.text(0)
        if directive.arguments.count == 2 {
            let name = directive.text(1)
            switch first {
            case "=": return (.exact, name, false)
            case "^~": return (.prefixBeforePatterns, name, false)
            case "~": return (.pattern, name, false)
            case "~*": return (.pattern, name, true)
            default:
                throw self.mistake(
                    directive.arguments[0].place, "invalid location modifier \"\(first)\"")
            }
        }
        if first.hasPrefix("=") { return (.exact, String(first.dropFirst()), false) }
        if first.hasPrefix("^~") {
            return (.prefixBeforePatterns, String(first.dropFirst(2)), false)
        }
        if first.hasPrefix("~*") { return (.pattern, String(first.dropFirst(2)), true) }
        if first.hasPrefix("~") { return (.pattern, String(first.dropFirst()), false) }
        if first.hasPrefix("@") { return (.named, String(first.dropFirst()), false) }
        return (.prefix, first, false)
    }

    private func checkNesting(
        _ directive: NginxDirective, _ kind: Location.Kind, _ name: String, in block: NginxBlock
    ) throws(Diagnostic) {
        guard block.context == .location else { return }
        let outer = block.locationName
        switch block.locationKind {
        case .exact:
            throw self.mistake(
                directive.place,
                "location \"\(name)\" cannot be inside the exact location \"\(outer)\"")
        case .named:
            throw self.mistake(
                directive.place,
                "location \"\(name)\" cannot be inside the named location \"@\(outer)\"")
        default: break
        }
        if kind == .named {
            throw self.mistake(
                directive.place, "named location \"@\(name)\" can be on the server level only")
        }
        if kind != .pattern, block.locationKind != .pattern, !name.hasPrefix(outer) {
            throw self.mistake(
                directive.place, "location \"\(name)\" is outside location \"\(outer)\"")
        }
    }

    /// The location that a block describes.
    func makeLocation(
        _ block: NginxBlock, name: String, kind: Location.Kind, isServer: Bool = false
    ) -> Location {
        var settings = block.settings
        settings.access =
            block.accessRules.isEmpty ? .everyone : .firstMatch(block.accessRules)
        if !block.hasAccessLog, let format = self.formats["combined"] {
            let file = self.logFile(LogDestination(path: self.path("logs/access.log")))
            settings.accessLogs = [AccessLog(file: file, format: format)]
        }
        if let pass = block.proxyPass {
            settings.content = .proxy(
                self.proxySettings(
                    pass, block, name: name,
                    kind: kind == .nameless ? block.locationKind : kind))
        } else {
            settings.content = block.content
        }
        let index = self.pieces.locationCount
        self.pieces.locationCount += 1
        let isNested = !isServer && !block.locations.isEmpty
        return Location(
            index: index, name: name, kind: kind, settings: settings,
            rewriteSteps: isServer ? [] : block.steps,
            nested: isNested ? LocationTable(block.locations) : nil)
    }

    /// `map SOURCE $NAME { … }`.
    func map(_ directive: NginxDirective) throws(Diagnostic) {
        guard directive.arguments.count == 2, let entries = directive.block,
            let index = self.mapIndex[String(directive.text(1).dropFirst())]
        else { return }
        var map = self.pieces.maps[index]
        map.source = try self.value(directive.arguments[0])
        map.matchesHostNames = entries.contains { $0.name == "hostnames" && $0.arguments.isEmpty }
        map.isVolatile = entries.contains { $0.name == "volatile" && $0.arguments.isEmpty }
        var hasDefault = false
        for entry in entries {
            guard entry.block == nil else { throw self.mistake(entry.place, "unexpected \"{\"") }
            if entry.arguments.isEmpty, ["hostnames", "volatile"].contains(entry.name) { continue }
            guard entry.arguments.count == 1 else {
                throw self.mistake(entry.place, "invalid number of the map parameters")
            }
            let value = try self.value(entry.arguments[0])
            if entry.name == "default" {
                if hasDefault {
                    throw self.mistake(entry.place, "duplicate default map parameter")
                }
                hasDefault = true
                map.defaultValue = value
            } else {
                try self.mapEntry(entry, value, &map)
            }
        }
        self.pieces.maps[index] = map
    }

    private func mapEntry(
        _ entry: NginxDirective, _ value: ComplexValue, _ map: inout VariableMap
    ) throws(Diagnostic) {
        var key = entry.name
        if key.hasPrefix("~") {
            let ignoresCase = key.hasPrefix("~*")
            let expression = String(key.dropFirst(ignoresCase ? 2 : 1))
            let pattern = try self.pattern(expression, entry.place, ignoresCase: ignoresCase)
            map.patterns.append((pattern, value))
            return
        }
        if key.hasPrefix("\\") { key.removeFirst() }
        let lower = Array(key.lowercased().utf8)
        let conflict = self.mistake(entry.place, "conflicting parameter \"\(key)\"")
        if map.matchesHostNames, key.hasPrefix("*.") || key.hasPrefix(".") {
            let mask = key.hasPrefix("*") ? Array(lower.dropFirst()) : lower
            guard map.headWildcards.updateValue(value, forKey: mask) == nil else { throw conflict }
            if key.hasPrefix(".") {
                guard map.exact.updateValue(value, forKey: Array(lower.dropFirst())) == nil else {
                    throw conflict
                }
            }
        } else if map.matchesHostNames, key.hasSuffix(".*") {
            let mask = Array(lower.dropLast())
            guard map.tailWildcards.updateValue(value, forKey: mask) == nil else { throw conflict }
        } else {
            guard map.exact.updateValue(value, forKey: lower) == nil else { throw conflict }
        }
    }
}
