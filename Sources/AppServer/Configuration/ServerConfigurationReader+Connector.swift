import Base
import HTTPProtocol
import HTTPTransport

extension ServerConfigurationReader {
    mutating func connector(
        _ element: XMLElement, _ document: XMLDocument, offset: Int
    ) throws(Diagnostic) -> ConnectorConfiguration {
        try self.checkProtocol(element, document)
        let reader = try self.element(element, .connector, document)
        for child in element.children {
            switch child.name {
            case "SSLHostConfig": _ = try self.element(child, .sslHostConfig, document)
            case "UpgradeProtocol": _ = try self.element(child, .upgradeProtocol, document)
            default: throw self.misplaced(child, in: "Connector", document)
            }
        }
        let endpoint = try Self.endpoint(reader, offset: offset)
        var connector = ConnectorConfiguration(endpoint: endpoint)
        connector.place = document.diagnostic(element.place, "")
        for attribute in element.attributes {
            connector.attributes[attribute.name] = attribute.value
        }
        connector.acceptCount = Int32(try reader.integer("acceptCount", in: 1...65_535) ?? 100)
        try Self.readHTTPSettings(reader, into: &connector)
        if let bytes = try reader.integer("maxPostSize") {
            connector.formByteCountMax = bytes < 0 ? nil : bytes
        }
        if let count = try reader.integer("maxParameterCount") {
            connector.parameterCountMax = count < 0 ? 10_000 : min(count, 10_000)
        }
        connector.scheme = reader.text("scheme") ?? "http"
        connector.isSecure = try reader.boolean("secure") ?? false
        connector.proxyName = reader.text("proxyName")
        connector.proxyPort = try reader.integer("proxyPort", in: 0...65_535)
        connector.redirectPort = try reader.integer("redirectPort", in: 0...65_535) ?? 443
        connector.allowsTrace = try reader.boolean("allowTrace") ?? false
        if try reader.boolean("enableLookups") ?? false {
            self.notices.append(
                reader.mistake(
                    "enableLookups", "Connector enableLookups is ignored: names are not looked up"))
        }
        if let encoding = reader.text("URIEncoding"), encoding.lowercased() != "utf-8" {
            throw reader.mistake("URIEncoding", "URIEncoding=\"\(encoding)\": expected UTF-8")
        }
        return connector
    }

    private func checkProtocol(
        _ element: XMLElement, _ document: XMLDocument
    ) throws(Diagnostic) {
        guard let attribute = element.attribute("protocol") else { return }
        switch attribute.value {
        case "HTTP/1.1", "org.apache.coyote.http11.Http11NioProtocol",
            "org.apache.coyote.http11.Http11Nio2Protocol",
            "org.apache.coyote.http11.Http11AprProtocol",
            "org.apache.coyote.http11.Http11Protocol":
            return
        case let value where value.uppercased().contains("AJP"):
            throw document.diagnostic(
                attribute.place, "protocol=\"\(value)\": there is no AJP; expected HTTP/1.1")
        case let value:
            throw document.diagnostic(
                attribute.place, "protocol=\"\(value)\": expected HTTP/1.1")
        }
    }

    private static func endpoint(
        _ reader: ElementReader, offset: Int
    ) throws(Diagnostic) -> ConnectorConfiguration.Endpoint {
        if let path = reader.text("unixDomainSocketPath"), !path.isEmpty {
            guard path.utf8.count < 108 else {
                throw reader.mistake(
                    "unixDomainSocketPath", "a socket's path has at most 107 bytes")
            }
            return .unix(path)
        }
        guard let port = try reader.integer("port", in: 0...65_535) else {
            throw reader.mistake(
                "port", "Connector needs a port or a unixDomainSocketPath")
        }
        let shifted = port == 0 ? 0 : port + offset
        guard shifted <= 65_535 else {
            throw reader.mistake("port", "port and portOffset together are over 65535")
        }
        var host = reader.text("address")
        if let given = host, given.hasPrefix("["), given.hasSuffix("]") {
            host = String(given.dropFirst().dropLast())
        }
        return .tcp(host: host, port: UInt16(shifted))
    }

    private static func readHTTPSettings(
        _ reader: ElementReader, into connector: inout ConnectorConfiguration
    ) throws(Diagnostic) {
        var http = ServerSettings()
        let connectionTimeout = try reader.milliseconds("connectionTimeout") ?? .seconds(60)
        http.headerTimeout = connectionTimeout
        http.bodyTimeout = try reader.milliseconds("connectionUploadTimeout") ?? connectionTimeout
        http.sendTimeout = connectionTimeout
        http.keepAliveTimeout = try reader.milliseconds("keepAliveTimeout") ?? connectionTimeout
        let requestCount = try reader.integer("maxKeepAliveRequests") ?? 100
        http.keepAliveRequestCountMax = requestCount < 0 ? .max : max(1, requestCount)
        if let bytes = try reader.integer("maxHttpHeaderSize", in: 256...1 << 20) {
            http.limits.headByteCountMax = bytes
        } else {
            http.limits.headByteCountMax = 8_192
        }
        if let bytes = try reader.integer("maxHttpRequestHeaderSize", in: 256...1 << 20) {
            http.limits.headByteCountMax = bytes
        }
        http.limits.requestLineByteCountMax = http.limits.headByteCountMax
        http.limits.fieldLineByteCountMax = http.limits.headByteCountMax
        if let count = try reader.integer("maxHeaderCount") {
            http.limits.fieldCountMax = count < 0 ? 10_000 : count
        }
        // How much of an unread body is swallowed to keep the connection.
        if let bytes = try reader.integer("maxSwallowSize") {
            http.discardedBodyByteCountMax = bytes < 0 ? .max / 2 : bytes
        } else {
            http.discardedBodyByteCountMax = 2 << 20
        }
        http.bodyByteCountMax = nil
        // Tomcat names keep-alive only to HTTP/1.0 clients, and itself not at all.
        http.saysKeepAlive = false
        http.serverToken = reader.text("server")
        connector.http = http
        if let text = reader.text("unixDomainSocketPathPermissions") {
            connector.socketPermissions = try Self.permissions(text, reader)
        }
    }

    /// `rwxrw----` as Java writes permissions, or an octal number.
    private static func permissions(
        _ text: String, _ reader: ElementReader
    ) throws(Diagnostic) -> UInt32 {
        if let octal = UInt32(text, radix: 8), octal <= 0o777 { return octal }
        let letters = Array("rwxrwxrwx".utf8)
        let given = Array(text.utf8)
        var bits: UInt32 = 0
        var isValid = given.count == letters.count
        if isValid {
            for (index, letter) in given.enumerated() {
                bits <<= 1
                if letter == letters[index] {
                    bits |= 1
                } else if letter != UInt8(ascii: "-") {
                    isValid = false
                }
            }
        }
        guard isValid else {
            throw reader.mistake(
                "unixDomainSocketPathPermissions",
                "unixDomainSocketPathPermissions=\"\(text)\": expected a form like rwxrw----")
        }
        return bits
    }
}
