package import Base
package import EventLoop
package import SystemInterface

/// What a daemon serves: the server library's main type. All of it is called on the main loop,
/// which serves no client; the service's connections live on `daemon.loops`.
package protocol DaemonService: AnyObject, Sendable {
    /// Opens everything: files, listeners (`daemon.sockets.listeners`), routes, metrics. Called as
    /// the user who started the daemon; nothing is accepted yet.
    ///
    /// - Throws: why the daemon cannot start; a `Diagnostic` is shown with its line and caret.
    func prepare(on loop: Loop) async throws

    /// Begins to accept. Called as the user that `-u` names.
    func serve() async throws

    /// Reads the configuration again and takes all of it or nothing.
    ///
    /// - Throws: why it is refused; nothing was changed then.
    func reload() async throws

    /// Opens the log files again (SIGUSR1), after they were moved away.
    func reopenLogs()

    /// Accepts no more, finishes what has begun, and cuts what is open at `deadline`.
    ///
    /// - Returns: how many connections were cut.
    func drain(deadline: Instant) async -> Int

    /// The last call: writes what is kept in memory, closes listeners. Given a second at the most.
    func stop() async

    /// What it does now, for `GET /v1/status` and systemd.
    func status() async -> ServiceStatus

    /// The configuration in force, for `GET /v1/config`; who asks may see secrets.
    func configuration() async -> ConfigurationReport
}

extension DaemonService {
    /// No log files of its own.
    package func reopenLogs() {}
    /// Nothing to show.
    package func configuration() async -> ConfigurationReport { ConfigurationReport() }
}

/// The configuration that a service took at its start or its last reload.
package struct ConfigurationReport: Sendable {
    /// The largest file that is read again to be compared, in bytes.
    package static let fileBytesMax = 16 << 20

    /// One file as it was read.
    package struct File: Sendable {
        /// Where it is.
        package let path: String
        /// What it held when it was taken.
        package let text: [UInt8]

        /// Takes both.
        package init(path: String, text: [UInt8]) {
            self.path = path
            self.text = text
        }
    }

    /// Whose language the files are in: `memcached`, `nginx`, `httpd`, `tomcat`; empty for none.
    package var language = ""
    /// The files, the main one first.
    package var files: [File] = []
    /// Settings in force, by name, where the service has a list of them.
    package var settings: [(name: String, value: String)] = []

    /// Nothing.
    package init() {}
}

/// What a service says of itself.
package struct ServiceStatus: Sendable {
    /// Where it takes clients.
    package var listening: [SocketAddress] = []
    /// Sentences about what is wrong.
    package var warnings: [String] = []
    /// What matters, in a few words, for `systemctl status`: `3 items, 98 % hits`.
    package var summary = ""
    /// Writes further members of the status object, such as `cache` with an object.
    package var writeMembers: @Sendable (inout JSONWriter) -> Void = { _ in }

    /// Nothing to say.
    package init() {}
}

extension ServiceStatus {
    /// Where the daemon listens, as the end of a sentence about it.
    var whereabouts: String {
        let places = self.listening.map(\.description).joined(separator: ", ")
        return places.isEmpty ? "is ready" : "listens at \(places)"
    }

    /// One line for `systemctl status`.
    var line: String {
        let summary = self.summary.isEmpty ? self.whereabouts : self.summary
        guard let warning = self.warnings.first else { return summary }
        return "\(summary); \(warning)"
    }
}
