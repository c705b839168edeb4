import ArgumentParser
import EventLoop

/// `ctl level`: what daemons log.
struct LevelCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("name", "NAME", "the instance"),
        .text("level", "LEVEL", "the least important level that it logs"),
    ]
    private static let levels = [
        "trace", "debug", "info", "notice", "warning", "error", "critical",
    ]

    static let configuration = CommandConfiguration(
        commandName: "level",
        abstract: "Show or set what daemons log.",
        discussion: """
            The level lasts until the daemon ends. Setting it needs root or the group holdfast.

            Examples:
              ctl level
              ctl level --set debug balancerd

            \(RecordList.help("levels", Self.fields))
            """)

    @Argument(help: "The instances that are meant; all without a name.") var names: [String] = []
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "The new level: \(Self.levels.joined(separator: ", ")).", valueName: "level"),
        completion: .list(Self.levels))
    var level: String?
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let level, !Self.levels.contains(level) {
            throw ValidationError("--set takes one of \(Self.levels.joined(separator: ", "))")
        }
        if self.level != nil, self.output.watch != nil {
            try Refusal.end("--watch", "--set does something, and does it once")
        }
    }

    func run() throws {
        let command = self
        try self.output.show { loop in
            var list = RecordList("levels", Self.fields)
            for socket in try command.daemons.found(named: command.names) {
                let client = ControlClient(socket, on: loop)
                let report =
                    if let level = command.level {
                        try await client.send(
                            "PUT", "/v1/log-level", body: "{\"level\":\"\(level)\"}",
                            as: LevelReport.self)
                    } else {
                        try await client.send("GET", "/v1/log-level", as: LevelReport.self)
                    }
                list.add([.text(socket.name), .text(report.level)])
            }
            return list
        }
    }
}
