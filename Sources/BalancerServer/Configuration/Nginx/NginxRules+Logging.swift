import Base

extension NginxRules {
    /// What is written where.
    static let logging: [String: NginxRule] = [
        "log_format": NginxRule(.http, NginxRule.many(2), isRepeatable: true) {
            _, directive, compiler throws(Diagnostic) in
            // Compiled before the other directives of `http`; here only the name is looked at.
            guard compiler.formats[directive.text(0)] != nil else {
                throw compiler.mistake(directive.place, "log_format was not declared")
            }
        },
        "access_log": NginxRule(.allAndIf, NginxRule.many(1), isRepeatable: true) {
            block, directive, compiler throws(Diagnostic) in
            let log = try compiler.accessLog(directive)
            if block.beginsList("access_log") { block.settings.accessLogs = [] }
            block.hasAccessLog = true
            if let log { block.settings.accessLogs.append(log) }
        },
        "error_log": NginxRule(
            [.main, .http, .server, .location], NginxRule.many(1), isRepeatable: true
        ) { block, directive, compiler throws(Diagnostic) in
            let log = try compiler.errorLog(directive)
            block.settings.errorLog = log
            if block.context == .main { block.process.errorLog = log }
        },
        "open_log_file_cache": .withoutEffect(.all, 1...4),
        "log_subrequest": .withoutEffect(.all),
    ]
}

extension NginxCompiler {
    /// `log_format NAME [escape=…] TEXT…`.
    func logFormat(_ directive: NginxDirective) throws(Diagnostic) {
        let name = directive.text(0)
        guard self.formats[name] == nil else {
            throw self.mistake(directive.place, "duplicate \"log_format\" name \"\(name)\"")
        }
        var words = directive.arguments.dropFirst()
        var escaping = LogFormat.Escaping.hexadecimal
        if let first = words.first, first.text.hasPrefix("escape=") {
            words = words.dropFirst()
            switch first.text.dropFirst(7) {
            case "default": escaping = .hexadecimal
            case "json": escaping = .json
            case "none": escaping = .none
            default:
                throw self.mistake(
                    first.place, "unknown log format escaping \"\(first.text.dropFirst(7))\"")
            }
        }
        var parts: [ComplexValue.Part] = []
        for word in words { parts += try self.value(word).parts }
        self.formats[name] = LogFormat(
            name: name, value: ComplexValue(parts: parts), escaping: escaping)
    }

    /// nginx's own format, the one that needs no `log_format`.
    static let combinedFormat =
        "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "
        + "\"$http_referer\" \"$http_user_agent\""

    /// `access_log PATH [FORMAT [buffer=…] [flush=…] [if=…]]`; nil for `off`.
    func accessLog(_ directive: NginxDirective) throws(Diagnostic) -> AccessLog? {
        let target = directive.arguments[0]
        if target.text == "off" {
            guard directive.arguments.count == 1 else {
                throw self.mistake(
                    directive.arguments[1].place,
                    "invalid parameter \"\(directive.text(1))\"")
            }
            return nil
        }
        guard !target.text.hasPrefix("syslog:") else {
            throw self.mistake(target.place, "logging to syslog is not supported")
        }
        guard !target.text.contains("$") else {
            throw self.mistake(target.place, "variables in the path of a log are not supported")
        }
        var destination = LogDestination(path: self.path(target.text))
        var format = self.formats["combined"]
        var condition: ComplexValue?
        for (index, token) in directive.arguments.enumerated().dropFirst() {
            if index == 1, !token.text.contains("=") {
                guard let known = self.formats[token.text] else {
                    throw self.mistake(token.place, "unknown log format \"\(token.text)\"")
                }
                format = known
                continue
            }
            let pieces = token.text.split(separator: "=", maxSplits: 1)
            let text = pieces.count > 1 ? String(pieces[1]) : ""
            switch (pieces.first.map(String.init) ?? "", text) {
            case ("buffer", let text):
                guard let size = ConfigurationUnits.size(text), size > 0 else {
                    throw self.mistake(token.place, "invalid buffer size \"\(text)\"")
                }
                destination.bufferByteCount = size
            case ("flush", let text):
                guard let time = ConfigurationUnits.duration(text), time > .zero else {
                    throw self.mistake(token.place, "invalid flush time \"\(text)\"")
                }
                destination.flushInterval = time
            case ("if", let text): condition = try self.value(text, token.place)
            default: throw self.mistake(token.place, "invalid parameter \"\(token.text)\"")
            }
        }
        guard let format else { preconditionFailure("the format combined is always there") }
        return AccessLog(
            file: self.logFile(destination), format: format, condition: condition)
    }

    /// The number of a log file; each path is opened once, the first buffer size counts.
    func logFile(_ destination: LogDestination) -> Int {
        if let index = self.pieces.logFiles.firstIndex(where: { $0.path == destination.path }) {
            if self.pieces.logFiles[index].bufferByteCount == 0 {
                self.pieces.logFiles[index] = destination
            }
            return index
        }
        self.pieces.logFiles.append(destination)
        return self.pieces.logFiles.count - 1
    }

    /// `error_log PATH [LEVEL]`.
    func errorLog(_ directive: NginxDirective) throws(Diagnostic) -> ErrorLogSettings {
        var log = ErrorLogSettings()
        let target = directive.arguments[0]
        switch target.text {
        case "stderr": log.target = .standardError
        case let text where text.hasPrefix("syslog:") || text.hasPrefix("memory:"):
            throw self.mistake(target.place, "logging to \"\(text)\" is not supported")
        default: log.target = .file(self.path(target.text))
        }
        for token in directive.arguments.dropFirst() {
            if token.text.hasPrefix("debug_") {
                log.level = .debug
                continue
            }
            guard
                let level = ErrorLogSettings.Level.allCases.first(where: { $0.word == token.text })
            else {
                throw self.mistake(token.place, "invalid log level \"\(token.text)\"")
            }
            log.level = level
        }
        return log
    }
}
