import ArgumentParser
import EventLoop

/// `ctl config diff`: what has changed in the files since they were taken.
struct ConfigDiffCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("name", "INSTANCE", "the instance"),
        .text("path", "FILE", "the file"),
        .text("change", "CHANGE", "removed, added, or unreadable: the file cannot be read now"),
        .number("line", "LINE", "of removed the line as taken, of added the line now; else null"),
        .text("text", "TEXT", "what stands there"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "What has changed in the files since the daemons took them.",
        discussion: """
            Needs root or the group holdfast.

            Examples:
              ctl config diff && echo nothing to reload
              ctl config diff balancerd

            Exit status: 0 no difference, 1 a difference, as diff(1).

            \(RecordList.help("changes", Self.fields))
            """)

    @Argument(help: "The instances that are meant; all without a name.") var names: [String] = []
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let isSame = try await command.output.repeated(command.show, on: loop)
            if !isSame { throw ExitCode(1) }
        }
    }

    private func show(on loop: Loop) async throws -> Bool {
        var isSame = true
        var list = RecordList("changes", Self.fields)
        for socket in try self.daemons.found(named: self.names) {
            let report = try await ControlClient(socket, on: loop).send(
                "GET", "/v1/config", as: ConfigReport.self)
            for file in report.files where file.isChanged {
                isSame = false
                if self.output.form == .table {
                    Self.show(file, of: socket)
                } else {
                    Self.add(file, of: socket, to: &list)
                }
            }
        }
        if self.output.form != .table { self.output.write(list) }
        return isSame
    }

    private static func show(_ file: ConfigReport.File, of socket: ControlSocket) {
        Terminal.print("--- \(file.path) (in force in \(socket.name))")
        guard let now = file.onDisk else {
            return Terminal.print("+++ \(file.path) cannot be read any more")
        }
        Terminal.print("+++ \(file.path) (now)")
        for line in LineDifference.lines(file.text, now) { Terminal.print(Self.coloured(line)) }
    }

    private static func add(
        _ file: ConfigReport.File, of socket: ControlSocket, to list: inout RecordList
    ) {
        guard let now = file.onDisk else {
            return list.add([
                .text(socket.name), .text(file.path), .text("unreadable"), .none, .none,
            ])
        }
        for change in LineDifference.changes(file.text, now) {
            list.add([
                .text(socket.name), .text(file.path),
                .text(change.isAdded ? "added" : "removed"), .number(change.number),
                .text(change.text),
            ])
        }
    }

    private static func coloured(_ line: String) -> String {
        switch line.first {
        case "+": Terminal.coloured(line, .green)
        case "-": Terminal.coloured(line, .red)
        case "@": Terminal.coloured(line, .cyan)
        default: line
        }
    }
}
