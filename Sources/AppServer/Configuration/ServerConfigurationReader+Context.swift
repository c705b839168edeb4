import Base
import PatternMatching
import Sessions
import SystemInterface

extension ServerConfigurationReader {
    /// Reads a Context of server.xml.
    mutating func context(
        _ element: XMLElement, _ document: XMLDocument, host: HostConfiguration
    ) throws(Diagnostic) -> ContextConfiguration {
        let reader = try self.element(element, .context, document)
        let path = try Self.contextPath(try reader.requiredText("path"), reader)
        guard !host.contexts.contains(where: { $0.path == path }) else {
            throw reader.mistake("path", "two Contexts of the Host have the path \"\(path)\"")
        }
        let folder = ContextName(path: path).folderName
        let docBase = Self.absolute(reader.text("docBase") ?? folder, in: host.appBase)
        var context = ContextConfiguration(path: path, docBase: docBase)
        try self.applyDefaults(host, to: &context)
        try self.apply(element, reader, document, to: &context)
        try self.applyOwnFile(to: &context)
        return context
    }

    /// A context that a folder or a context file makes by being there.
    ///
    /// - Parameter file: `conf/<Engine>/<Host>/name.xml`, or nil for a plain folder.
    mutating func deployedContext(
        _ name: ContextName, host: HostConfiguration, file: String?
    ) throws(Diagnostic) -> ContextConfiguration {
        var context = ContextConfiguration(
            path: name.path, docBase: "\(host.appBase)/\(name.folderName)")
        try self.applyDefaults(host, to: &context)
        if let file {
            var document = try XMLReader.parse(try Self.source(of: file), file: file)
            self.properties.replace(in: &document.root)
            let reader = try self.contextRoot(document)
            if let docBase = reader.text("docBase") {
                context.docBase = Self.absolute(docBase, in: host.appBase)
            }
            try self.apply(document.root, reader, document, to: &context)
            context.sources.append(file)
        }
        try self.applyOwnFile(to: &context)
        return context
    }

    private mutating func applyDefaults(
        _ host: HostConfiguration, to context: inout ContextConfiguration
    ) throws(Diagnostic) {
        for document in host.contextDefaults {
            let reader = try self.contextRoot(document)
            try self.apply(document.root, reader, document, to: &context)
        }
    }

    private mutating func applyOwnFile(
        to context: inout ContextConfiguration
    ) throws(Diagnostic) {
        let path = "\(context.docBase)/META-INF/context.xml"
        context.sources.append(path)
        guard let source = try? Files.read(path, limit: XMLReader.byteCountMax) else { return }
        var document = try XMLReader.parse(source, file: path)
        self.properties.replace(in: &document.root)
        let reader = try self.contextRoot(document)
        try self.apply(document.root, reader, document, to: &context)
    }

    private mutating func contextRoot(
        _ document: XMLDocument
    ) throws(Diagnostic) -> ElementReader {
        guard document.root.name == "Context" else {
            throw document.diagnostic(
                document.root.place,
                "the outermost element is <\(document.root.name)>; expected <Context>")
        }
        return try self.element(document.root, .context, document)
    }

    private static func contextPath(
        _ text: String, _ reader: ElementReader
    ) throws(Diagnostic) -> String {
        if text.isEmpty || text == "/" { return "" }
        guard text.hasPrefix("/"), !text.hasSuffix("/"), !text.contains("//") else {
            throw reader.mistake(
                "path", "path=\"\(text)\": expected \"\" or a path that begins with \"/\"")
        }
        return text
    }

    private mutating func apply(
        _ element: XMLElement, _ reader: ElementReader, _ document: XMLDocument,
        to context: inout ContextConfiguration
    ) throws(Diagnostic) {
        if let value = try reader.boolean("reloadable") { context.isReloadable = value }
        if let value = try reader.boolean("cookies") { context.usesCookies = value }
        if let value = reader.text("sessionCookieName") { context.cookieName = value }
        if let value = reader.text("sessionCookiePath") { context.cookiePath = value }
        if let value = reader.text("sessionCookieDomain") { context.cookieDomain = value }
        if let value = try reader.boolean("useHttpOnly") { context.isCookieHTTPOnly = value }
        if let value = try reader.boolean("sessionCookiePathUsesTrailingSlash") {
            context.cookiePathHasTrailingSlash = value
        }
        if let value = try reader.boolean("mapperContextRootRedirectEnabled") {
            context.redirectsRoot = value
        }
        var noRemoteIP: RemoteIPSettings?
        for child in element.children {
            switch child.name {
            case "Manager": context.manager = try self.manager(child, document)
            case "Parameter":
                let parameter = try self.element(child, .parameter, document)
                context.parameters[try parameter.requiredText("name")] =
                    try parameter.requiredText("value")
            case "CookieProcessor": try self.cookieProcessor(child, document, to: &context)
            case "Valve":
                try self.valve(
                    child, document, logs: &context.accessLogs, remoteIP: &noRemoteIP)
            case "WatchedResource":
                context.sources.append(Self.absolute(child.text, in: context.docBase))
            case "Realm", "Resource", "Environment", "ResourceLink", "Loader", "Resources",
                "JarScanner", "Listener", "WrapperListener", "WrapperLifecycle", "Transaction",
                "InstanceListener", "Ejb", "ResourceEnvRef":
                self.notices.append(
                    document.diagnostic(child.place, "\(child.name) in a Context is ignored"))
            default: throw self.misplaced(child, in: "Context", document)
            }
        }
    }

    private mutating func cookieProcessor(
        _ element: XMLElement, _ document: XMLDocument, to context: inout ContextConfiguration
    ) throws(Diagnostic) {
        let reader = try self.element(element, .cookieProcessor, document)
        guard let value = reader.text("sameSiteCookies") else { return }
        switch value.lowercased() {
        case "unset": context.cookieSameSite = nil
        case "none": context.cookieSameSite = "None"
        case "lax": context.cookieSameSite = "Lax"
        case "strict": context.cookieSameSite = "Strict"
        default:
            throw reader.mistake(
                "sameSiteCookies",
                "sameSiteCookies=\"\(value)\": expected unset, none, lax or strict")
        }
    }

    /// The managers are told apart by their class names; the typed reader is `Sessions`' own.
    private mutating func manager(
        _ element: XMLElement, _ document: XMLDocument
    ) throws(Diagnostic) -> SessionManagerSettings {
        for child in element.children where child.name != "SessionIdGenerator" {
            if child.name == "Store" { _ = try self.element(child, .store, document) }
            throw self.misplaced(child, in: "Manager", document)
        }
        let name = element["className"] ?? "org.apache.catalina.session.StandardManager"
        let kind: ElementKind =
            name.hasSuffix(".MemcachedBackupSessionManager") ? .memcachedManager : .standardManager
        let reader = try self.element(element, kind, document)
        let attributes = element.attributes.filter {
            AttributeTable.treatment(of: $0.name, in: kind) == .honoured
        }
        do {
            let read = try SessionManagerSettings.read(attributes.map { ($0.name, $0.value) })
            for notice in read.notices {
                self.notices.append(document.diagnostic(element.place, "Manager: \(notice)"))
            }
            try self.checkPatterns(of: read.settings, reader)
            return read.settings
        } catch let error as SessionSettingsError {
            let text = error.description
            let culprit = element.attributes.first { text.hasPrefix($0.name) }
            throw document.diagnostic(
                culprit?.place ?? element.place, "Manager is refused: \(text)")
        } catch {
            throw error as? Diagnostic ?? reader.mistake("className", "\(error)")
        }
    }

    private func checkPatterns(
        of settings: SessionManagerSettings, _ reader: ElementReader
    ) throws(Diagnostic) {
        _ = try self.pattern(reader, "requestUriIgnorePattern")
        _ = try self.pattern(reader, "sessionAttributeFilter")
        guard case .uriPattern(let text) = settings.lockingMode else { return }
        do {
            _ = try Pattern.compile(text)
        } catch {
            throw reader.mistake("lockingMode", "lockingMode: \(error)")
        }
    }
}
