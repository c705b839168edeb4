import Base
import PageTemplates
import SystemInterface

/// Where a path leads: an application and what is there. Loop thread only.
final class Route {
    /// What is at the path.
    enum Target {
        /// No application, or nothing there, or nothing that may be shown.
        case notFound
        /// `/app` or a folder without its slash: 302 to this path.
        case redirect(String)
        /// A page: its path in the application.
        case page(String)
        /// A file: its path in the file system.
        case file(String)
    }

    let application: WebApplication?
    let target: Target
    /// The path within the application, as `getServletPath` says it.
    let servletPath: String
    /// What follows a prefix mapping.
    let pathInfo: String?
    /// The page, once it was asked for; as valid as the route.
    var page: CompiledPage?
    /// What the page's directives say of its type.
    var contentType: PreparedContentType?
    var validUntil = Instant(nanoseconds: .min)

    init(
        _ application: WebApplication?, _ target: Target, servletPath: String,
        pathInfo: String? = nil
    ) {
        self.application = application
        self.target = target
        self.servletPath = servletPath
        self.pathInfo = pathInfo
    }

    /// Finds application and resource for a decoded, normal path.
    static func resolve(_ path: String, in host: Deployment.Host) -> Route {
        guard let application = host.application(for: path) else {
            return Route(nil, .notFound, servletPath: path)
        }
        let inner = String(path.dropFirst(application.path.count))
        if inner.isEmpty {
            guard application.configuration.redirectsRoot else {
                return Self.resolve("/", in: application)
            }
            return Route(application, .redirect(application.path + "/"), servletPath: "")
        }
        return Self.resolve(inner, in: application)
    }

    /// Finds the resource for a path within an application. Servlet mappings in the order of the
    /// servlet specification: exact, longest prefix, extension, default.
    static func resolve(
        _ path: String, in application: WebApplication, isInternal: Bool = false
    ) -> Route {
        if !isInternal, Self.isProtected(path) {
            return Route(application, .notFound, servletPath: path)
        }
        if let mapped = Self.mapped(path, in: application) { return mapped }
        if Self.isPage(path) { return Self.page(path, in: application) }
        let file = application.filePath(path)
        guard let status = try? Files.status(file), Self.isInside(file, application) else {
            return Route(application, .notFound, servletPath: path)
        }
        switch status.kind {
        case .regular:
            // A name that ends with a slash is no file's.
            let target: Target = path.hasSuffix("/") ? .notFound : .file(file)
            return Route(application, target, servletPath: path)
        case .directory:
            guard path.hasSuffix("/") else {
                return Route(
                    application, .redirect(application.path + path + "/"), servletPath: path)
            }
            return Self.welcome(path, in: application)
        case .socket, .other: return Route(application, .notFound, servletPath: path)
        }
    }

    private static func welcome(_ folder: String, in application: WebApplication) -> Route {
        for name in application.web.welcomeFiles {
            let path = folder + name
            if let mapped = Self.mapped(path, in: application, exactOnly: true) { return mapped }
            guard let status = try? Files.status(application.filePath(path)),
                status.kind == .regular
            else { continue }
            return Self.resolve(path, in: application)
        }
        return Route(application, .notFound, servletPath: folder)
    }

    private static func mapped(
        _ path: String, in application: WebApplication, exactOnly: Bool = false
    ) -> Route? {
        let mappings = application.web.mappings
        guard !mappings.isEmpty else { return nil }
        if let exact = mappings.first(where: {
            $0.pattern == path || $0.pattern.isEmpty && path == "/"
        }) {
            return Route(application, .page(exact.page), servletPath: path)
        }
        if exactOnly { return nil }
        let prefixes = mappings.filter { mapping in
            guard mapping.pattern.hasSuffix("/*") else { return false }
            let prefix = mapping.pattern.dropLast(2)
            return path == prefix || path.hasPrefix(prefix + "/")
        }
        if let longest = prefixes.max(by: { $0.pattern.utf8.count < $1.pattern.utf8.count }) {
            let prefix = String(longest.pattern.dropLast(2))
            let rest = String(path.dropFirst(prefix.count))
            return Route(
                application, .page(longest.page), servletPath: prefix,
                pathInfo: rest.isEmpty ? nil : rest)
        }
        if let byExtension = mappings.first(where: {
            $0.pattern.hasPrefix("*.") && path.hasSuffix($0.pattern.dropFirst())
        }) {
            return Route(application, .page(byExtension.page), servletPath: path)
        }
        return nil
    }

    private static func page(_ path: String, in application: WebApplication) -> Route {
        let file = application.filePath(path)
        guard let status = try? Files.status(file), status.kind == .regular,
            Self.isInside(file, application)
        else { return Route(application, .notFound, servletPath: path) }
        return Route(application, .page(path), servletPath: path)
    }

    static func isPage(_ path: String) -> Bool {
        path.hasSuffix(".jsp") || path.hasSuffix(".jspx")
    }

    /// Whether links are not what brings the path out of the application's folder, and its last
    /// name is written in the case it has on the disk.
    private static func isInside(_ file: String, _ application: WebApplication) -> Bool {
        guard let resolved = try? Files.resolve(file) else { return false }
        return resolved == application.root || resolved.hasPrefix(application.root + "/")
    }

    /// WEB-INF and META-INF are never served, in no case of their letters.
    private static func isProtected(_ path: String) -> Bool {
        let first = path.split(separator: "/", maxSplits: 1).first.map { $0.lowercased() }
        return first == "web-inf" || first == "meta-inf"
    }
}
