import ArgumentParser
import Base
import EventLoop
import SystemInterface

/// `ctl status`: all daemons in one table.
struct StatusCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("name", "NAME", "the instance, as its control socket is called"),
        .text("daemon", "DAEMON", "cached, balancerd or sessiond; null while it is silent"),
        .text("version", nil, "its version"),
        .number("pid", nil, "its process"),
        .text("state", "STATE", "starting, running, draining, stopped, or silent"),
        .number("uptimeSeconds", nil, "how long it has run"),
        .text("summary", "WHAT", "what matters of it, in a few words"),
        .text("warnings", nil, "what is wrong, a sentence each"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What runs, since when, and what is wrong.",
        discussion: """
            Examples:
              ctl status
              ctl status --watch 2
              ctl status -o json            the daemons' own documents, in full

            Exit status 1 when a daemon cannot be reached.

            -o json gives {"daemons":{NAME:document}}, each as Docs/control-api.md describes it, \
            or {"unreachable":why}.
            \(RecordList.help("daemons", Self.fields, hasOwnDocument: true))
            """)

    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let isHealthy = try await command.output.repeated(command.show, on: loop)
            if !isHealthy { throw ExitCode(1) }
        }
    }

    private func show(on loop: Loop) async throws -> Bool {
        let sockets = try self.daemons.found()
        if self.output.form == .json { return try await self.showJSON(sockets, on: loop) }
        let statuses = await DaemonOptions.statuses(of: sockets, on: loop)
        if self.output.form == .table {
            for line in StatusView.lines(statuses, width: Terminal.width) { Terminal.print(line) }
        } else {
            self.output.write(Self.records(statuses))
        }
        return statuses.allSatisfy { status in
            if case .success = status.answer { return true }
            return false
        }
    }

    private static func records(_ statuses: [StatusView.Status]) -> RecordList {
        var list = RecordList("daemons", Self.fields)
        for status in statuses {
            switch status.answer {
            case .success(let report):
                list.add([
                    .text(status.socket.name), .text(report.daemon), RecordValue(report.version),
                    RecordValue(report.pid), .text(report.state ?? "running"),
                    RecordValue(report.uptimeSeconds.map { Int($0) }),
                    .text(StatusView.summary(report)), .list(StatusView.notes(report)),
                ])
            case .failure(let failure):
                list.add([
                    .text(status.socket.name), .none, .none, .none, .text("silent"), .none, .none,
                    .list([failure.description]),
                ])
            }
        }
        return list
    }

    /// The daemons' own documents, unchanged, under the names of their instances.
    private func showJSON(_ sockets: [ControlSocket], on loop: Loop) async throws -> Bool {
        var isHealthy = true
        let buffer = ByteBuffer()
        var json = JSONWriter(into: buffer)
        var documents: [(String, String)] = []
        for socket in sockets {
            do {
                let body = try await ControlClient(socket, on: loop).send("GET", "/v1/status")
                documents.append((socket.name, String(decoding: body, as: UTF8.self)))
            } catch {
                isHealthy = false
                let part = ByteBuffer()
                var writer = JSONWriter(into: part)
                writer.object { $0.member("unreachable", "\(error)") }
                documents.append((socket.name, part.bytes.makeString()))
            }
        }
        json.object { json in
            json.key("daemons")
            json.object { json in
                for (name, document) in documents {
                    json.key(name)
                    json.document(document.trimmedOfWhiteSpace)
                }
            }
        }
        Terminal.print(buffer.bytes.makeString())
        return isHealthy
    }
}
