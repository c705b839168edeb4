import Base
import PatternMatching
import SystemInterface

extension HttpdRules {
    /// Who may, and what is written about it.
    static let access: [String: HttpdRule] = [
        "order": HttpdRule(HttpdContexts.sections, 1...1) {
            scope, directive, compiler throws(Diagnostic) in
            switch directive.arguments[0].text.lowercased() {
            case "allow,deny", "mutual-failure": scope.access.allowsLast = false
            case "deny,allow": scope.access.allowsLast = true
            default:
                throw compiler.mistake(directive.arguments[0].place, "unknown order")
            }
        },
        "allow": HttpdRule(HttpdContexts.sections, HttpdRule.many(2)) {
            scope, directive, compiler throws(Diagnostic) in
            scope.access.allow += try compiler.ranges(directive, afterFrom: true)
        },
        "deny": HttpdRule(HttpdContexts.sections, HttpdRule.many(2)) {
            scope, directive, compiler throws(Diagnostic) in
            scope.access.deny += try compiler.ranges(directive, afterFrom: true)
        },
        "require": HttpdRule(HttpdContexts.sections, HttpdRule.many(1)) {
            scope, directive, compiler throws(Diagnostic) in
            scope.access.require = try compiler.requirement(
                directive, before: scope.access.require)
        },
        "header": HttpdRule(.everywhere, HttpdRule.many(2)) {
            scope, directive, compiler throws(Diagnostic) in
            var words = directive.arguments
            var isAlways = false
            if ["always", "onsuccess"].contains(words[0].text.lowercased()) {
                isAlways = words[0].text.lowercased() == "always"
                words.removeFirst()
            }
            let action = words.first?.text.lowercased() ?? ""
            guard ["set", "add", "append", "merge"].contains(action), words.count == 3 else {
                throw compiler.mistake(
                    directive.place,
                    "Header \(action) is not supported, expected Header set NAME VALUE")
            }
            let value = try HttpdLogFormat.headerValue(words[2].text, words[2].place, compiler)
            scope.settings.addedFields.append(
                AddedField(name: words[1].text, value: value, isAlways: isAlways))
        },
        "requestheader": HttpdRule(.everywhere, 2...3) {
            scope, directive, compiler throws(Diagnostic) in
            let words = directive.arguments
            switch (words[0].text.lowercased(), words.count) {
            case ("set", 3), ("add", 3):
                let value = try HttpdLogFormat.headerValue(words[2].text, words[2].place, compiler)
                scope.requestFields.append(RequestField(name: words[1].text, value: value))
            case ("unset", 2):
                scope.requestFields.append(
                    RequestField(name: words[1].text, value: ComplexValue(parts: [])))
            default:
                throw compiler.mistake(
                    directive.place,
                    "RequestHeader \(words[0].text) is not supported, expected set or unset")
            }
        },
        "redirect": HttpdRule(.server, 2...3) { scope, directive, compiler throws(Diagnostic) in
            scope.redirectSteps.append(try compiler.redirect(directive, isPattern: false))
        },
        "redirectmatch": HttpdRule(.server, 2...3) {
            scope, directive, compiler throws(Diagnostic) in
            scope.redirectSteps.append(try compiler.redirect(directive, isPattern: true))
        },
    ]

    static let logging: [String: HttpdRule] = [
        "errorlog": HttpdRule(.server, 1...1) { _, directive, compiler throws(Diagnostic) in
            let word = directive.arguments[0]
            guard !word.text.hasPrefix("|"), !word.text.hasPrefix("syslog") else {
                throw compiler.mistake(word.place, "only files are supported as logs")
            }
            compiler.process.errorLog.target =
                word.text == "/dev/stderr" ? .standardError : .file(compiler.path(word.text))
        },
        "loglevel": HttpdRule(.everywhere, HttpdRule.many(1)) {
            _, directive, compiler throws(Diagnostic) in
            for word in directive.arguments where !word.text.contains(":") {
                guard let level = HttpdLogFormat.level(word.text) else {
                    throw compiler.mistake(
                        word.place,
                        "LogLevel requires level keyword: one of emerg/alert/crit/error/warn/"
                            + "notice/info/debug/trace1/.../trace8")
                }
                compiler.process.errorLog.level = level
            }
        },
        "logformat": HttpdRule(.server, 1...2) { _, directive, compiler throws(Diagnostic) in
            let word = directive.arguments[0]
            let name = directive.arguments.count > 1 ? directive.arguments[1].text : ""
            let format = LogFormat(
                name: name, value: try HttpdLogFormat.compile(word.text, word.place, compiler),
                escaping: .httpd)
            if name.isEmpty {
                compiler.lastFormat = format
            } else {
                compiler.formats[name] = format
            }
        },
        "customlog": HttpdRule(.server, 2...3) { scope, directive, compiler throws(Diagnostic) in
            try compiler.customLog(directive, in: &scope)
        },
        "transferlog": HttpdRule(.server, 1...1) { scope, directive, compiler throws(Diagnostic) in
            try compiler.customLog(directive, in: &scope)
        },
    ]
}

extension HttpdCompiler {
    /// The addresses after `from`.
    func ranges(
        _ directive: HttpdDirective, afterFrom: Bool
    ) throws(Diagnostic) -> [NetworkRange] {
        var words = directive.arguments[...]
        if afterFrom {
            guard words.popFirst()?.text.lowercased() == "from" else {
                throw self.mistake(
                    directive.place, "allow and deny must be followed by 'from'")
            }
        }
        var ranges: [NetworkRange] = []
        for word in words {
            guard let range = NetworkRange(word.text) ?? Self.partialRange(word.text) else {
                throw self.mistake(
                    word.place,
                    "'\(word.text)' is not supported, expected all, an address or a network")
            }
            ranges.append(range)
        }
        return ranges
    }

    /// `10.1` means `10.1.0.0/16`.
    private static func partialRange(_ text: String) -> NetworkRange? {
        var pieces = text.split(separator: ".").map(String.init)
        guard (1...3).contains(pieces.count),
            pieces.allSatisfy({ ConfigurationUnits.number($0).map { $0 < 256 } ?? false })
        else { return nil }
        let length = pieces.count * 8
        while pieces.count < 4 { pieces.append("0") }
        return NetworkRange(pieces.joined(separator: ".") + "/\(length)")
    }

    /// `Require all granted`, `Require ip …`, `Require local`; several are alternatives.
    func requirement(
        _ directive: HttpdDirective, before: AccessPolicy?
    ) throws(Diagnostic) -> AccessPolicy {
        let words = directive.arguments.map { $0.text.lowercased() }
        var known: [NetworkRange] = []
        if case .anyOf(let ranges)? = before { known = ranges }
        switch words[0] {
        case "all":
            switch words.count == 2 ? words[1] : "" {
            case "granted": return .everyone
            case "denied": return before ?? .nobody
            default:
                throw self.mistake(
                    directive.place, "Argument for 'Require all' must be 'granted' or 'denied'")
            }
        case "ip", "host":
            guard words[0] == "ip" else { break }
            var inner: [NetworkRange] = []
            for word in directive.arguments.dropFirst() {
                guard let range = NetworkRange(word.text) ?? Self.partialRange(word.text) else {
                    throw self.mistake(
                        word.place, "'ip' directive contains invalid address '\(word.text)'")
                }
                inner.append(range)
            }
            return before == .everyone ? .everyone : .anyOf(known + inner)
        case "local":
            return .anyOf(
                known + [
                    .ipv4(0x7F00_0000, mask: 0xFF00_0000),
                    .ipv6([UInt8](repeating: 0, count: 15) + [1], prefixLength: 128), .unix,
                ])
        default: break
        }
        throw self.mistake(
            directive.place,
            "Require \(directive.arguments[0].text) is not supported, expected all, ip or local")
    }

    /// `Redirect [status] PATH URL`, `RedirectMatch [status] EXPRESSION URL`.
    func redirect(
        _ directive: HttpdDirective, isPattern: Bool
    ) throws(Diagnostic) -> RewriteStep {
        var words = directive.arguments[...]
        var flag = RewriteRule.Flag.redirect
        if words.count == 3, let word = words.popFirst() {
            switch word.text.lowercased() {
            case "permanent", "301": flag = .permanent
            case "temp", "302": flag = .redirect
            default:
                throw self.mistake(
                    word.place, "status \(word.text) is not supported, expected permanent or temp")
            }
        }
        guard let path = words.popFirst(), let target = words.first else {
            throw self.mistake(directive.place, "\(directive.name) takes two to three arguments")
        }
        if isPattern {
            return .rewrite(
                RewriteRule(
                    pattern: try self.pattern(path.text, path.place),
                    replacement: HttpdLogFormat.groups(target.text), keepsArguments: true,
                    flag: flag))
        }
        // `/old` fits `/old` and what is below it; the rest of the path is kept.
        let text = path.text.hasSuffix("/") ? String(path.text.dropLast()) : path.text
        let pattern = try self.pattern(
            "^" + HttpdURL.quoted(text) + "(/.*)?$", path.place)
        let tail = path.text.hasSuffix("/") && target.text.hasSuffix("/") ? 1 : 0
        let parts: [ComplexValue.Part] = [
            .text(Array(target.text.utf8.dropLast(tail))), .variable(.capture(1)),
        ]
        return .rewrite(
            RewriteRule(
                pattern: pattern, replacement: ComplexValue(parts: parts), keepsArguments: true,
                flag: flag))
    }

    /// `CustomLog FILE FORMAT`, `TransferLog FILE`.
    func customLog(
        _ directive: HttpdDirective, in scope: inout HttpdScope
    ) throws(Diagnostic) {
        let target = directive.arguments[0]
        guard !target.text.hasPrefix("|"), !target.text.hasPrefix("syslog") else {
            throw self.mistake(target.place, "only files are supported as logs")
        }
        let format: LogFormat
        if directive.arguments.count > 1 {
            let word = directive.arguments[1]
            if let known = self.formats[word.text] {
                format = known
            } else {
                format = LogFormat(
                    name: "", value: try HttpdLogFormat.compile(word.text, word.place, self),
                    escaping: .httpd)
            }
        } else if let last = self.lastFormat {
            format = last
        } else {
            format = LogFormat(
                name: "common",
                value: try HttpdLogFormat.compile(
                    HttpdLogFormat.common, directive.place, self), escaping: .httpd)
        }
        if directive.arguments.count > 2 {
            self.notice(directive.arguments[2].place, "conditions of CustomLog are without effect")
        }
        let destination = LogDestination(path: self.path(target.text))
        let file: Int
        if let known = self.pieces.logFiles.firstIndex(of: destination) {
            file = known
        } else {
            file = self.pieces.logFiles.count
            self.pieces.logFiles.append(destination)
        }
        if !scope.hasOwnLogs {
            scope.customLogs = []
            scope.hasOwnLogs = true
        }
        scope.customLogs.append(AccessLog(file: file, format: format))
    }
}
