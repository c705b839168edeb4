import ArgumentParser
import EventLoop

/// `ctl events`: what happens in the daemons.
struct EventsCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .number("unixMilliseconds", nil, "when, in milliseconds since 1970"),
        .text("name", nil, "the instance"),
        .text("daemon", nil, "cached, balancerd or sessiond"),
        .text("event", nil, "a word for it, see Docs/control-api.md"),
        .text("message", nil, "a sentence for people"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "What happens: servers fail and come back, who changed what, reloads.",
        discussion: """
            Examples:
              ctl events
              ctl events -f
              ctl events -f --only server_failed --only cache_node_down -o jsonl

            \(RecordList.help("events", Self.fields))
            """)

    @Argument(help: "The instances that are meant; all without a name.") var names: [String] = []
    @Flag(name: [.short, .long], help: "Go on with the events that come, until interrupted.")
    var follow = false
    @Option(name: [.customShort("n"), .customLong("lines")], help: "How many of the last events.")
    var count = 50
    @Option(
        help: ArgumentHelp("These events only; may be given more than once.", valueName: "word"))
    var only: [String] = []
    @OptionGroup var daemons: DaemonOptions
    @Option(name: [.customShort("o"), .customLong("output")], help: "How to write the events.")
    var form = OutputForm.table
    @OptionGroup var refused: RefusedWatch

    func validate() throws {
        try self.refused.refuse("-f goes on with the events that come")
    }

    func run() throws {
        let command = self
        let source = LineSource(path: "/v1/events", member: "events", count: self.count)
        try runCommand { loop in
            let sockets = try command.daemons.found(named: command.names)
            let printer = LinePrinter(form: command.form, "events", Self.fields)
            try await source.read(sockets, follow: command.follow, on: loop) { socket, line in
                command.take(socket, line, printer)
            }
            printer.end()
        }
    }

    private func take(_ socket: ControlSocket, _ line: String, _ printer: LinePrinter) {
        guard let report = JSONText.decode(EventReport.self, line: line) else {
            return printer.printLost(socket, line)
        }
        if !self.only.isEmpty, !self.only.contains(report.event) { return }
        let text =
            "\(Humane.time(unixMilliseconds: report.unixMilliseconds)) \(socket.name) "
            + "\(report.event): \(report.message)"
        printer.print(
            [
                .unixMilliseconds(report.unixMilliseconds), .text(socket.name),
                .text(report.daemon), .text(report.event), .text(report.message),
            ], shown: RecordWriter.oneLine(text))
    }
}
