import Base
import HTTPProtocol

/// Which web applications are where at one moment. Immutable; replaced as a whole by the deployer.
package final class Deployment: Sendable {
    /// A virtual host and its applications, the longest paths first.
    package final class Host: Sendable {
        /// Its configuration.
        package let configuration: HostConfiguration
        /// Its applications; the one with the longest matching path answers.
        package let applications: [WebApplication]
        /// Its access logs.
        package let accessLogs: [AccessLogFile]
        /// The paths that were to be deployed; those that could not be among them.
        let wantedPaths: Set<String>

        init(
            configuration: HostConfiguration, applications: [WebApplication],
            accessLogs: [AccessLogFile], wantedPaths: Set<String>
        ) {
            self.configuration = configuration
            self.applications = applications
            self.accessLogs = accessLogs
            self.wantedPaths = wantedPaths
        }

        /// The application for a decoded path: the longest context path that is the path itself or
        /// is followed by a slash in it.
        package func application(for path: String) -> WebApplication? {
            self.applications.first { application in
                let prefix = application.path
                guard path.hasPrefix(prefix) else { return false }
                let end = path.utf8.index(path.utf8.startIndex, offsetBy: prefix.utf8.count)
                return prefix.isEmpty || end == path.utf8.endIndex
                    || path.utf8[end] == UInt8(ascii: "/")
            }
        }
    }

    /// The hosts of one service, and which of them is for all other names.
    package final class Engine: Sendable {
        /// Its configuration.
        package let configuration: EngineConfiguration
        /// The hosts.
        package let hosts: [Host]
        /// The index of the default host.
        package let defaultIndex: Int
        /// The access logs of the engine.
        package let accessLogs: [AccessLogFile]

        init(
            configuration: EngineConfiguration, hosts: [Host], defaultIndex: Int,
            accessLogs: [AccessLogFile]
        ) {
            self.configuration = configuration
            self.hosts = hosts
            self.defaultIndex = defaultIndex
            self.accessLogs = accessLogs
        }

        /// The index of the host with a name: exact, alias, `*.` wildcard, else the default.
        package func hostIndex(_ name: Span<UInt8>) -> Int {
            for (index, host) in self.hosts.enumerated() {
                if Self.isEqual(name, host.configuration.name) { return index }
                for alias in host.configuration.aliases where Self.isEqual(name, alias) {
                    return index
                }
            }
            for (index, host) in self.hosts.enumerated() {
                for pattern in [host.configuration.name] + host.configuration.aliases
                where pattern.hasPrefix("*.") {
                    if Self.ends(name, with: pattern.dropFirst()) { return index }
                }
            }
            return self.defaultIndex
        }

        /// `lowered` is in lower case.
        private static func isEqual(_ name: Span<UInt8>, _ lowered: String) -> Bool {
            name.isEqualIgnoringCase(toLowered: lowered.utf8.span)
        }

        private static func ends(_ name: Span<UInt8>, with tail: Substring) -> Bool {
            guard name.count > tail.utf8.count else { return false }
            var index = name.count - tail.utf8.count
            for byte in tail.utf8 {
                if name[index].asciiLowercased != byte { return false }
                index += 1
            }
            return true
        }
    }

    /// One engine for each service, in the order of the services.
    package let engines: [Engine]
    /// Goes up by one with each deployment; loops compare it to know that theirs is old.
    package let generation: Int

    init(engines: [Engine], generation: Int) {
        self.engines = engines
        self.generation = generation
    }

    /// All applications.
    package var applications: [WebApplication] {
        self.engines.flatMap { engine in engine.hosts.flatMap(\.applications) }
    }

    /// All access logs.
    var accessLogs: [AccessLogFile] {
        self.engines.flatMap { engine in
            engine.accessLogs
                + engine.hosts.flatMap { host in
                    host.accessLogs + host.applications.flatMap(\.accessLogs)
                }
        }
    }
}
