import Base
import DaemonKit
import EventLoop
import HTTPProtocol
import Logging
package import Sessions
package import Synchronization
import SystemInterface

/// A deployed web application: its folder, its settings, its sessions. Any thread.
///
/// It lives from its deployment to its removal; a change of its web.xml makes a new one, which
/// takes the session manager over, so that sessions stay.
package final class WebApplication: Sendable {
    /// Where configuration put it.
    package let configuration: ContextConfiguration
    /// What its web.xml says.
    package let web: WebConfiguration
    /// The folder of its pages with links resolved, and what must begin every path served from it.
    package let root: String
    /// The keeper of its sessions.
    package let sessions: SessionManager
    /// The name of the session cookie and of the path parameter.
    package let cookieName: String, parameterName: String
    /// The attributes of the session cookie, as written after its value.
    package let cookieAttributes: String, secureCookieAttributes: String
    /// Its compiled pages.
    let pages: PageCache
    /// The files whose change redeploys it, with their times.
    let watched: [String: Int64]
    /// The host it belongs to.
    package let hostName: String
    /// Objects of the application, shared by its pages.
    package let attributes = Mutex<[String: SessionValue]>([:])
    /// The access logs of this context.
    package let accessLogs: [AccessLogFile]
    private let requestCounter = Atomic<Int>(0)
    private let errorCounter = Atomic<Int>(0)

    init(
        _ configuration: ContextConfiguration, web: WebConfiguration, hostName: String,
        jvmRoute: String?, logger: Logger, events: EventHub?, inheriting old: WebApplication?
    ) throws {
        self.configuration = configuration
        self.web = web
        self.hostName = hostName
        self.root = (try? Files.resolve(configuration.docBase)) ?? configuration.docBase
        self.pages = PageCache(root: self.root)
        self.cookieName = configuration.cookieName ?? web.cookie.name ?? "JSESSIONID"
        self.parameterName =
            (configuration.cookieName ?? web.cookie.name)?.lowercased() ?? "jsessionid"
        let attributes = Self.cookieAttributes(configuration, web)
        self.cookieAttributes = attributes.plain
        self.secureCookieAttributes = attributes.secure
        self.watched = Self.times(of: Self.watchedFiles(configuration))
        self.accessLogs = configuration.accessLogs.map {
            AccessLogFile(settings: $0, logger: logger)
        }
        if let old, old.configuration.manager == configuration.manager {
            self.sessions = old.sessions
        } else {
            let minutes = Int32(clamping: web.sessionTimeoutMinutes)
            self.sessions = try SessionManager(
                settings: configuration.manager,
                context: SessionContext(
                    host: hostName, name: String(configuration.path.dropFirst()),
                    jvmRoute: jvmRoute, sessionTimeoutSeconds: minutes * 60)
            ) { line in logger.warning("\(line)") }
            self.sessions.tell(nodesTo: events)
        }
    }

    /// `""` for the root, else `/name`.
    package var path: String { self.configuration.path }
    /// How many requests it has had.
    package var requestCount: Int { self.requestCounter.load(ordering: .relaxed) }
    /// How many of them ended with a status of 500 and above.
    package var errorCount: Int { self.errorCounter.load(ordering: .relaxed) }

    func countRequest(status: Int) {
        self.requestCounter.wrappingAdd(1, ordering: .relaxed)
        if status >= 500 { self.errorCounter.wrappingAdd(1, ordering: .relaxed) }
    }

    /// Whether a watched file has come, changed or gone.
    var hasChanged: Bool {
        Self.times(of: Self.watchedFiles(self.configuration)) != self.watched
    }

    /// A path of the application as a path of the file system.
    package func filePath(_ path: String) -> String { self.root + path }

    private static func watchedFiles(_ configuration: ContextConfiguration) -> [String] {
        configuration.sources
            + (configuration.isReloadable || configuration.sources.isEmpty
                ? [] : [configuration.docBase])
            + ["\(configuration.docBase)/WEB-INF/web.xml"]
    }

    private static func times(of paths: [String]) -> [String: Int64] {
        var times: [String: Int64] = [:]
        for path in paths {
            guard let status = try? Files.status(path) else { continue }
            // A folder's time changes with each file in it; only its being there counts.
            times[path] = status.kind == .directory ? 0 : status.modifiedUnixNanoseconds
        }
        return times
    }

    private static func cookieAttributes(
        _ configuration: ContextConfiguration, _ web: WebConfiguration
    ) -> (plain: String, secure: String) {
        var path = configuration.cookiePath ?? web.cookie.path ?? configuration.path
        if path.isEmpty { path = "/" }
        if configuration.cookiePathHasTrailingSlash, !path.hasSuffix("/") { path += "/" }
        var text = ""
        if let seconds = web.cookie.maxAgeSeconds { text += "; Max-Age=\(seconds)" }
        if let domain = configuration.cookieDomain ?? web.cookie.domain {
            text += "; Domain=\(domain)"
        }
        text += "; Path=\(path)"
        var end = ""
        if web.cookie.isHTTPOnly ?? configuration.isCookieHTTPOnly { end += "; HttpOnly" }
        if let value = web.cookie.sameSite ?? configuration.cookieSameSite {
            end += "; SameSite=\(value)"
        }
        let isSecure = web.cookie.isSecure ?? false
        return (text + (isSecure ? "; Secure" : "") + end, text + "; Secure" + end)
    }
}
