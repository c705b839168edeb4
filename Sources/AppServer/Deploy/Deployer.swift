import Base
package import DaemonKit
package import Logging
import PatternMatching
import SystemInterface

/// Finds out what is to be deployed and makes it: contexts of server.xml, context files, folders.
///
/// Run off the loops' requests: at the start, at a reload, and each second by the timer.
/// Applications whose files have not changed are taken over as they are.
package struct Deployer: Sendable {
    /// How many folders of one appBase are looked at.
    package static let folderCountMax = 1_000

    private let configuration: ServerConfiguration
    private let logger: Logger
    private let events: EventHub?

    /// A deployer for one configuration; what happens to sessions is told to `events`.
    package init(
        _ configuration: ServerConfiguration, logger: Logger, events: EventHub? = nil
    ) {
        self.events = events
        self.configuration = configuration
        self.logger = logger
    }

    /// Deploys everything anew, taking over from `old` what has not changed.
    ///
    /// - Throws: the first mistake in a file that server.xml names. A mistake in a folder that
    /// deploys
    ///   itself keeps only that folder out, with a log line.
    package func deploy(replacing old: Deployment?) throws -> Deployment {
        var engines: [Deployment.Engine] = []
        for service in self.configuration.services {
            let oldEngine = old?.engines.first {
                $0.configuration.name == service.engine.name
            }
            var hosts: [Deployment.Host] = []
            for host in service.engine.hosts {
                let oldHost = oldEngine?.hosts.first { $0.configuration.name == host.name }
                hosts.append(try self.host(host, service.engine, replacing: oldHost))
            }
            engines.append(
                Deployment.Engine(
                    configuration: service.engine, hosts: hosts,
                    defaultIndex: hosts.firstIndex {
                        $0.configuration.name == service.engine.defaultHost
                    } ?? 0,
                    accessLogs: self.logs(service.engine.accessLogs, oldEngine?.accessLogs)))
        }
        return Deployment(engines: engines, generation: (old?.generation ?? 0) + 1)
    }

    /// Whether any file or folder says that `deploy` would make something else.
    package func needsDeployment(_ current: Deployment) -> Bool {
        for engine in current.engines {
            for host in engine.hosts where host.configuration.autoDeploy {
                let names = self.found(host.configuration).keys.map(\.path)
                let wanted = Set(names + host.configuration.contexts.map(\.path))
                if wanted != host.wantedPaths { return true }
            }
        }
        return current.applications.contains { $0.hasChanged }
    }

    private func logs(
        _ settings: [AccessLogSettings], _ old: [AccessLogFile]?
    ) -> [AccessLogFile] {
        settings.map { setting in
            old?.first {
                $0.settings.directory == setting.directory && $0.settings.prefix == setting.prefix
                    && $0.settings.suffix == setting.suffix
                    && $0.settings.pattern == setting.pattern
                    && $0.settings.dateFormat == setting.dateFormat
                    && $0.settings.isRotated == setting.isRotated
            } ?? AccessLogFile(settings: setting, logger: self.logger)
        }
    }

    private func host(
        _ host: HostConfiguration, _ engine: EngineConfiguration, replacing old: Deployment.Host?
    ) throws -> Deployment.Host {
        var applications: [WebApplication] = []
        let found = self.found(host)
        for context in host.contexts {
            applications.append(try self.application(context, host, engine, old))
        }
        if host.deployOnStartup || (old != nil && host.autoDeploy) {
            for name in found.keys.sorted(by: { $0.folderName < $1.folderName }) {
                if applications.contains(where: { $0.path == name.path }) { continue }
                do {
                    var reader = ServerConfigurationReader(
                        base: self.configuration.base,
                        properties: Properties(["catalina.base": self.configuration.base]))
                    let context = try reader.deployedContext(
                        name, host: host, file: found[name] ?? nil)
                    applications.append(try self.application(context, host, engine, old))
                } catch {
                    self.logger.error(
                        "\(host.appBase)/\(name.folderName) is not deployed: \(error)")
                }
            }
        }
        return Deployment.Host(
            configuration: host,
            applications: applications.sorted { $0.path.utf8.count > $1.path.utf8.count },
            accessLogs: self.logs(host.accessLogs, old?.accessLogs),
            wantedPaths: Set(found.keys.map(\.path) + host.contexts.map(\.path)))
    }

    /// The names that deploy themselves, and their context files where they have one.
    private func found(_ host: HostConfiguration) -> [ContextName: String?] {
        var found: [ContextName: String?] = [:]
        let docBases = Set(host.contexts.map(\.docBase))
        for name in ((try? Files.list(host.contextFolder)) ?? []).prefix(Self.folderCountMax)
        where name.hasSuffix(".xml") {
            let path = "\(host.contextFolder)/\(name)"
            found[ContextName(folderName: String(name.dropLast(4)))] = path
        }
        for name in ((try? Files.list(host.appBase)) ?? []).prefix(Self.folderCountMax) {
            if name.hasPrefix(".") || name.uppercased() == "META-INF"
                || name.uppercased() == "WEB-INF"
            {
                continue
            }
            let folder = "\(host.appBase)/\(name)"
            if let ignore = host.deployIgnore, (try? ignore.matches(name.utf8.span)) ?? true {
                continue
            }
            // A folder that a Context of server.xml names is not deployed a second time.
            guard !docBases.contains(folder), (try? Files.status(folder))?.kind == .directory else {
                continue
            }
            let context = ContextName(folderName: name)
            if found[context] == nil { found[context] = .some(nil) }
        }
        return found
    }

    private func application(
        _ context: ContextConfiguration, _ host: HostConfiguration,
        _ engine: EngineConfiguration, _ old: Deployment.Host?
    ) throws -> WebApplication {
        let before = old?.applications.first { $0.path == context.path }
        if let before, before.configuration.docBase == context.docBase, !before.hasChanged,
            before.configuration.isEquivalent(to: context)
        {
            return before
        }
        let web = try self.webConfiguration(context)
        for notice in web.notices { self.logger.notice("\(notice.summary)") }
        return try WebApplication(
            context, web: web, hostName: host.name, jvmRoute: engine.jvmRoute,
            logger: self.logger, events: self.events, inheriting: before)
    }

    private func webConfiguration(
        _ context: ContextConfiguration
    ) throws(Diagnostic) -> WebConfiguration {
        var web = WebConfiguration()
        for path in [
            "\(self.configuration.base)/conf/web.xml", "\(context.docBase)/WEB-INF/web.xml",
        ] {
            guard let source = try? Files.read(path, limit: XMLReader.byteCountMax) else {
                continue
            }
            try web.merge(try XMLReader.parse(source, file: path))
        }
        if web.welcomeFiles.isEmpty { web.welcomeFiles = WebConfiguration.defaultWelcomeFiles }
        for (name, value) in context.parameters { web.parameters[name] = value }
        return web
    }
}

extension ContextConfiguration {
    /// Whether an application made from the other would do the same.
    func isEquivalent(to other: ContextConfiguration) -> Bool {
        self.path == other.path && self.manager == other.manager
            && self.parameters == other.parameters && self.cookieName == other.cookieName
            && self.cookiePath == other.cookiePath && self.cookieDomain == other.cookieDomain
            && self.isCookieHTTPOnly == other.isCookieHTTPOnly
            && self.cookieSameSite == other.cookieSameSite
            && self.usesCookies == other.usesCookies && self.redirectsRoot == other.redirectsRoot
            && self.cookiePathHasTrailingSlash == other.cookiePathHasTrailingSlash
            && self.sources == other.sources
    }
}
