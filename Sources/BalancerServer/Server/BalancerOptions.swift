package import Base
import LoadBalancing
import SystemInterface

/// What the command line says of the configuration; enough to read it again at each reload.
package struct BalancerOptions: Sendable {
    /// The configuration's path, from the working folder, or from the prefix where that was given.
    package var path: String
    /// Its language.
    package var dialect: ConfigurationDialect
    /// What the command line adds to it.
    package var overrides: ConfigurationOverrides
    /// Files and names; tests give their own.
    package var reader: ConfigurationReader

    /// The usual configuration, of the machine's own files.
    package init(
        path: String = "balancer.conf", dialect: ConfigurationDialect = .nginx,
        overrides: ConfigurationOverrides = ConfigurationOverrides(),
        reader: ConfigurationReader = .system
    ) {
        self.path = path
        self.dialect = dialect
        self.overrides = overrides
        self.reader = reader
    }

    /// Reads and compiles the configuration.
    ///
    /// - Throws: the first mistake, with its place.
    package func read() throws(Diagnostic) -> BalancerConfiguration {
        switch self.dialect {
        case .nginx:
            try NginxCompiler.compile(
                path: self.path, overrides: self.overrides, reader: self.reader)
        case .httpd:
            try HttpdCompiler.compile(
                path: self.path, overrides: self.overrides, reader: self.reader)
        }
    }
}
