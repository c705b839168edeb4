import ArgumentParser
import EventLoop

/// `ctl session show ID`: one session with its attributes.
struct SessionShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "One session with its attributes.",
        discussion: """
            The id may be cut to its first 8 digits or more, when that names one session.

            Examples:
              ctl session show 1A2B3C4D
            """)

    @Argument(help: "The session's id, or its beginning.") var id: String
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let (socket, id) = try await SessionLookup.find(command.id, command.daemons, on: loop)
            let session = try await ControlClient(socket, on: loop).send(
                "GET", "/v1/sessions/\(id)", as: SessionReport.self)
            switch command.output.form {
            case .json: try SessionOutput.printJSON(session)
            case .table: Self.print(session)
            }
        }
    }

    private static func print(_ session: SessionReport) {
        SessionOutput.printTable([session])
        Terminal.print("")
        var table = TextTable(["ATTRIBUTE", "TYPE", "VALUE"])
        for attribute in session.attributes ?? [] {
            table.add([attribute.name, attribute.type, attribute.value])
        }
        if table.isEmpty { return Terminal.print("no attributes") }
        for line in table.lines() { Terminal.print(line) }
    }
}

/// Finds who knows a session.
enum SessionLookup {
    /// The application server that knows the newest version of a session, and its whole id.
    ///
    /// - Throws: `CommandFailure` when none or several sessions are meant.
    static func find(
        _ prefix: String, _ daemons: DaemonOptions, on loop: Loop
    ) async throws -> (ControlSocket, String) {
        var best: (socket: ControlSocket, session: SessionReport)?
        var bases: Set<String> = []
        for socket in try await daemons.sockets(of: "sessiond", on: loop) {
            let list = try await ControlClient(socket, on: loop).send(
                "GET", "/v1/sessions", as: SessionListReport.self)
            for session in list.sessions where session.id.hasPrefix(prefix) {
                bases.insert(session.baseID)
                if best == nil || (best?.session.version ?? 0) < (session.version ?? 0) {
                    best = (socket, session)
                }
            }
        }
        guard let best else {
            throw CommandFailure(description: "no session begins with \(prefix)")
        }
        guard bases.count == 1 else {
            throw CommandFailure(description: "\(bases.count) sessions begin with \(prefix)")
        }
        return (best.socket, best.session.id)
    }
}
