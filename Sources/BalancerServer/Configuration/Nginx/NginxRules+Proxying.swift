import Base

extension NginxRules {
    /// Passing requests on.
    static let proxying: [String: NginxRule] = [
        "proxy_pass": NginxRule([.location, .locationIf], 1...1) {
            block, directive, compiler throws(Diagnostic) in
            block.proxyPass = try compiler.proxyPass(directive, in: block)
        },
        "proxy_set_header": NginxRule(.all, 2...2, isRepeatable: true) {
            block, directive, compiler throws(Diagnostic) in
            let field = RequestField(
                name: directive.text(0), value: try compiler.value(directive.arguments[1]))
            if block.beginsList("proxy_set_header") { block.requestFields = [] }
            block.requestFields.append(field)
        },
        "proxy_http_version": NginxRule(.all, 1...1) {
            block, directive, compiler throws(Diagnostic) in
            switch directive.text(0) {
            case "1.0": block.proxy.minorVersion = 0
            case "1.1": block.proxy.minorVersion = 1
            default:
                throw compiler.mistake(
                    directive.arguments[0].place, "invalid value \"\(directive.text(0))\"")
            }
        },
        "proxy_connect_timeout": .duration(.all, \.proxy.connectTimeout),
        "proxy_send_timeout": .duration(.all, \.proxy.sendTimeout),
        "proxy_read_timeout": .duration(.all, \.proxy.readTimeout),
        "proxy_next_upstream": NginxRule(.all, NginxRule.many(1)) {
            block, directive, compiler throws(Diagnostic) in
            block.proxy.nextUpstream = try compiler.nextUpstream(directive)
        },
        "proxy_next_upstream_tries": .number(.all, \.proxy.tryCountMax),
        "proxy_next_upstream_timeout": .duration(.all, \.proxy.tryTimeout),
        "proxy_buffering": .flag(.all, \.proxy.buffersAnswers),
        "proxy_request_buffering": .flag(.all, \.proxy.buffersRequests),
        "proxy_buffer_size": .size(.all, \.proxy.headByteCountMax),
        "proxy_buffers": NginxRule(.all, 2...2) { block, directive, compiler throws(Diagnostic) in
            let count = try compiler.number(directive.arguments[0])
            let size = try compiler.size(directive.arguments[1])
            guard count >= 2 else {
                throw compiler.mistake(
                    directive.place, "there must be at least 2 \"proxy_buffers\"")
            }
            block.proxy.readAheadByteCountMax = min(count, 1 << 20) * min(size, 1 << 30)
        },
        "proxy_intercept_errors": .flag(.all, \.proxy.interceptsErrors),
        "proxy_pass_request_headers": .flag(.all, \.proxy.passesRequestFields),
        "proxy_pass_request_body": .flag(.all, \.proxy.passesRequestBody),
        "proxy_ignore_client_abort": NginxRule(.all, 1...1) {
            block, directive, compiler throws(Diagnostic) in
            block.proxy.stopsWhenClientLeaves = !(try compiler.flag(directive))
        },
        "proxy_method": NginxRule(.all, 1...1) { block, directive, compiler throws(Diagnostic) in
            block.proxy.method = try compiler.value(directive.arguments[0])
        },
        "proxy_set_body": NginxRule(.all, 1...1) {
            block, directive, compiler throws(Diagnostic) in
            block.proxy.body = try compiler.value(directive.arguments[0])
        },
        "proxy_hide_header": NginxRule(.all, 1...1, isRepeatable: true) {
            block, directive, _ throws(Diagnostic) in
            if block.beginsList("proxy_hide_header") { block.hiddenFields = [] }
            block.hiddenFields.append(directive.text(0).lowercased())
        },
        "proxy_pass_header": NginxRule(.all, 1...1, isRepeatable: true) {
            block, directive, _ throws(Diagnostic) in
            if block.beginsList("proxy_pass_header") { block.passedFields = [] }
            block.passedFields.append(directive.text(0).lowercased())
        },
        "proxy_ignore_headers": NginxRule(.all, NginxRule.many(1)) {
            block, directive, _ throws(Diagnostic) in
            block.proxy.ignoredFields = Set(directive.arguments.map { $0.text.lowercased() })
        },
        "proxy_redirect": NginxRule(.all, 1...2, isRepeatable: true) {
            block, directive, compiler throws(Diagnostic) in
            let rule = try compiler.redirect(directive)
            if block.beginsList("proxy_redirect") { block.redirects = [] }
            if let rule { block.redirects.append(rule) }
        },
        "proxy_cookie_path": NginxRule(.all, 1...2, isRepeatable: true) {
            block, directive, compiler throws(Diagnostic) in
            let rule = try compiler.cookieRule(directive)
            if block.beginsList("proxy_cookie_path") { block.proxy.cookiePaths = [] }
            if let rule { block.proxy.cookiePaths.append(rule) }
        },
        "proxy_cookie_domain": NginxRule(.all, 1...2, isRepeatable: true) {
            block, directive, compiler throws(Diagnostic) in
            let rule = try compiler.cookieRule(directive)
            if block.beginsList("proxy_cookie_domain") { block.proxy.cookieDomains = [] }
            if let rule { block.proxy.cookieDomains.append(rule) }
        },
        "proxy_busy_buffers_size": .withoutEffect(.all),
        "proxy_temp_path": .withoutEffect(.all, 1...4),
        "proxy_max_temp_file_size": .withoutEffect(.all),
        "proxy_temp_file_write_size": .withoutEffect(.all),
        "proxy_headers_hash_max_size": .withoutEffect(.all),
        "proxy_headers_hash_bucket_size": .withoutEffect(.all),
        "proxy_socket_keepalive": .withoutEffect(.all),
        "proxy_send_lowat": .withoutEffect(.all),
        "proxy_force_ranges": .withoutEffect(.all),
        "proxy_ssl_server_name": .withoutEffect(.all),
        "proxy_ssl_session_reuse": .withoutEffect(.all),
        "proxy_cache": NginxRule(.all, 1...1) { _, directive, compiler throws(Diagnostic) in
            guard directive.text(0) != "off" else { return }
            compiler.notice(directive.place, "\"proxy_cache\" is without effect: nothing is cached")
        },
        "proxy_store": NginxRule(.all, 1...1) { _, directive, compiler throws(Diagnostic) in
            guard directive.text(0) != "off" else { return }
            compiler.notice(directive.place, "\"proxy_store\" is without effect")
        },
    ]
}

extension NginxCompiler {
    private static let conditions: [String: NextUpstream] = [
        "error": .error, "timeout": .timeout, "invalid_header": .invalidHeader,
        "non_idempotent": .nonIdempotent, "http_500": .status500, "http_502": .status502,
        "http_503": .status503, "http_504": .status504, "http_403": .status403,
        "http_404": .status404, "http_429": .status429, "updating": [], "off": [],
    ]

    func nextUpstream(_ directive: NginxDirective) throws(Diagnostic) -> NextUpstream {
        var set: NextUpstream = []
        for token in directive.arguments {
            guard let member = Self.conditions[token.text] else {
                throw self.mistake(token.place, "invalid value \"\(token.text)\"")
            }
            set.formUnion(member)
        }
        return directive.arguments.contains { $0.text == "off" } ? [] : set
    }

    /// `proxy_redirect default`, `off`, `FROM TO`, `~EXPRESSION TO`. Nil for `off`.
    func redirect(_ directive: NginxDirective) throws(Diagnostic) -> NginxRedirect? {
        let first = directive.arguments[0]
        if directive.arguments.count == 1 {
            switch first.text {
            case "off", "false": return nil
            case "default": return .standard
            default: throw self.mistake(first.place, "invalid parameter \"\(first.text)\"")
            }
        }
        return .rule(try self.textRule(directive))
    }

    /// `proxy_cookie_path off`, `FROM TO`, `~EXPRESSION TO`. Nil for `off`.
    func cookieRule(_ directive: NginxDirective) throws(Diagnostic) -> RewriteText? {
        if directive.arguments.count == 1 {
            let token = directive.arguments[0]
            guard token.text == "off" else {
                throw self.mistake(token.place, "invalid parameter \"\(token.text)\"")
            }
            return nil
        }
        return try self.textRule(directive)
    }

    private func textRule(_ directive: NginxDirective) throws(Diagnostic) -> RewriteText {
        let (from, to) = (directive.arguments[0], directive.arguments[1])
        let replacement = try self.value(to)
        guard from.text.hasPrefix("~") else {
            return .prefix(try self.value(from), replacement: replacement)
        }
        let ignoresCase = from.text.hasPrefix("~*")
        let expression = String(from.text.dropFirst(ignoresCase ? 2 : 1))
        return .pattern(
            try self.pattern(expression, from.place, ignoresCase: ignoresCase),
            replacement: replacement)
    }
}
