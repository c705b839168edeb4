import LoadBalancing
import PatternMatching
import SystemInterface

/// The settings gathered while a block is read; inner blocks begin with a copy of the outer one's.
struct NginxBlock {
    /// What kind of block it is.
    var context: NginxContexts = .main

    // What inner blocks inherit.
    var process = ProcessSettings()
    var connection = ConnectionSettings()
    var settings = LocationSettings()
    var proxy = ProxySettings(target: .upstream(-1))
    var hiddenFields: [String] = []
    var passedFields: [String] = []
    var requestFields: [RequestField] = []
    var redirects: [NginxRedirect] = [.standard]
    var accessRules: [AccessRule] = []
    /// Whether an `access_log` was there; else the default applies.
    var hasAccessLog = false
    var hasIndex = false

    // What belongs to this block alone.
    var seen: Set<String> = []
    var steps: [RewriteStep] = []
    var locations: [(location: Location, pattern: BoundPattern?)] = []
    var listens: [NginxListen] = []
    var names: [NginxServerName] = []
    var upstream = UpstreamSettings(index: -1, name: "")
    var isMethodSet = false

    // What a location is.
    var locationName = ""
    var locationKind = Location.Kind.nameless
    var proxyPass: NginxProxyPass?
    var content = ContentHandler.files

    /// The beginning of an inner block.
    func inner(_ context: NginxContexts) -> NginxBlock {
        var block = self
        block.context = context
        block.seen = []
        block.steps = []
        block.locations = []
        block.listens = []
        block.names = []
        if context != .locationIf {
            block.proxyPass = nil
            block.content = .files
            block.settings.tryFiles = nil
            block.settings.isInternal = false
        }
        return block
    }

    /// Lists are inherited as a whole: the first directive of a block begins anew.
    ///
    /// - Returns: whether it is the first of `name`, a word for the list.
    mutating func beginsList(_ name: String) -> Bool { self.seen.insert("list " + name).inserted }
}

/// One `proxy_redirect` line.
enum NginxRedirect {
    /// The address in `proxy_pass` becomes the location's path.
    case standard
    /// A rule of its own.
    case rule(RewriteText)
}

/// What `proxy_pass` said.
struct NginxProxyPass {
    var target: ProxyTarget
    /// Scheme, host and port as written.
    var base: String
    /// What stands after the host: nil for nothing.
    var path: String?
    var host: String
    var port: UInt16
}

/// One `listen` line.
struct NginxListen {
    var address: SocketAddress
    var isDefault = false
    var backlog: Int?
    var isIPv6Only = true
    var reusesPort = false
    var keepsAlive = false
    var place: ConfigurationPlace
}

/// One word of `server_name`.
enum NginxServerName {
    case exact(String, ConfigurationPlace)
    case headWildcard(String, ConfigurationPlace)
    case tailWildcard(String, ConfigurationPlace)
    case pattern(BoundPattern)
}
