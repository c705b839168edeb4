package import Base

/// Everything `balancerd` does, as one immutable value: what both front ends compile to.
///
/// ```
/// nginx files ─► lexer ─► tree ─► NginxCompiler ─┐
///                                                ├─► BalancerConfiguration ─► engine
/// httpd files ─► lexer ─► tree ─► HttpdCompiler ─┘
/// ```
/// The engine knows this and nothing of the two languages. A reload makes a new value and swaps it
/// in as a whole; requests that began under the old one end under it.
package final class BalancerConfiguration: Sendable {
    /// Which language the configuration was written in.
    package let dialect: ConfigurationDialect
    /// What concerns the process as a whole.
    package let process: ProcessSettings
    /// The sockets to listen on, with the servers behind each.
    package let listeners: [ListenerSettings]
    /// All groups of servers; `ProxyTarget.upstream` and `UpstreamSettings.index` are indexes here.
    package let upstreams: [UpstreamSettings]
    /// The variables made by `map`; `VariableReference.map` is an index here.
    package let maps: [VariableMap]
    /// The names of the variables that requests can set (`set`, named groups), by slot.
    package let slotNames: [String]
    /// The files that logs are written to, each once; `AccessLog.file` is an index here.
    package let logFiles: [LogDestination]
    /// How many locations there are; their `index` runs from 0 to here.
    package let locationCount: Int
    /// What was accepted but is worth telling once at start-up, such as settings without effect.
    package let notices: [Diagnostic]
    /// The files read, in order, with their texts: what `-T` prints.
    package let sources: [ConfigurationSource]

    /// Takes the parts as the front end made them.
    package init(
        dialect: ConfigurationDialect, process: ProcessSettings, listeners: [ListenerSettings],
        pieces: ConfigurationPieces, notices: [Diagnostic], sources: [ConfigurationSource]
    ) {
        self.dialect = dialect
        self.process = process
        self.listeners = listeners
        self.upstreams = pieces.upstreams
        self.maps = pieces.maps
        self.slotNames = pieces.slotNames
        self.logFiles = pieces.logFiles
        self.locationCount = pieces.locationCount
        self.notices = notices
        self.sources = sources
    }
}

/// The two configuration languages.
package enum ConfigurationDialect: Sendable {
    /// nginx's (`-c`).
    case nginx
    /// Apache httpd's (`-f`).
    case httpd
}

/// The tables that a front end fills while it compiles.
package struct ConfigurationPieces: Sendable {
    /// See `BalancerConfiguration.upstreams`.
    package var upstreams: [UpstreamSettings] = []
    /// See `BalancerConfiguration.maps`.
    package var maps: [VariableMap] = []
    /// See `BalancerConfiguration.slotNames`.
    package var slotNames: [String] = []
    /// See `BalancerConfiguration.logFiles`.
    package var logFiles: [LogDestination] = []
    /// See `BalancerConfiguration.locationCount`.
    package var locationCount = 0

    /// Makes empty tables.
    package init() {}
}

/// One configuration file as it was read.
package struct ConfigurationSource: Equatable, Sendable {
    /// The path it was opened by.
    package let path: String
    /// Its text.
    package let text: [UInt8]

    /// Pairs a path with its text.
    package init(path: String, text: [UInt8]) {
        self.path = path
        self.text = text
    }
}
