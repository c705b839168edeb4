import Base
import PatternMatching

extension ServerConfigurationReader {
    /// The proxies that RemoteIpValve trusts unless it is told others.
    private static let privateAddresses = [
        #"10\.\d{1,3}\.\d{1,3}\.\d{1,3}"#, #"192\.168\.\d{1,3}\.\d{1,3}"#,
        #"169\.254\.\d{1,3}\.\d{1,3}"#, #"127\.\d{1,3}\.\d{1,3}\.\d{1,3}"#,
        #"100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d{1,3}\.\d{1,3}"#,
        #"172\.(?:1[6-9]|2\d|3[01])\.\d{1,3}\.\d{1,3}"#, "0:0:0:0:0:0:0:1", "::1", "unix:",
    ].joined(separator: "|")

    mutating func valve(
        _ element: XMLElement, _ document: XMLDocument, logs: inout [AccessLogSettings],
        remoteIP: inout RemoteIPSettings?
    ) throws(Diagnostic) {
        guard let name = element.attribute("className") else {
            throw document.diagnostic(element.place, "Valve needs the attribute \"className\"")
        }
        switch name.value.split(separator: ".").last {
        case "AccessLogValve":
            if let log = try self.accessLog(element, document) { logs.append(log) }
        case "RemoteIpValve": remoteIP = try self.remoteIP(element, document)
        case "ErrorReportValve": _ = try self.element(element, .errorReportValve, document)
        case "CrawlerSessionManagerValve", "StuckThreadDetectionValve",
            "PersistentValve", "JvmRouteBinderValve", "RequestDumperValve":
            self.notices.append(
                document.diagnostic(
                    name.place, "Valve \(name.value) is ignored: it has no counterpart here"))
        default:
            throw document.diagnostic(
                name.place,
                "Valve \(name.value) is refused: it has no counterpart here, and what it guards "
                    + "would stand open")
        }
    }

    private mutating func accessLog(
        _ element: XMLElement, _ document: XMLDocument
    ) throws(Diagnostic) -> AccessLogSettings? {
        let reader = try self.element(element, .accessLogValve, document)
        let text = reader.text("pattern") ?? "common"
        let pattern: AccessLogPattern
        do {
            pattern = try AccessLogPattern.compile(text)
        } catch {
            throw reader.mistake("pattern", "pattern: \(error)")
        }
        var log = AccessLogSettings(
            directory: Self.absolute(reader.text("directory") ?? "logs", in: self.base),
            pattern: pattern)
        log.prefix = reader.text("prefix") ?? "access_log"
        log.suffix = reader.text("suffix") ?? ""
        log.dateFormat = reader.text("fileDateFormat") ?? ".yyyy-MM-dd"
        // Tomcat 7 wrote prefix="access_log." before a date without the dot.
        if reader.text("fileDateFormat") == nil, log.prefix.hasSuffix(".") {
            log.dateFormat = "yyyy-MM-dd"
        }
        let spelledOtherwise = try reader.boolean("rotateable")
        log.isRotated = try reader.boolean("rotatable") ?? spelledOtherwise ?? true
        log.isBuffered = try reader.boolean("buffered") ?? true
        log.conditionUnless = reader.text("conditionUnless") ?? reader.text("condition")
        log.conditionIf = reader.text("conditionIf")
        if try reader.boolean("requestAttributesEnabled") ?? false {
            log.pattern.usesRemoteIP = true
        }
        if let days = try reader.integer("maxDays"), days >= 0 { log.dayCountMax = days }
        return try reader.boolean("enabled") ?? true ? log : nil
    }

    private mutating func remoteIP(
        _ element: XMLElement, _ document: XMLDocument
    ) throws(Diagnostic) -> RemoteIPSettings {
        let reader = try self.element(element, .remoteIPValve, document)
        let usual = try self.compile(Self.privateAddresses, reader, "internalProxies")
        let internalProxies = try self.pattern(reader, "internalProxies") ?? usual
        var settings = RemoteIPSettings(internalProxies: internalProxies, trustedProxies: nil)
        settings.trustedProxies = try self.pattern(reader, "trustedProxies")
        if let header = reader.text("remoteIpHeader") { settings.addressHeader = header }
        if let header = reader.text("protocolHeader") {
            settings.protocolHeader = header.isEmpty ? nil : header
        }
        if let value = reader.text("protocolHeaderHttpsValue") { settings.secureValue = value }
        settings.plainPort = try reader.integer("httpServerPort", in: 1...65_535) ?? 80
        settings.securePort = try reader.integer("httpsServerPort", in: 1...65_535) ?? 443
        return settings
    }

    /// A pattern that must match whole texts, or nil when the attribute is not there or empty.
    func pattern(_ reader: ElementReader, _ name: String) throws(Diagnostic) -> Pattern? {
        guard let text = reader.text(name), !text.isEmpty else { return nil }
        return try self.compile(text, reader, name)
    }

    private func compile(
        _ text: String, _ reader: ElementReader, _ name: String
    ) throws(Diagnostic) -> Pattern {
        do {
            return try Pattern.compile(text, options: .matchesWholeText)
        } catch {
            throw reader.mistake(name, "\(name): \(error)")
        }
    }
}
