import ArgumentParser
import EventLoop
import FoundationEssentials
import SystemInterface

/// `ctl session list`: every session that an application server knows, once.
struct SessionListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The sessions, with where they are kept.",
        discussion: """
            Examples:
              ctl session list
              ctl session list -o json
            """)

    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let sessions = try await Self.all(command.daemons, on: loop)
            switch command.output.form {
            case .json: try SessionOutput.printJSON(SessionListReport(sessions: sessions))
            case .table: SessionOutput.printTable(sessions)
            }
        }
    }

    /// The sessions of all application servers; of one that several know, the newest version.
    static func all(_ daemons: DaemonOptions, on loop: Loop) async throws -> [SessionReport] {
        var newest: [String: SessionReport] = [:]
        for socket in try await daemons.sockets(of: "sessiond", on: loop) {
            let list = try await ControlClient(socket, on: loop).send(
                "GET", "/v1/sessions", as: SessionListReport.self)
            for session in list.sessions {
                let key = session.baseID
                let known = newest[key]
                if known == nil || (known?.version ?? 0) < (session.version ?? 0) {
                    newest[key] = session
                }
            }
        }
        return newest.values.sorted { $0.id < $1.id }
    }
}

extension SessionReport {
    /// The id without node and route.
    var baseID: String { self.id.split(separator: "-").first.map(String.init) ?? self.id }
}

/// Sessions as text.
enum SessionOutput {
    /// A line for each session.
    static func printTable(_ sessions: [SessionReport]) {
        var table = TextTable(
            ["SESSION", "NODE", "COPIES", "VERSION", "IDLE", "CONTEXT"], rightAligned: [3, 4])
        let now = Int(SystemClock.unixNanoseconds() / 1_000_000)
        for session in sessions {
            let idle = session.lastAccessedUnixMilliseconds.map {
                Humane.duration(seconds: (now - $0) / 1000)
            }
            table.add([
                session.id, session.node ?? "-", (session.copies ?? []).joined(separator: " "),
                session.version.map { "\($0)" } ?? "-", idle ?? "-", session.context ?? "",
            ])
        }
        if table.isEmpty { return Terminal.print("no sessions") }
        for line in table.lines() { Terminal.print(line) }
    }

    /// One JSON document.
    static func printJSON(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        Terminal.write(Array(try encoder.encode(value)) + [0x0A])
    }
}
