package import Base
import SystemInterface

/// Reads `conf/server.xml` and what belongs to it into a `ServerConfiguration`.
///
/// Nothing is applied here and no socket is opened: a file that is refused changes nothing.
package struct ServerConfigurationReader {
    let base: String
    var properties: Properties
    var notices: [Diagnostic] = []
    /// The engine whose hosts are being read; names the folder of context files.
    var engineName = "Catalina"

    /// Reads the files of a Tomcat base folder.
    ///
    /// - Parameters:
    ///   - base: the folder.
    ///   - file: the server.xml; nil takes the base's.
    ///   - environment: asked for `${…}` that no property file defines.
    /// - Throws: the first mistake, with file, line and column.
    package static func read(
        base: String, file: String? = nil,
        environment: @escaping @Sendable (String) -> String? = { Processes.environment($0) }
    ) throws(Diagnostic) -> ServerConfiguration {
        var absolute = base
        do {
            absolute = try Files.resolve(base)
        } catch {
            throw Diagnostic(file: base, message: "the base folder cannot be used: \(error)")
        }
        let path = file ?? "\(absolute)/conf/server.xml"
        let source = try Self.source(of: path)
        return try Self.read(source, file: path, base: absolute, environment: environment)
    }

    /// Reads a server.xml that is at hand.
    package static func read(
        _ source: [UInt8], file: String, base: String,
        environment: @escaping @Sendable (String) -> String? = { _ in nil }
    ) throws(Diagnostic) -> ServerConfiguration {
        var properties = Properties(
            ["catalina.base": base, "catalina.home": base], environment: environment)
        if let text = try? Files.read("\(base)/conf/catalina.properties", limit: 1 << 20) {
            properties.add(propertiesFile: String(decoding: text, as: UTF8.self))
        }
        var reader = ServerConfigurationReader(base: base, properties: properties)
        var document = try XMLReader.parse(source, file: file)
        properties.replace(in: &document.root)
        return try reader.server(document)
    }

    init(base: String, properties: Properties) {
        self.base = base
        self.properties = properties
    }

    static func source(of path: String) throws(Diagnostic) -> [UInt8] {
        do {
            return try Files.read(path, limit: XMLReader.byteCountMax)
        } catch {
            throw Diagnostic(file: path, message: "the file cannot be read: \(error)")
        }
    }

    /// A path from a file, made absolute below `folder`.
    static func absolute(_ path: String, in folder: String) -> String {
        let joined = path.hasPrefix("/") ? path : "\(folder)/\(path)"
        if let resolved = try? Files.resolve(joined) { return resolved }
        return joined
    }

    mutating func element(
        _ element: XMLElement, _ kind: ElementKind, _ document: XMLDocument
    ) throws(Diagnostic) -> ElementReader {
        try ElementReader(element, kind, in: document, notices: &self.notices)
    }

    /// An element that has no business where it stands.
    func misplaced(
        _ child: XMLElement, in parent: String, _ document: XMLDocument
    ) -> Diagnostic {
        document.diagnostic(child.place, "\(parent) cannot have a <\(child.name)>")
    }

    // MARK: Server and Service

    private mutating func server(
        _ document: XMLDocument
    ) throws(Diagnostic) -> ServerConfiguration {
        let root = document.root
        guard root.name == "Server" else {
            throw document.diagnostic(
                root.place, "the outermost element is <\(root.name)>; expected <Server>")
        }
        let element = try self.element(root, .server, document)
        var configuration = ServerConfiguration(base: self.base, file: document.file)
        let offset = try element.integer("portOffset", in: 0...65_535) ?? 0
        let port = try element.integer("port", in: -1...65_535) ?? 8_005
        configuration.shutdownPort = port > 0 ? UInt16(clamping: port + offset) : nil
        if configuration.shutdownPort != nil {
            self.notices.append(
                element.mistake(
                    "port", "Server port is replaced: SIGTERM stops the server, no port is opened"))
        }
        configuration.shutdownWord = element.text("shutdown") ?? "SHUTDOWN"
        configuration.shutdownAddress = element.text("address") ?? "localhost"
        for child in root.children {
            switch child.name {
            case "Listener": _ = try self.element(child, .listener, document)
            case "GlobalNamingResources":
                configuration.userDatabasePath = try self.userDatabase(child, document)
            case "Service":
                configuration.services.append(try self.service(child, document, offset: offset))
            case "Environment": _ = try self.element(child, .environment, document)
            default: throw self.misplaced(child, in: "Server", document)
            }
        }
        guard configuration.services.contains(where: { !$0.connectors.isEmpty }) else {
            throw document.diagnostic(root.place, "no Service has a Connector")
        }
        configuration.notices = self.notices
        return configuration
    }

    private mutating func userDatabase(
        _ element: XMLElement, _ document: XMLDocument
    ) throws(Diagnostic) -> String? {
        _ = try self.element(element, .globalNamingResources, document)
        var path: String?
        for child in element.children where child.name == "Resource" {
            if child["type"] == "org.apache.catalina.UserDatabase" {
                let file = child["pathname"] ?? "conf/tomcat-users.xml"
                let local = file.hasPrefix("file:") ? String(file.dropFirst(5)) : file
                path = Self.absolute(local, in: self.base)
            } else {
                self.notices.append(
                    document.diagnostic(child.place, "Resource is ignored: there is no JNDI"))
            }
        }
        return path
    }

    private mutating func service(
        _ element: XMLElement, _ document: XMLDocument, offset: Int
    ) throws(Diagnostic) -> ServiceConfiguration {
        let reader = try self.element(element, .service, document)
        var connectors: [ConnectorConfiguration] = []
        var engine: EngineConfiguration?
        for child in element.children {
            switch child.name {
            case "Connector":
                connectors.append(try self.connector(child, document, offset: offset))
            case "Engine":
                guard engine == nil else {
                    throw document.diagnostic(child.place, "a Service has one Engine")
                }
                engine = try self.engine(child, document)
            case "Executor": _ = try self.element(child, .executor, document)
            case "Listener": _ = try self.element(child, .listener, document)
            default: throw self.misplaced(child, in: "Service", document)
            }
        }
        guard let engine else {
            throw document.diagnostic(element.place, "Service needs an Engine")
        }
        return ServiceConfiguration(
            name: reader.text("name") ?? "Catalina", connectors: connectors, engine: engine)
    }

    // MARK: Engine and Host

    private mutating func engine(
        _ element: XMLElement, _ document: XMLDocument
    ) throws(Diagnostic) -> EngineConfiguration {
        let reader = try self.element(element, .engine, document)
        var engine = EngineConfiguration(
            name: reader.text("name") ?? "Catalina",
            defaultHost: try reader.requiredText("defaultHost").lowercased(),
            jvmRoute: reader.text("jvmRoute"))
        if let route = engine.jvmRoute, route.isEmpty { engine.jvmRoute = nil }
        if let route = engine.jvmRoute, !Self.isRoute(route) {
            throw reader.mistake(
                "jvmRoute", "jvmRoute=\"\(route)\": expected letters, digits, \"-\" and \"_\"")
        }
        self.engineName = engine.name
        for child in element.children {
            switch child.name {
            case "Host": engine.hosts.append(try self.host(child, document))
            case "Realm": try self.realm(child, document)
            case "Valve":
                try self.valve(
                    child, document, logs: &engine.accessLogs, remoteIP: &engine.remoteIP)
            case "Listener": _ = try self.element(child, .listener, document)
            case "Cluster": _ = try self.element(child, .cluster, document)
            default: throw self.misplaced(child, in: "Engine", document)
            }
        }
        guard engine.hosts.contains(where: { $0.name == engine.defaultHost }) else {
            throw reader.mistake(
                "defaultHost", "defaultHost=\"\(engine.defaultHost)\": no Host has this name")
        }
        var names: Set<String> = []
        for host in engine.hosts {
            for name in [host.name] + host.aliases where !names.insert(name).inserted {
                throw document.diagnostic(element.place, "two Hosts have the name \"\(name)\"")
            }
        }
        return engine
    }

    private static func isRoute(_ route: String) -> Bool {
        route.utf8.allSatisfy {
            $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: "_")
        }
    }

    private mutating func host(
        _ element: XMLElement, _ document: XMLDocument
    ) throws(Diagnostic) -> HostConfiguration {
        let reader = try self.element(element, .host, document)
        let name = try reader.requiredText("name").lowercased()
        var host = HostConfiguration(
            name: name,
            appBase: Self.absolute(reader.text("appBase") ?? "webapps", in: self.base))
        host.autoDeploy = try reader.boolean("autoDeploy") ?? true
        host.deployOnStartup = try reader.boolean("deployOnStartup") ?? true
        _ = try reader.boolean("unpackWARs")
        host.deployIgnore = try self.pattern(reader, "deployIgnore")
        host.contextFolder = "\(self.base)/conf/\(self.engineName)/\(name)"
        host.contextDefaults = try self.contextDefaults(host.contextFolder)
        for child in element.children {
            switch child.name {
            case "Alias": host.aliases.append(child.text.lowercased())
            case "Context":
                host.contexts.append(try self.context(child, document, host: host))
            case "Valve":
                try self.valve(child, document, logs: &host.accessLogs, remoteIP: &host.remoteIP)
            case "Realm": try self.realm(child, document)
            case "Listener": _ = try self.element(child, .listener, document)
            case "Cluster": _ = try self.element(child, .cluster, document)
            default: throw self.misplaced(child, in: "Host", document)
            }
        }
        return host
    }

    private mutating func contextDefaults(_ folder: String) throws(Diagnostic) -> [XMLDocument] {
        var documents: [XMLDocument] = []
        for path in ["\(self.base)/conf/context.xml", "\(folder)/context.xml.default"] {
            guard let source = try? Files.read(path, limit: XMLReader.byteCountMax) else {
                continue
            }
            var document = try XMLReader.parse(source, file: path)
            self.properties.replace(in: &document.root)
            documents.append(document)
        }
        return documents
    }

    /// Realms are read and checked; nothing asks them before roles and log-in arrive.
    private mutating func realm(
        _ element: XMLElement, _ document: XMLDocument
    ) throws(Diagnostic) {
        let reader = try self.element(element, .realm, document)
        _ = try reader.requiredText("className")
        for child in element.children {
            switch child.name {
            case "Realm": try self.realm(child, document)
            case "CredentialHandler": _ = try self.element(child, .credentialHandler, document)
            default: throw self.misplaced(child, in: "Realm", document)
            }
        }
    }
}
