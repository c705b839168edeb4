extension SessionManagerSettings {
    /// Reads the attributes of a `<Manager>` element.
    ///
    /// - Parameters:
    ///   - attributes: names and values, `className` included, in the order of the file.
    /// - Throws: the first attribute that is refused, unknown or has a wrong value.
    package static func read(
        _ attributes: [(name: String, value: String)]
    ) throws(SessionSettingsError) -> SessionManagerConfiguration {
        var reading = Reading()
        for (name, value) in attributes { try reading.take(name, trimmed(value)) }
        return try reading.finish()
    }
}

/// The attributes read so far.
private struct Reading {
    private var settings = SessionManagerSettings()
    private var notices: [String] = []
    private var memcachedNodes: String?
    private var failoverNodes = ""
    private var isMemcached = false

    /// Serialisers of objects have nothing to do: attributes are typed values in one own form.
    private static let replacedNames = [
        "transcoderFactoryClass", "customConverter", "copyCollectionsForSerialization",
    ]
    /// Of Tomcat's managers; they tune what works in another way here.
    private static let withoutEffect = [
        "processExpiresFrequency", "backupThreadCount", "sessionBackupTimeout",
        "secureRandomClass", "secureRandomAlgorithm", "secureRandomProvider", "pathname",
        "distributable",
    ]

    mutating func take(_ name: String, _ value: String) throws(SessionSettingsError) {
        switch name {
        case "className": try self.takeClassName(value)
        case "memcachedNodes": self.memcachedNodes = value
        case "failoverNodes": self.failoverNodes = value
        case "sticky": self.settings.isSticky = try Self.bool(name, value)
        case "lockingMode": self.settings.lockingMode = try Self.lockingMode(value)
        case "lockExpiration":
            let seconds = try Self.integer(name, value, 1...86_400)
            if seconds < 2 { self.notices.append("lockExpiration is raised to 2 seconds") }
            self.settings.lockExpiration = .seconds(max(seconds, 2))
        case "operationTimeout":
            let milliseconds = try Self.integer(name, value, 1...600_000)
            self.settings.operationTimeout = .milliseconds(milliseconds)
        case "requestUriIgnorePattern": self.settings.requestURIIgnorePattern = Self.text(value)
        case "sessionBackupAsync": self.settings.isBackupAsync = try Self.bool(name, value)
        case "storageKeyPrefix": self.settings.storageKeyPrefix = value
        case "sessionAttributeFilter": self.settings.attributeFilter = Self.text(value)
        case "enableStatistics": self.settings.isStatisticsEnabled = try Self.bool(name, value)
        case "enabled": self.settings.isEnabled = try Self.bool(name, value)
        case "maxInactiveInterval":
            let seconds = try Self.integer(name, value, Int(Int32.min)...Int(Int32.max))
            self.settings.maxInactiveSeconds = Int32(seconds)
        case "maxActiveSessions":
            let count = try Self.integer(name, value, -1...Int(Int32.max))
            self.settings.activeSessionCountMax = count < 0 ? nil : count
        default: try self.takeOther(name, value)
        }
    }

    private mutating func takeOther(
        _ name: String, _ value: String
    ) throws(SessionSettingsError) {
        if Self.replacedNames.contains(name) {
            if !self.notices.contains(where: { $0.hasPrefix("transcoders") }) {
                self.notices.append(
                    "transcoders (\(name)) are replaced by Holdfast's own session format, which "
                        + "needs none; sessions that a Java transcoder stored are not read")
            }
            return
        }
        if Self.withoutEffect.contains(name) {
            self.notices.append("\(name) has no effect here and is not needed")
            return
        }
        switch name {
        case "memcachedProtocol":
            guard ["text", "binary"].contains(value) else {
                throw .badValue(attribute: name, value: value, expected: "text or binary")
            }
            if value == "binary" {
                self.notices.append("memcachedProtocol binary is replaced by the text protocol")
            }
        case "username", "password":
            throw .refused(attribute: name, reason: "SASL needs the binary protocol, not offered")
        default:
            throw .refused(attribute: name, reason: "no attribute of a Manager has this name")
        }
    }

    private mutating func takeClassName(_ value: String) throws(SessionSettingsError) {
        switch value {
        case "de.javakaffee.web.msm.MemcachedBackupSessionManager": self.isMemcached = true
        case "", "org.apache.catalina.session.StandardManager": break
        default:
            throw .refused(
                attribute: "className",
                reason: "'\(value)' is neither the memcached-session-manager nor Tomcat's "
                    + "StandardManager")
        }
    }

    mutating func finish() throws(SessionSettingsError) -> SessionManagerConfiguration {
        if let text = self.memcachedNodes {
            self.settings.nodes = try MemcachedNodes(
                memcachedNodes: text, failoverNodes: self.failoverNodes)
        } else if self.isMemcached {
            throw .noNodes
        }
        if !self.settings.isEnabled {
            guard self.settings.isSticky else {
                throw .refused(
                    attribute: "enabled", reason: "sessions that are not sticky need their store")
            }
            self.notices.append("enabled=\"false\": sessions are local")
        }
        if !self.settings.isSticky, self.settings.attributeFilter != nil {
            self.notices.append(
                "sessionAttributeFilter with sticky=\"false\": other attributes live for one "
                    + "request only")
        }
        return SessionManagerConfiguration(settings: self.settings, notices: self.notices)
    }

    private static func text(_ value: String) -> String? { value.isEmpty ? nil : value }

    private static func bool(
        _ name: String, _ value: String
    ) throws(SessionSettingsError) -> Bool {
        switch value {
        case "true": true
        case "false": false
        default: throw .badValue(attribute: name, value: value, expected: "true or false")
        }
    }

    private static func integer(
        _ name: String, _ value: String, _ range: ClosedRange<Int>
    ) throws(SessionSettingsError) -> Int {
        guard let number = Int(value), range.contains(number) else {
            let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw .badValue(attribute: name, value: value, expected: expected)
        }
        return number
    }

    private static func lockingMode(
        _ value: String
    ) throws(SessionSettingsError) -> LockingMode {
        let prefix = "uriPattern:"
        switch value {
        case "none", "": return .none
        case "all": return .all
        case "auto": return .auto
        case _ where value.hasPrefix(prefix) && value.utf8.count > prefix.utf8.count:
            return .uriPattern(String(value.dropFirst(prefix.count)))
        default:
            throw .badValue(
                attribute: "lockingMode", value: value,
                expected: "none, all, auto or uriPattern:EXPRESSION")
        }
    }
}
