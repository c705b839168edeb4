import Base
import PatternMatching

extension NginxRules {
    /// Servers, locations, maps and what chooses between them.
    static let http: [String: NginxRule] = [
        "server": NginxRule(
            [.http, .upstream], NginxRule.many(0), isRepeatable: true, isLate: true
        ) { block, directive, compiler throws(Diagnostic) in
            if block.context == .upstream {
                try compiler.upstreamServer(directive, in: &block)
            } else {
                try compiler.server(directive, in: block)
            }
        },
        "listen": NginxRule(.server, NginxRule.many(1), isRepeatable: true) {
            block, directive, compiler throws(Diagnostic) in
            block.listens += try compiler.listen(directive)
        },
        "server_name": NginxRule(.server, NginxRule.many(1), isRepeatable: true) {
            block, directive, compiler throws(Diagnostic) in
            for token in directive.arguments {
                block.names += try compiler.serverName(token)
            }
        },
        "location": NginxRule(
            [.server, .location], 1...2, isBlock: true, isRepeatable: true, isLate: true
        ) { block, directive, compiler throws(Diagnostic) in
            try compiler.location(directive, in: &block)
        },
        // Declared and compiled before the other directives of `http`.
        "map": NginxRule(.http, 2...2, isBlock: true, isRepeatable: true) {
            _, _, _ throws(Diagnostic) in
        },
        "upstream": NginxRule(.http, 1...1, isBlock: true, isRepeatable: true) {
            _, _, _ throws(Diagnostic) in
        },
        "allow": NginxRule(.allAndIf, 1...1, isRepeatable: true) {
            block, directive, compiler throws(Diagnostic) in
            try compiler.accessRule(directive, isAllowed: true, in: &block)
        },
        "deny": NginxRule(.allAndIf, 1...1, isRepeatable: true) {
            block, directive, compiler throws(Diagnostic) in
            try compiler.accessRule(directive, isAllowed: false, in: &block)
        },
        "internal": NginxRule(.location, 0...0) { block, _, _ throws(Diagnostic) in
            block.settings.isInternal = true
        },
        "error_page": NginxRule(.allAndIf, NginxRule.many(2), isRepeatable: true) {
            block, directive, compiler throws(Diagnostic) in
            let page = try compiler.errorPage(directive)
            if block.beginsList("error_page") { block.settings.errorPages = [] }
            block.settings.errorPages.append(page)
        },
        "recursive_error_pages": .flag(.all, \.settings.followsErrorPagesAgain),
        "add_header": NginxRule(.allAndIf, 2...3, isRepeatable: true) {
            block, directive, compiler throws(Diagnostic) in
            let isAlways = directive.arguments.count == 3
            if isAlways, directive.text(2) != "always" {
                throw compiler.mistake(
                    directive.arguments[2].place, "invalid parameter \"\(directive.text(2))\"")
            }
            let field = AddedField(
                name: directive.text(0), value: try compiler.value(directive.arguments[1]),
                isAlways: isAlways)
            if block.beginsList("add_header") { block.settings.addedFields = [] }
            block.settings.addedFields.append(field)
        },
        "server_tokens": NginxRule(.all, 1...1) { block, directive, compiler throws(Diagnostic) in
            switch directive.text(0) {
            case "on", "build": block.settings.serverSignature = .full
            case "off": block.settings.serverSignature = .nameOnly
            case "": block.settings.serverSignature = .none
            default:
                throw compiler.mistake(
                    directive.arguments[0].place, "invalid value \"\(directive.text(0))\"")
            }
        },
        "absolute_redirect": .flag(.all, \.settings.redirectsAbsolutely),
        "server_name_in_redirect": .flag(.all, \.settings.namesServerInRedirect),
        "port_in_redirect": .flag(.all, \.settings.namesPortInRedirect),
        "log_not_found": .flag(.all, \.settings.logsNotFound),
        "stub_status": NginxRule([.server, .location], 0...1) {
            block, _, _ throws(Diagnostic) in
            block.content = .statistics
        },
        "empty_gif": NginxRule(.location, 0...0) { block, _, _ throws(Diagnostic) in
            block.content = .emptyPicture
        },
    ]

    /// Limits and time-outs of connections.
    static let connections: [String: NginxRule] = [
        "client_header_timeout": .duration([.http, .server], \.connection.headerTimeout),
        "client_header_buffer_size": .withoutEffect([.http, .server]),
        "large_client_header_buffers": NginxRule([.http, .server], 2...2) {
            block, directive, compiler throws(Diagnostic) in
            let count = try compiler.number(directive.arguments[0])
            let size = try compiler.size(directive.arguments[1])
            guard count > 0 else {
                throw compiler.mistake(
                    directive.arguments[0].place, "invalid value \"\(directive.text(0))\"")
            }
            block.connection.headerLineByteCountMax = size
            // The limit of the whole head may not overflow for absurd settings.
            block.connection.headerByteCountMax = min(size, 1 << 30) * min(count, 1 << 20)
        },
        "max_headers": .number([.http, .server], \.connection.headerFieldCountMax),
        "underscores_in_headers": .flag([.http, .server], \.connection.allowsUnderscores),
        "merge_slashes": .flag([.http, .server], \.connection.mergesSlashes),
        "ignore_invalid_headers": .withoutEffect([.http, .server]),
        "client_max_body_size": .size(.all, \.settings.bodyByteCountMax),
        "client_body_timeout": .duration(.all, \.settings.bodyTimeout),
        "send_timeout": .duration(.all, \.settings.sendTimeout),
        "keepalive_requests": NginxRule([.http, .server, .location, .upstream], 1...1) {
            block, directive, compiler throws(Diagnostic) in
            let count = try compiler.number(directive.arguments[0])
            if block.context == .upstream {
                block.upstream.keepAlive.requestCountMax = count
            } else {
                block.settings.keepAliveRequestCountMax = count
            }
        },
        "keepalive_time": NginxRule([.http, .server, .location, .upstream], 1...1) {
            block, directive, compiler throws(Diagnostic) in
            let time = try compiler.duration(directive.arguments[0])
            if block.context == .upstream {
                block.upstream.keepAlive.lifetime = time
            } else {
                block.settings.keepAliveLifetime = time
            }
        },
        "sendfile": NginxRule(.allAndIf, 1...1) { block, directive, compiler throws(Diagnostic) in
            block.settings.usesSendFile = try compiler.flag(directive)
        },
        "tcp_nodelay": .flag(.all, \.settings.disablesNagle),
    ]
}
