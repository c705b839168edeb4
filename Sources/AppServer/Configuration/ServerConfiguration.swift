package import Base
package import HTTPTransport
package import PatternMatching
package import Sessions

/// All that `server.xml` and what it points to say, checked and typed. Immutable; any thread.
package struct ServerConfiguration: Sendable {
    /// The Tomcat base folder, absolute.
    package var base: String
    /// The file it was read from.
    package var file: String
    /// The port for the shutdown word; nil when there is none (`port="-1"`).
    package var shutdownPort: UInt16?
    /// Where that port listens, and the word that stops the server.
    package var shutdownAddress = "localhost", shutdownWord = "SHUTDOWN"
    /// The services in order.
    package var services: [ServiceConfiguration] = []
    /// The file of the user database, or nil.
    package var userDatabasePath: String?
    /// What was ignored or replaced, with its places, in the order of the files.
    package var notices: [Diagnostic] = []
}

/// Connectors and the engine they feed.
package struct ServiceConfiguration: Sendable {
    /// Its name, unique in the server.
    package var name: String
    /// Where requests come in.
    package var connectors: [ConnectorConfiguration] = []
    /// Who answers them.
    package var engine: EngineConfiguration
}

/// Where requests come in, and how they are read.
package struct ConnectorConfiguration: Sendable {
    /// The listening address as far as the file says it; a host name is resolved at the start.
    package enum Endpoint: Hashable, Sendable, CustomStringConvertible {
        /// A port at an address or host name; nil means all addresses, IPv4 and IPv6.
        case tcp(host: String?, port: UInt16)
        /// A socket in the file system.
        case unix(String)

        package var description: String {
            switch self {
            case .tcp(let host, let port): "\(host ?? "*"):\(port)"
            case .unix(let path): "unix:\(path)"
            }
        }
    }

    /// Where it listens.
    package var endpoint: Endpoint
    /// Where the element stands, for messages about it.
    package var place = Diagnostic(file: "", message: "")
    /// The element's attributes as they were written, to see what a reload would change.
    package var attributes: [String: String] = [:]
    /// How many connections may wait to be accepted.
    package var acceptCount: Int32 = 100
    /// The permission bits of a UNIX socket.
    package var socketPermissions: UInt32?
    /// How connections are treated.
    package var http = ServerSettings()
    /// The largest form body whose parameters are read, in bytes; nil without limit.
    package var formByteCountMax: Int? = 2 << 20
    /// How many parameters a request may have.
    package var parameterCountMax = 1_000
    /// `scheme`, `secure`, `proxyName`, `proxyPort` as requests see them.
    package var scheme = "http", isSecure = false, proxyName: String?, proxyPort: Int?
    /// The port to which confidential pages are redirected.
    package var redirectPort = 443
    /// Whether TRACE is answered.
    package var allowsTrace = false

    /// The name of the log lines: `http-nio-127.0.0.1-8084` in Tomcat, `http-127.0.0.1:8084` here.
    package var name: String { "http-\(self.endpoint)" }
}

/// The hosts of a service.
package struct EngineConfiguration: Sendable {
    /// The engine's name.
    package var name: String
    /// The host for requests to no known name.
    package var defaultHost: String
    /// Ends every session id, after a dot.
    package var jvmRoute: String?
    /// The hosts, the default one among them.
    package var hosts: [HostConfiguration] = []
    /// Access logs of the whole engine.
    package var accessLogs: [AccessLogSettings] = []
    /// Where the client's address is taken from a proxy's header.
    package var remoteIP: RemoteIPSettings?
}

/// A virtual host.
package struct HostConfiguration: Sendable {
    /// Its name and other names, in lower case; `*.example.org` stands for all below it.
    package var name: String, aliases: [String] = []
    /// The folder of its web applications, absolute.
    package var appBase: String
    /// Whether folders that come and go are deployed while the server runs, and at its start.
    package var autoDeploy = true, deployOnStartup = true
    /// Folders of these names (whole match) are left alone.
    package var deployIgnore: Pattern?
    /// The contexts written in the file.
    package var contexts: [ContextConfiguration] = []
    /// What `conf/context.xml` and `conf/<Engine>/<Host>/context.xml.default` give every context.
    package var contextDefaults: [XMLDocument] = []
    /// The folder of context files, `conf/<Engine>/<Host>`.
    package var contextFolder = ""
    /// Access logs of the host.
    package var accessLogs: [AccessLogSettings] = []
    /// Where the client's address is taken from a proxy's header.
    package var remoteIP: RemoteIPSettings?
}

/// A web application as configuration describes it, before its own web.xml.
package struct ContextConfiguration: Sendable {
    /// `""` for the root, else `/name`.
    package var path: String
    /// The folder of its pages, absolute.
    package var docBase: String
    /// Whether a changed web.xml reloads it.
    package var isReloadable = false
    /// Whether sessions use cookies.
    package var usesCookies = true
    /// What the cookie's attributes are where they are set.
    package var cookieName: String?, cookiePath: String?, cookieDomain: String?
    /// The cookie's flags; `HttpOnly` is on unless said otherwise.
    package var isCookieHTTPOnly = true, cookieSameSite: String?
    /// Whether the cookie's path ends with a slash.
    package var cookiePathHasTrailingSlash = false
    /// Whether `/app` is redirected to `/app/`.
    package var redirectsRoot = true
    /// Who keeps its sessions.
    package var manager = SessionManagerSettings()
    /// Parameters for `application.getInitParameter`.
    package var parameters: [String: String] = [:]
    /// Access logs of the context.
    package var accessLogs: [AccessLogSettings] = []
    /// The files whose change redeploys it, besides its web.xml.
    package var sources: [String] = []
}

/// A log of requests.
package struct AccessLogSettings: Sendable {
    /// The folder, absolute; the file's name before and after the date.
    package var directory: String, prefix = "access_log", suffix = ""
    /// The line's pattern, compiled.
    package var pattern: AccessLogPattern
    /// The date in the file's name, in Java's letters; whether a new day begins a new file.
    package var dateFormat = ".yyyy-MM-dd", isRotated = true
    /// Whether lines wait to be written together.
    package var isBuffered = true
    /// The request attribute that must be absent, or present, for a line.
    package var conditionUnless: String?, conditionIf: String?
    /// Days after which old files are removed; nil never.
    package var dayCountMax: Int?
}

/// RemoteIpValve: the client's address is what a trusted proxy says it is.
package struct RemoteIPSettings: Sendable {
    /// The header with the addresses, and the one with the protocol.
    package var addressHeader = "X-Forwarded-For", protocolHeader: String? = "X-Forwarded-Proto"
    /// The protocol header's value that means TLS.
    package var secureValue = "https"
    /// Addresses that are proxies (whole match).
    package var internalProxies: Pattern, trustedProxies: Pattern?
    /// The ports reported for both protocols.
    package var plainPort = 80, securePort = 443
}
