package import Base

/// What `conf/web.xml` and a web application's `WEB-INF/web.xml` say together.
package struct WebConfiguration: Sendable {
    /// A URL pattern and the page it leads to.
    package struct Mapping: Equatable, Sendable {
        /// `/exact`, `/prefix/*`, `*.extension`, `/` or `""`.
        package var pattern: String
        /// The page's path in the context.
        package var page: String
    }

    /// The cookie's attributes, where they are set.
    package struct Cookie: Equatable, Sendable {
        /// Its name, domain and path.
        package var name: String?, domain: String?, path: String?
        /// Its flags and its life in seconds.
        package var isHTTPOnly: Bool?, isSecure: Bool?, maxAgeSeconds: Int64?
        /// `Strict`, `Lax` or `None`.
        package var sameSite: String?
    }

    /// The context's parameters.
    package var parameters: [String: String] = [:]
    /// Minutes without a request after which a session ends; 0 and below: never.
    package var sessionTimeoutMinutes = 30
    /// The session cookie.
    package var cookie = Cookie()
    /// How session ids travel; nil leaves both ways open.
    package var tracksByCookie = true, tracksByURL = true
    /// The files that a folder's address leads to.
    package var welcomeFiles: [String] = []
    /// Pages for statuses, and for all others (nil key: none).
    package var errorPages: [Int: String] = [:], defaultErrorPage: String?
    /// Pages for exceptions by class name.
    package var exceptionPages: [String: String] = [:]
    /// Media types by file name ending, over the built-in ones.
    package var mediaTypes: [String: String] = [:]
    /// Addresses of pages (`jsp-file`).
    package var mappings: [Mapping] = []
    /// What is not done, with its places.
    package var notices: [Diagnostic] = []

    /// What holds without any web.xml.
    package init() {}

    /// The welcome files where no web.xml names any.
    package static let defaultWelcomeFiles = ["index.html", "index.htm", "index.jsp"]

    /// Lays a web.xml over what is there: parameters and types are added, lists replaced.
    package mutating func merge(_ document: XMLDocument) throws(Diagnostic) {
        guard document.root.name == "web-app" else {
            throw document.diagnostic(
                document.root.place,
                "the outermost element is <\(document.root.name)>; expected <web-app>")
        }
        var pages: [String: String] = [:]
        for child in document.root.children {
            switch child.name {
            case "context-param":
                self.parameters[try Self.required("param-name", child, document)] =
                    try Self.required("param-value", child, document)
            case "session-config": try self.mergeSession(child, document)
            case "welcome-file-list":
                self.welcomeFiles = child.children("welcome-file").map(\.text)
            case "error-page": try self.mergeErrorPage(child, document)
            case "mime-mapping":
                self.mediaTypes[try Self.required("extension", child, document).lowercased()] =
                    try Self.required("mime-type", child, document)
            case "servlet":
                if let page = try self.servlet(child, document) { pages[page.name] = page.file }
            case "servlet-mapping": try self.mapping(child, pages, document)
            case "security-constraint":
                throw document.diagnostic(
                    child.place,
                    "security-constraint is refused: log-in is not part of this version, and the "
                        + "pages would stand open")
            case "filter", "listener", "filter-mapping", "ejb-ref", "resource-ref", "env-entry":
                self.notices.append(
                    document.diagnostic(
                        child.place, "\(child.name) is ignored: no Java classes run here"))
            default: continue  // descriptions, jsp-config, roles: nothing to do for them here
            }
        }
    }

    private static func required(
        _ name: String, _ element: XMLElement, _ document: XMLDocument
    ) throws(Diagnostic) -> String {
        guard let text = element.childText(name) else {
            throw document.diagnostic(element.place, "\(element.name) needs a <\(name)>")
        }
        return text
    }

    private mutating func mergeSession(
        _ element: XMLElement, _ document: XMLDocument
    ) throws(Diagnostic) {
        if let child = element.children("session-timeout").first {
            guard let minutes = Int(child.text), abs(minutes) <= 525_600 else {
                throw document.diagnostic(
                    child.place, "session-timeout \"\(child.text)\": expected minutes")
            }
            self.sessionTimeoutMinutes = minutes
        }
        let modes = element.children("tracking-mode")
        if !modes.isEmpty {
            self.tracksByCookie = modes.contains { $0.text.uppercased() == "COOKIE" }
            self.tracksByURL = modes.contains { $0.text.uppercased() == "URL" }
            for mode in modes where !["COOKIE", "URL"].contains(mode.text.uppercased()) {
                throw document.diagnostic(
                    mode.place, "tracking-mode \"\(mode.text)\": expected COOKIE or URL")
            }
        }
        for config in element.children("cookie-config") {
            try self.mergeCookie(config, document)
        }
    }

    private mutating func mergeCookie(
        _ element: XMLElement, _ document: XMLDocument
    ) throws(Diagnostic) {
        for child in element.children {
            switch child.name {
            case "name": self.cookie.name = child.text
            case "domain": self.cookie.domain = child.text
            case "path": self.cookie.path = child.text
            case "http-only": self.cookie.isHTTPOnly = child.text.lowercased() == "true"
            case "secure": self.cookie.isSecure = child.text.lowercased() == "true"
            case "max-age":
                guard let seconds = Int64(child.text) else {
                    throw document.diagnostic(
                        child.place, "max-age \"\(child.text)\": expected seconds")
                }
                self.cookie.maxAgeSeconds = seconds < 0 ? nil : seconds
            case "attribute":
                if child.childText("attribute-name")?.lowercased() == "samesite" {
                    self.cookie.sameSite = child.childText("attribute-value")
                }
            default: continue
            }
        }
    }

    private mutating func mergeErrorPage(
        _ element: XMLElement, _ document: XMLDocument
    ) throws(Diagnostic) {
        let location = try Self.required("location", element, document)
        guard location.hasPrefix("/") else {
            throw document.diagnostic(
                element.place, "error-page location \"\(location)\": expected a leading \"/\"")
        }
        if let code = element.childText("error-code") {
            guard let status = Int(code), (400...599).contains(status) else {
                throw document.diagnostic(
                    element.place, "error-code \"\(code)\": expected 400 to 599")
            }
            self.errorPages[status] = location
        } else if let type = element.childText("exception-type") {
            self.exceptionPages[type] = location
        } else {
            self.defaultErrorPage = location
        }
    }

    private mutating func servlet(
        _ element: XMLElement, _ document: XMLDocument
    ) throws(Diagnostic) -> (name: String, file: String)? {
        let name = try Self.required("servlet-name", element, document)
        if let file = element.childText("jsp-file") {
            return (name, file.hasPrefix("/") ? file : "/\(file)")
        }
        let builtIn = ["DefaultServlet", "JspServlet"]
        let type = element.childText("servlet-class") ?? ""
        if !builtIn.contains(where: { type.hasSuffix(".\($0)") }) {
            self.notices.append(
                document.diagnostic(
                    element.place, "servlet \(name) is ignored: no Java classes run here"))
        }
        return nil
    }

    private mutating func mapping(
        _ element: XMLElement, _ pages: [String: String], _ document: XMLDocument
    ) throws(Diagnostic) {
        let name = try Self.required("servlet-name", element, document)
        guard let page = pages[name] else { return }
        for pattern in element.children("url-pattern") {
            self.mappings.append(Mapping(pattern: pattern.text, page: page))
        }
    }
}
