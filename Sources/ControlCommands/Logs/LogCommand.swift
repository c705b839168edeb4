import ArgumentParser
import Base
import EventLoop

/// `ctl log`: what daemons have logged, those of all daemons by time.
struct LogCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .number("unixMilliseconds", nil, "when, in milliseconds since 1970"),
        .text("name", nil, "the instance"),
        .text("level", nil, "trace, debug, info, notice, warning, error, critical"),
        .text("message", nil, "what it says"),
        .text("client", nil, "who asked, where it is known"),
        .text("session", nil, "a hash of the session's id: 16 digits of its SHA-256"),
        .text("request", nil, "the request, as $request_id and X-Request-ID name it"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "What daemons log, the newest last; -f goes on with what comes.",
        discussion: """
            A daemon remembers its last 500 lines; older ones are in the journal \
            (journalctl -u NAME), with the fields HOLDFAST_CLIENT, HOLDFAST_SESSION and \
            HOLDFAST_REQUEST. Session ids are cut to 8 digits.

            Examples:
              ctl log -n 100
              ctl log -f balancerd
              ctl log -f --at-least warning -o jsonl
              ctl log --session 5AF1C2B37D9E40A8B6C5D4E3F2A10987-n1.node4

            \(RecordList.help("lines", Self.fields))
            """)

    @Argument(help: "The instances that are meant; all without a name.") var names: [String] = []
    @Flag(name: [.short, .long], help: "Go on with the lines that come, until interrupted.")
    var follow = false
    @Option(name: [.customShort("n"), .customLong("lines")], help: "How many of the last lines.")
    var count = 50
    @Option(
        name: .customLong("at-least"), help: "Leave out what is less important.",
        completion: .list(["debug", "info", "notice", "warning", "error", "critical"]))
    var level: LogLevel?
    @Option(help: "Only lines about this session: its id, or the hash that lines show.")
    var session: String?
    @Option(help: "Only lines about this request, as $request_id names it.")
    var request: String?
    @Option(help: "Only lines about this client.") var client: String?
    @OptionGroup var daemons: DaemonOptions
    @Option(name: [.customShort("o"), .customLong("output")], help: "How to write the lines.")
    var form = OutputForm.table
    @OptionGroup var refused: RefusedWatch

    func validate() throws {
        try self.refused.refuse("-f goes on with the lines that come")
    }

    func run() throws {
        let command = self
        let source = LineSource(path: "/v1/log", member: "lines", count: self.count)
        try runCommand { loop in
            let sockets = try command.daemons.found(named: command.names)
            let printer = LinePrinter(form: command.form, "lines", Self.fields)
            try await source.read(sockets, follow: command.follow, on: loop) { socket, line in
                command.take(socket, line, printer)
            }
            printer.end()
        }
    }

    private func isMeant(_ report: LogLineReport) -> Bool {
        if let client, report.client != client { return false }
        if let request, report.request != request { return false }
        guard let session else { return true }
        return report.session == session || report.session == SessionName.hash(of: session)
    }

    private func take(_ socket: ControlSocket, _ line: String, _ printer: LinePrinter) {
        guard let report = JSONText.decode(LogLineReport.self, line: line) else {
            return printer.printLost(socket, line)
        }
        if let level, let own = LogLevel(rawValue: report.level), own < level { return }
        guard self.isMeant(report) else { return }
        let text =
            "\(Humane.time(unixMilliseconds: report.unixMilliseconds)) \(socket.name) "
            + "\(report.level): \(report.message)"
        let isBad = LogLevel(rawValue: report.level).map { $0 >= .error } ?? false
        printer.print(
            [
                .unixMilliseconds(report.unixMilliseconds), .text(socket.name),
                .text(report.level), .text(report.message), .text(report.client ?? ""),
                .text(report.session ?? ""), .text(report.request ?? ""),
            ],
            shown: isBad
                ? Terminal.alarming(RecordWriter.oneLine(text)) : RecordWriter.oneLine(text))
    }
}

/// How important a line of a log is.
enum LogLevel: String, ExpressibleByArgument, CaseIterable, Comparable, Sendable {
    case trace, debug, info, notice, warning, error, critical

    static func < (first: LogLevel, second: LogLevel) -> Bool {
        let all = Self.allCases
        return all.firstIndex(of: first) ?? 0 < all.firstIndex(of: second) ?? 0
    }
}
