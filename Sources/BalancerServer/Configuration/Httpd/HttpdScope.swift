import LoadBalancing
import SystemInterface

/// Where a directive of httpd may stand.
struct HttpdContexts: OptionSet, Sendable {
    let rawValue: UInt32

    /// The main part and virtual hosts.
    static let server = HttpdContexts(rawValue: 1)
    /// `<Location>`.
    static let location = HttpdContexts(rawValue: 2)
    /// `<Proxy>`.
    static let proxy = HttpdContexts(rawValue: 4)
    /// `<Directory>`, `<Files>`.
    static let directory = HttpdContexts(rawValue: 8)

    static let sections: HttpdContexts = [.location, .proxy, .directory]
    static let everywhere: HttpdContexts = [.server, .location, .proxy, .directory]
}

/// The settings of the main server, a virtual host, or one section in it, while they are read.
struct HttpdScope {
    var context: HttpdContexts = .server

    // Servers.
    var serverName = ""
    var aliases: [String] = []
    var documentRoot = "htdocs"
    var connection = ConnectionSettings()
    var settings = LocationSettings()
    var timeout: Duration = .seconds(60)
    var proxyTimeout: Duration?
    var keepsAlive = true
    var keepAliveTimeout: Duration = .seconds(5)
    var customLogs: [AccessLog] = []
    var hasOwnLogs = false
    var via = ViaPolicy.off
    var preservesHost = false
    var addsForwarded = true
    var overridesErrors = false
    var requestFields: [RequestField] = []
    var passes: [HttpdPass] = []
    var reverses: [HttpdReverse] = []
    var cookiePaths: [RewriteText] = []
    var cookieDomains: [RewriteText] = []
    var redirectSteps: [RewriteStep] = []
    var locations: [HttpdSection] = []
    var directories: [HttpdSection] = []
    var deniedFiles: [BoundPattern] = []
    /// `<Proxy *>`, or the group's own section.
    var proxyAccess: HttpdAccess?
    var groupAccess: [Int: HttpdAccess] = [:]

    // Sections.
    var access = HttpdAccess()
    /// The path of the section, or the number of the group.
    var path = ""
    var group: Int?
}

/// A `<Location>` or `<Directory>` with who may.
struct HttpdSection {
    var path: String
    var access: HttpdAccess
}

/// `ProxyPass`: the first of them that fits a path counts.
struct HttpdPass {
    var path: String
    var pattern: BoundPattern?
    /// Nil for `!`: not passed on.
    var target: HttpdTarget?
}

/// Where a `ProxyPass` leads.
struct HttpdTarget {
    var group: Int
    /// The path after the host, empty for none.
    var path: String
    /// The path with groups of the expression, for `ProxyPassMatch`.
    var value: ComplexValue?
}

/// `ProxyPassReverse`.
struct HttpdReverse {
    var path: String
    var url: String
}

/// `Order`, `Allow`, `Deny` and `Require` of one section.
struct HttpdAccess {
    var allowsLast: Bool?
    var allow: [NetworkRange] = []
    var deny: [NetworkRange] = []
    var require: AccessPolicy?

    /// Whether any of them was there.
    var isGiven: Bool {
        self.allowsLast != nil || !self.allow.isEmpty || !self.deny.isEmpty || self.require != nil
    }

    /// Who may. Both kinds together: the addresses of `Order` decide when `Require` lets all in.
    var policy: AccessPolicy {
        let hasOrder = self.allowsLast != nil || !self.allow.isEmpty || !self.deny.isEmpty
        guard hasOrder else { return self.require ?? .everyone }
        if self.require == .nobody { return .nobody }
        return .order(
            allowsLast: self.allowsLast ?? true, allow: self.allow, deny: self.deny)
    }
}
