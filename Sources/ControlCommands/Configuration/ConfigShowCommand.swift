import ArgumentParser
import EventLoop

/// `ctl config show`: what daemons took at their start or their last reload.
struct ConfigShowCommand: ParsableCommand {
    static let settingFields: [RecordList.Field] = [
        .text("name", "INSTANCE", "the instance"),
        .text("setting", "SETTING", "the setting's name"),
        .text("value", "VALUE", "its value"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "The configuration that is in force, as the daemon took it.",
        discussion: """
            The files are shown as they were when the daemon read them, whatever they hold now. \
            --settings shows the settings of caches instead, one a line. Needs root or the group \
            holdfast, as configurations may hold passwords.

            Examples:
              ctl config show balancerd
              ctl config show --settings cached -o json

            \(RecordList.help("settings", Self.settingFields))
            """)

    @Argument(help: "The instances that are meant; all without a name.") var names: [String] = []
    @Flag(help: "Settings in force instead of files (caches have them).") var settings = false
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        if self.settings { return try self.showSettings() }
        try runCommand { loop in
            for socket in try command.daemons.found(named: command.names) {
                let report = try await ControlClient(socket, on: loop).send(
                    "GET", "/v1/config", as: ConfigReport.self)
                for file in report.files {
                    Terminal.print("# \(socket.name): \(file.path)")
                    Terminal.write(Array(file.text.utf8))
                    if !file.text.hasSuffix("\n") { Terminal.print("") }
                }
                if report.files.isEmpty { Terminal.print("# \(socket.name): no file") }
            }
        }
    }

    private func showSettings() throws {
        let command = self
        try self.output.show { loop in
            var list = RecordList("settings", Self.settingFields)
            for socket in try command.daemons.found(named: command.names) {
                let report = try await ControlClient(socket, on: loop).send(
                    "GET", "/v1/config", as: ConfigReport.self)
                for (name, value) in report.settings.sorted(by: { $0.key < $1.key }) {
                    list.add([.text(socket.name), .text(name), .text(value)])
                }
            }
            return list
        }
    }
}

/// `ctl config diff`: what has changed in the files since they were taken.
struct ConfigDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "What has changed in the files since the daemons took them.",
        discussion: """
            Needs root or the group holdfast.

            Examples:
              ctl config diff && echo nothing to reload
              ctl config diff balancerd

            Exit status: 0 no difference, 1 a difference, as diff(1).
            """)

    @Argument(help: "The instances that are meant; all without a name.") var names: [String] = []
    @OptionGroup var daemons: DaemonOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            var isSame = true
            for socket in try command.daemons.found(named: command.names) {
                let report = try await ControlClient(socket, on: loop).send(
                    "GET", "/v1/config", as: ConfigReport.self)
                for file in report.files where file.isChanged {
                    isSame = false
                    Terminal.print("--- \(file.path) (in force in \(socket.name))")
                    guard let now = file.onDisk else {
                        Terminal.print("+++ \(file.path) cannot be read any more")
                        continue
                    }
                    Terminal.print("+++ \(file.path) (now)")
                    for line in LineDifference.lines(file.text, now) {
                        Terminal.print(Self.coloured(line))
                    }
                }
            }
            if !isSame { throw ExitCode(1) }
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
