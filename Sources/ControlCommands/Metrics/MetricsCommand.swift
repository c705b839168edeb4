import ArgumentParser
import EventLoop

/// `ctl metrics`: for scrapers that read a command's output.
struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "All metrics in Prometheus' text form.",
        discussion: """
            Of several daemons each sample gets the label instance.

            Examples:
              ctl metrics
              ctl metrics cached | grep evict
              curl --unix-socket /run/holdfast/cached.sock http://localhost/metrics
            """)

    @Argument(help: "The instances that are meant; all without a name.") var names: [String] = []
    @OptionGroup var daemons: DaemonOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let texts = try await MetricsReading.read(
                try command.daemons.found(named: command.names), on: loop)
            Terminal.write(Array(MetricsText.merged(texts).utf8))
        }
    }
}

/// Asks daemons for their metrics.
enum MetricsReading {
    /// The metrics of all `sockets`.
    ///
    /// - Throws: `CommandFailure` for the first that does not answer.
    static func read(
        _ sockets: [ControlSocket], on loop: Loop
    ) async throws -> [(instance: String, text: MetricsText)] {
        var texts: [(instance: String, text: MetricsText)] = []
        for socket in sockets {
            let body = try await ControlClient(socket, on: loop).send("GET", "/metrics")
            texts.append((socket.name, MetricsText(String(decoding: body, as: UTF8.self))))
        }
        return texts
    }
}
