import Base

extension NginxRules {
    /// Files: where they are, what they are called, what they contain.
    static let files: [String: NginxRule] = [
        "root": NginxRule(.allAndIf, 1...1) { block, directive, compiler throws(Diagnostic) in
            block.settings.root = try compiler.folder(directive.arguments[0])
            block.settings.alias = nil
        },
        "alias": NginxRule(.location, 1...1) { block, directive, compiler throws(Diagnostic) in
            guard block.locationKind != .named else {
                throw compiler.mistake(
                    directive.place,
                    "the \"alias\" directive cannot be used inside the named location")
            }
            block.settings.alias = try compiler.value(directive.arguments[0])
        },
        "index": NginxRule(.all, NginxRule.many(1), isRepeatable: true) {
            block, directive, compiler throws(Diagnostic) in
            if block.beginsList("index") { block.settings.index = [] }
            for token in directive.arguments {
                guard !token.text.isEmpty else {
                    throw compiler.mistake(
                        token.place, "index \"\" in \"index\" directive is invalid")
                }
                block.settings.index.append(try compiler.value(token))
            }
        },
        "try_files": NginxRule([.server, .location], NginxRule.many(2)) {
            block, directive, compiler throws(Diagnostic) in
            block.settings.tryFiles = try compiler.tryFiles(directive)
        },
        "default_type": NginxRule(.all, 1...1) { block, directive, _ throws(Diagnostic) in
            block.settings.defaultType = directive.text(0)
        },
        "types": NginxRule(.all, 0...0, isBlock: true, isRepeatable: true) {
            block, directive, compiler throws(Diagnostic) in
            if block.beginsList("types") { block.settings.contentTypes = [:] }
            for entry in directive.block ?? [] {
                guard entry.block == nil else {
                    throw compiler.mistake(entry.place, "unexpected \"{\"")
                }
                for token in entry.arguments {
                    block.settings.contentTypes[token.text.lowercased()] = entry.name
                }
            }
        },
        "etag": .flag(.all, \.settings.sendsETag),
        "autoindex": NginxRule(.all, 1...1) { _, directive, compiler throws(Diagnostic) in
            guard try compiler.flag(directive) else { return }
            compiler.notice(
                directive.place, "\"autoindex\" is without effect: folders are not listed")
        },
    ]
}

extension NginxCompiler {
    /// A folder, relative ones starting from the prefix; the `/` at its end is taken off.
    func folder(_ token: NginxToken) throws(Diagnostic) -> ComplexValue {
        var text = token.text
        while text.count > 1, text.hasSuffix("/") { text.removeLast() }
        if text.hasPrefix("$") { return try self.value(text, token.place) }
        return try self.value(self.path(text), token.place)
    }

    /// `try_files $uri $uri/ /index.html`, `… =404`.
    func tryFiles(_ directive: NginxDirective) throws(Diagnostic) -> TryFiles {
        var candidates: [TryFiles.Candidate] = []
        for token in directive.arguments.dropLast() {
            let isDirectory = token.text.hasSuffix("/")
            let text = isDirectory ? String(token.text.dropLast()) : token.text
            candidates.append(
                TryFiles.Candidate(
                    path: try self.value(text, token.place), isDirectory: isDirectory))
        }
        let last = directive.arguments[directive.arguments.count - 1]
        if last.text.hasPrefix("=") {
            guard let status = ConfigurationUnits.number(String(last.text.dropFirst())),
                status <= 999
            else { throw self.mistake(last.place, "invalid code \"\(last.text)\"") }
            return TryFiles(candidates: candidates, fallback: .status(status))
        }
        return TryFiles(candidates: candidates, fallback: .path(try self.value(last)))
    }

    /// `error_page 500 502 = /50x.html`.
    func errorPage(_ directive: NginxDirective) throws(Diagnostic) -> ErrorPage {
        var words = directive.arguments[...]
        guard let target = words.popLast() else {
            throw self.mistake(directive.place, "invalid number of arguments")
        }
        var answer = ErrorPage.Answer.unchanged
        if let mark = words.last, mark.text.hasPrefix("=") {
            words = words.dropLast()
            if mark.text == "=" {
                answer = .ofPage
            } else {
                guard let status = ConfigurationUnits.number(String(mark.text.dropFirst())),
                    (100...999).contains(status), !words.isEmpty
                else { throw self.mistake(mark.place, "invalid value \"\(mark.text)\"") }
                answer = .status(status)
            }
        }
        var statuses: [Int] = []
        for word in words {
            let status = try self.number(word)
            guard (300...599).contains(status) else {
                throw self.mistake(
                    word.place, "value \"\(word.text)\" must be between 300 and 599")
            }
            statuses.append(status)
        }
        guard !statuses.isEmpty else {
            throw self.mistake(
                directive.place, "invalid number of arguments in \"error_page\" directive")
        }
        return ErrorPage(statuses: statuses, answer: answer, target: try self.value(target))
    }

    /// `allow` and `deny`.
    func accessRule(
        _ directive: NginxDirective, isAllowed: Bool, in block: inout NginxBlock
    ) throws(Diagnostic) {
        let token = directive.arguments[0]
        guard let range = NetworkRange(token.text) else {
            throw self.mistake(token.place, "invalid parameter \"\(token.text)\"")
        }
        if block.beginsList("access") { block.accessRules = [] }
        block.accessRules.append(AccessRule(range: range, isAllowed: isAllowed))
    }
}
