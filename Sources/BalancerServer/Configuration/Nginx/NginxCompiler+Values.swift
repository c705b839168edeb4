import Base
import PatternMatching

// Reading words as numbers, sizes, times, switches, patterns and texts with variables.

extension NginxCompiler {
    /// A message about a place.
    func mistake(_ place: ConfigurationPlace, _ message: String) -> Diagnostic {
        self.texts.diagnostic(place, message)
    }

    /// Remembers something to be told once at start-up.
    func notice(_ place: ConfigurationPlace, _ message: String) {
        self.notices.append(self.texts.diagnostic(place, message))
    }

    /// `on` or `off`.
    func flag(_ directive: NginxDirective) throws(Diagnostic) -> Bool {
        let token = directive.arguments[0]
        switch token.text.lowercased() {
        case "on": return true
        case "off": return false
        default:
            throw self.mistake(
                token.place,
                "invalid value \"\(token.text)\" in \"\(directive.name)\" directive, "
                    + "it must be \"on\" or \"off\"")
        }
    }

    /// A number that is not negative.
    func number(_ token: NginxToken) throws(Diagnostic) -> Int {
        guard let value = ConfigurationUnits.number(token.text) else {
            throw self.mistake(token.place, "invalid number \"\(token.text)\"")
        }
        return value
    }

    /// A number of bytes: `8k`, `1m`, `1g`.
    func size(_ token: NginxToken) throws(Diagnostic) -> Int {
        guard let value = ConfigurationUnits.size(token.text) else {
            throw self.mistake(token.place, "invalid value \"\(token.text)\", expected a size")
        }
        return value
    }

    /// A time: `60`, `500ms`, `1h30m`.
    func duration(_ token: NginxToken) throws(Diagnostic) -> Duration {
        guard let value = ConfigurationUnits.duration(token.text) else {
            throw self.mistake(token.place, "invalid value \"\(token.text)\", expected a time")
        }
        return value
    }

    /// A path, relative ones starting from the prefix.
    func path(_ text: String) -> String {
        text.hasPrefix("/") ? text : self.prefix + text
    }

    /// A regular expression; its named groups fill slots of the request.
    func pattern(
        _ text: String, _ place: ConfigurationPlace, ignoresCase: Bool = false
    ) throws(Diagnostic) -> BoundPattern {
        do {
            let pattern = try Pattern.compile(text, options: ignoresCase ? .ignoresCase : [])
            let slots = pattern.groupNames.sorted { $0.value < $1.value }.map { name, group in
                (group: group, slot: self.slot(name))
            }
            return BoundPattern(pattern: pattern, slots: slots)
        } catch {
            throw self.mistake(
                place,
                "pcre2_compile() failed: \(error.reason) in \"\(text)\" at \"\(error.offset)\"")
        }
    }

    /// The slot of a variable that requests set.
    func slot(_ name: String) -> Int {
        if let slot = self.slotIndex[name] { return slot }
        let slot = self.pieces.slotNames.count
        self.pieces.slotNames.append(name)
        self.slotIndex[name] = slot
        return slot
    }

    /// A text with variables.
    func value(_ token: NginxToken) throws(Diagnostic) -> ComplexValue {
        try self.value(token.text, token.place)
    }

    /// A text with variables.
    func value(
        _ text: String, _ place: ConfigurationPlace
    ) throws(Diagnostic) -> ComplexValue {
        var parts: [ComplexValue.Part] = []
        var literal: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "$") else {
                literal.append(byte)
                continue
            }
            let name = try self.variableName(&rest, place)
            parts.append(.text(literal))
            literal = []
            parts.append(.variable(try self.variable(name, place)))
        }
        parts.append(.text(literal))
        return ComplexValue(parts: parts)
    }

    private func variableName(
        _ rest: inout ArraySlice<UInt8>, _ place: ConfigurationPlace
    ) throws(Diagnostic) -> String {
        let isBraced = rest.first == UInt8(ascii: "{")
        if isBraced { rest = rest.dropFirst() }
        // Groups have one digit: `$10` is `$1` and a zero.
        if !isBraced, let digit = rest.first, digit.isASCIIDigit, digit != UInt8(ascii: "0") {
            rest = rest.dropFirst()
            return String(decoding: [digit], as: UTF8.self)
        }
        let name = rest.prefix { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_") }
        rest = rest.dropFirst(name.count)
        if isBraced {
            guard rest.first == UInt8(ascii: "}") else {
                throw self.mistake(
                    place, "the closing bracket in \"\(Self.text(name))\" variable is missing")
            }
            rest = rest.dropFirst()
        }
        guard !name.isEmpty else { throw self.mistake(place, "invalid variable name") }
        return Self.text(name)
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// Where a variable's value comes from.
    func variable(
        _ name: String, _ place: ConfigurationPlace
    ) throws(Diagnostic) -> VariableReference {
        if let map = self.mapIndex[name] { return .map(map) }
        if let slot = self.slotIndex[name] { return .slot(slot) }
        if let reference = VariableReference(nginxName: name) { return reference }
        throw self.mistake(place, "unknown \"\(name)\" variable")
    }
}

extension VariableReference {
    /// The variable with nginx's name, nil for a name that nobody knows.
    package init?(nginxName name: String) {
        if let builtin = BuiltinVariable(rawValue: name), !builtin.isHttpdOnly {
            self = .builtin(builtin)
            return
        }
        if name.count == 1, let digit = name.utf8.first, digit > 0x30, digit <= 0x39 {
            self = .capture(Int(digit - 0x30))
            return
        }
        func rest(_ start: String) -> String? {
            name.hasPrefix(start) && name.count > start.count
                ? String(name.dropFirst(start.count)) : nil
        }
        func field(_ start: String) -> String? {
            rest(start).map { $0.lowercased().map { $0 == "_" ? "-" : String($0) }.joined() }
        }
        if let field = field("upstream_http_") {
            self = .upstreamField(field)
        } else if let cookie = rest("upstream_cookie_") {
            self = .upstreamCookie(cookie)
        } else if let field = field("sent_http_") {
            self = .sentField(field)
        } else if let field = field("http_") {
            self = .requestField(field)
        } else if let cookie = rest("cookie_") {
            self = .cookie(cookie)
        } else if let argument = rest("arg_") {
            self = .argument(argument)
        } else {
            return nil
        }
    }
}

extension BuiltinVariable {
    /// Whether only httpd's log formats have it.
    var isHttpdOnly: Bool {
        self.rawValue.hasPrefix("%") || self.rawValue.hasPrefix("BALANCER")
    }
}
