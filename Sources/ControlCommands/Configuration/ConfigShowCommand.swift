import ArgumentParser
import EventLoop

/// `ctl config show`: what daemons took at their start or their last reload.
struct ConfigShowCommand: ParsableCommand {
    static let settingFields: [RecordList.Field] = [
        .text("name", "INSTANCE", "the instance"),
        .text("setting", "SETTING", "the setting's name"),
        .text("value", "VALUE", "its value"),
    ]

    static let fields: [RecordList.Field] = [
        .text("name", "INSTANCE", "the instance"),
        .text("path", "FILE", "the file"),
        .text("text", "TEXT", "what stood in it when the daemon took it"),
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
              ctl config show -o json

            \(RecordList.help("files", Self.fields))

            With --settings: \(RecordList.help("settings", Self.settingFields))
            """)

    @Argument(help: "The instances that are meant; all without a name.") var names: [String] = []
    @Flag(help: "Settings in force instead of files (caches have them).") var settings = false
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        if self.settings { return try self.showSettings() }
        try runCommand { loop in
            _ = try await command.output.repeated(command.show, on: loop)
        }
    }

    private func show(on loop: Loop) async throws -> Bool {
        var list = RecordList("files", Self.fields)
        for socket in try self.daemons.found(named: self.names) {
            let report = try await ControlClient(socket, on: loop).send(
                "GET", "/v1/config", as: ConfigReport.self)
            for file in report.files {
                list.add([.text(socket.name), .text(file.path), .text(file.text)])
            }
            if self.output.form == .table { Self.show(report.files, of: socket) }
        }
        if self.output.form != .table { self.output.write(list) }
        return true
    }

    private static func show(_ files: [ConfigReport.File], of socket: ControlSocket) {
        for file in files {
            Terminal.print("# \(socket.name): \(file.path)")
            Terminal.write(Array(file.text.utf8))
            if !file.text.hasSuffix("\n") { Terminal.print("") }
        }
        if files.isEmpty { Terminal.print("# \(socket.name): no file") }
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
