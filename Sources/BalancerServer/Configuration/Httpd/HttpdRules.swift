import Base
import LoadBalancing
import SystemInterface

/// What is known of a directive of httpd.
struct HttpdRule: Sendable {
    typealias Action =
        @Sendable (inout HttpdScope, HttpdDirective, HttpdCompiler) throws(Diagnostic) -> Void

    let contexts: HttpdContexts
    let argumentCount: ClosedRange<Int>
    let isSection: Bool
    let action: Action

    init(
        _ contexts: HttpdContexts, _ argumentCount: ClosedRange<Int>, isSection: Bool = false,
        action: @escaping Action
    ) {
        self.contexts = contexts
        self.argumentCount = argumentCount
        self.isSection = isSection
        self.action = action
    }

    /// Any number of words from `minimum` on.
    static func many(_ minimum: Int) -> ClosedRange<Int> { minimum...Int.max }

    /// Read and left alone.
    static let withoutEffect = HttpdRule(.everywhere, Self.many(0)) {
        _, _, _ throws(Diagnostic) in
    }

    /// Known but refused.
    static func refused(_ reason: String, isSection: Bool = false) -> HttpdRule {
        HttpdRule(.everywhere, Self.many(0), isSection: isSection) {
            _, directive, compiler throws(Diagnostic) in
            throw compiler.mistake(
                directive.place, "\(directive.name) is not supported: \(reason)")
        }
    }
}

/// All directives of httpd that are known, by name in lower case.
enum HttpdRules {
    static let all: [String: HttpdRule] = {
        var all: [String: HttpdRule] = [:]
        for table in [
            Self.servers, Self.proxying, Self.access, Self.sections, Self.logging, Self.others,
        ] {
            all.merge(table) { first, _ in
                preconditionFailure("a directive has one rule, \(first.contexts) has two")
            }
        }
        return all
    }()

    /// Servers and their connections.
    private static let servers: [String: HttpdRule] = [
        "listen": HttpdRule(.server, 1...2) { _, directive, compiler throws(Diagnostic) in
            try compiler.listen(directive)
        },
        "servername": HttpdRule(.server, 1...1) { scope, directive, _ throws(Diagnostic) in
            var name = directive.arguments[0].text
            if let scheme = name.range(of: "://") { name = String(name[scheme.upperBound...]) }
            scope.serverName = HttpdAddress.split(name)?.host ?? name
        },
        "serveralias": HttpdRule(.server, HttpdRule.many(1)) {
            scope, directive, _ throws(Diagnostic) in
            scope.aliases += directive.arguments.map(\.text)
        },
        "documentroot": HttpdRule(.server, 1...1) { scope, directive, compiler throws(Diagnostic) in
            var root = compiler.path(directive.arguments[0].text)
            while root.count > 1, root.hasSuffix("/") { root.removeLast() }
            scope.documentRoot = root
        },
        "directoryindex": HttpdRule(.everywhere, HttpdRule.many(1)) {
            scope, directive, _ throws(Diagnostic) in
            scope.settings.index = directive.arguments.map { ComplexValue($0.text) }
        },
        "timeout": HttpdRule(.server, 1...1) { scope, directive, compiler throws(Diagnostic) in
            scope.timeout = try compiler.duration(directive.arguments[0])
            scope.connection.headerTimeout = scope.timeout
            scope.settings.bodyTimeout = scope.timeout
            scope.settings.sendTimeout = scope.timeout
        },
        "keepalive": HttpdRule(.server, 1...1) { scope, directive, compiler throws(Diagnostic) in
            scope.keepsAlive = try compiler.flag(directive)
        },
        "keepalivetimeout": HttpdRule(.server, 1...1) {
            scope, directive, compiler throws(Diagnostic) in
            scope.keepAliveTimeout = try compiler.duration(directive.arguments[0])
        },
        "maxkeepaliverequests": HttpdRule(.server, 1...1) {
            scope, directive, compiler throws(Diagnostic) in
            let count = try compiler.number(directive.arguments[0])
            scope.settings.keepAliveRequestCountMax = count == 0 ? Int.max : count
        },
        "limitrequestbody": HttpdRule(.everywhere, 1...1) {
            scope, directive, compiler throws(Diagnostic) in
            scope.settings.bodyByteCountMax = try compiler.number(directive.arguments[0])
        },
        "limitrequestfields": HttpdRule(.server, 1...1) {
            scope, directive, compiler throws(Diagnostic) in
            let count = try compiler.number(directive.arguments[0])
            scope.connection.headerFieldCountMax = count == 0 ? Int.max : count
        },
        "limitrequestfieldsize": HttpdRule(.server, 1...1) {
            scope, directive, compiler throws(Diagnostic) in
            scope.connection.headerLineByteCountMax = try compiler.number(directive.arguments[0])
        },
        "servertokens": HttpdRule(.server, 1...1) { scope, directive, _ throws(Diagnostic) in
            let isShort = ["prod", "productonly"].contains(directive.arguments[0].text.lowercased())
            scope.settings.serverSignature = isShort ? .nameOnly : .full
        },
        "pidfile": HttpdRule(.server, 1...1) { _, directive, compiler throws(Diagnostic) in
            compiler.process.pidPath = compiler.path(directive.arguments[0].text)
        },
        "serverroot": HttpdRule(.server, 1...1) { _, _, _ throws(Diagnostic) in },
        "gracefulshutdowntimeout": HttpdRule(.server, 1...1) {
            _, directive, compiler throws(Diagnostic) in
            let limit = try compiler.duration(directive.arguments[0])
            if limit > .zero { compiler.process.shutdownTimeout = limit }
        },
        "traceenable": HttpdRule(.server, 1...1) { _, _, _ throws(Diagnostic) in },
        "addtype": HttpdRule(.everywhere, HttpdRule.many(2)) {
            scope, directive, _ throws(Diagnostic) in
            for word in directive.arguments.dropFirst() {
                let name = word.text.hasPrefix(".") ? String(word.text.dropFirst()) : word.text
                scope.settings.contentTypes[name.lowercased()] = directive.arguments[0].text
            }
        },
        "errordocument": HttpdRule(.everywhere, 2...2) {
            scope, directive, compiler throws(Diagnostic) in
            let target = directive.arguments[1].text
            let status = try compiler.number(directive.arguments[0])
            guard (300...599).contains(status) else {
                throw compiler.mistake(
                    directive.arguments[0].place,
                    "Unsupported HTTP response code \(directive.arguments[0].text)")
            }
            guard target.hasPrefix("/") || target.holds("://") else {
                compiler.notice(directive.place, "ErrorDocument with a text is without effect")
                return
            }
            scope.settings.errorPages.append(
                ErrorPage(
                    statuses: [status], answer: .unchanged, target: ComplexValue(target)))
        },
    ]

    private static let sections: [String: HttpdRule] = [
        "virtualhost": HttpdRule(.server, HttpdRule.many(1), isSection: true) {
            // Run when the main server is known.
            _, _, _ throws(Diagnostic) in
        },
        "location": HttpdRule(.server, 1...1, isSection: true) {
            scope, directive, compiler throws(Diagnostic) in
            let path = directive.arguments[0].text
            guard path.hasPrefix("/"), !path.contains("*") else {
                throw compiler.mistake(
                    directive.arguments[0].place,
                    "<Location> takes a path that begins with / and has no wildcards")
            }
            let access = try compiler.section(
                directive, in: &scope, context: .location, path: path)
            scope.locations.append(HttpdSection(path: path, access: access))
        },
        "proxy": HttpdRule(.server, 1...1, isSection: true) {
            scope, directive, compiler throws(Diagnostic) in
            let url = directive.arguments[0].text
            if url.lowercased().hasPrefix("balancer://") {
                let group = compiler.group(named: HttpdURL.balancerName(url))
                let access = try compiler.section(
                    directive, in: &scope, context: .proxy, path: url, group: group)
                if access.isGiven { scope.groupAccess[group] = access }
                return
            }
            let access = try compiler.section(directive, in: &scope, context: .proxy, path: url)
            guard access.isGiven else { return }
            guard url == "*" || url == "http://*" else {
                throw compiler.mistake(
                    directive.place, "access to <Proxy \(url)> alone is not supported, expected *")
            }
            scope.proxyAccess = access
        },
        "directory": HttpdRule(.server, 1...2, isSection: true) {
            scope, directive, compiler throws(Diagnostic) in
            guard directive.arguments.count == 1 else {
                throw compiler.mistake(directive.place, "<Directory ~> is not supported")
            }
            let path = directive.arguments[0].text
            let access = try compiler.section(
                directive, in: &scope, context: .directory, path: path)
            scope.directories.append(HttpdSection(path: path, access: access))
        },
        "filesmatch": HttpdRule([.server, .directory], 1...1, isSection: true) {
            scope, directive, compiler throws(Diagnostic) in
            let word = directive.arguments[0]
            let access = try compiler.section(
                directive, in: &scope, context: .directory, path: word.text)
            guard access.isGiven, access.policy != .everyone else { return }
            let text = word.text.hasPrefix("^") ? "/" + word.text.dropFirst() : word.text
            scope.deniedFiles.append(try compiler.pattern(text, word.place))
        },
        "files": .refused("expected <FilesMatch>", isSection: true),
        "locationmatch": .refused("expected <Location>", isSection: true),
        "directorymatch": .refused("expected <Directory>", isSection: true),
        "proxymatch": .refused("expected <Proxy>", isSection: true),
        "limit": .refused("access by method", isSection: true),
        "limitexcept": .refused("access by method", isSection: true),
        "if": .refused("expressions", isSection: true),
        "requireall": .refused("expected Require", isSection: true),
        "requireany": .refused("expected Require", isSection: true),
        "requirenone": .refused("expected Require", isSection: true),
    ]

    private static let others: [String: HttpdRule] = {
        var table: [String: HttpdRule] = [:]
        for name in [
            "loadmodule", "user", "group", "serveradmin", "serversignature", "hostnamelookups",
            "usecanonicalname", "usecanonicalphysicalport", "mutex", "options", "allowoverride",
            "accessfilename", "typesconfig", "addencoding", "addlanguage", "addcharset",
            "adddefaultcharset", "addoutputfilter", "mimemagicfile", "enablesendfile",
            "enablemmap", "maxrequestworkers", "maxconnectionsperchild", "maxspareservers",
            "minspareservers", "startservers", "serverlimit", "threadsperchild", "threadlimit",
            "minsparethreads", "maxsparethreads", "asyncrequestworkerfactor", "listenbacklog",
            "requestreadtimeout", "extendedstatus", "proxystatus", "browsermatch", "setenvif",
            "setenvifnocase", "setenv", "passenv", "defaultruntimedir", "coredumpdirectory",
            "protocols", "proxyiobuffersize", "proxyreceivebuffersize", "proxymaxforwards",
            "proxybadheader", "proxyblock", "balancerinherit", "balancergrowth", "balancerpersist",
            "addhandler", "sethandler", "indexoptions", "addicon", "filetag", "contentdigest",
            "namevirtualhost", "rlimitcpu", "rlimitmem", "rlimitnproc", "setoutputfilter",
            "defaulttype", "acceptfilter", "fileetag", "httpprotocoloptions",
            "limitinternalrecursion", "limitrequestline", "proxysourceaddress", "scriptsock",
            "serverpath", "addiconbytype", "addiconbyencoding", "defaulticon", "readmename",
            "headername", "indexignore", "languagepriority", "forcelanguagepriority",
        ] {
            table[name] = .withoutEffect
        }
        for name in ["authtype", "authname", "authuserfile", "authgroupfile", "satisfy"] {
            table[name] = .refused("to leave it out would let in whom it keeps out")
        }
        for name in ["sslengine", "sslcertificatefile", "sslcertificatekeyfile", "sslproxyengine"] {
            table[name] = .refused("TLS is not there yet")
        }
        for name in [
            "rewriterule", "rewritecond", "rewritemap", "alias", "aliasmatch", "scriptalias",
        ] {
            table[name] = .refused("it would change answers; expected ProxyPass or Redirect")
        }
        table["rewriteengine"] = HttpdRule(.everywhere, 1...1) {
            _, directive, compiler throws(Diagnostic) in
            guard try compiler.flag(directive) else { return }
            throw compiler.mistake(directive.place, "RewriteEngine On is not supported")
        }
        return table
    }()
}
