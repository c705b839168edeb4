import ArgumentParser

/// `ctl session expire ID`: ends a session everywhere.
struct SessionExpireCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expire",
        abstract: "End a session, in the application servers and in the caches.",
        discussion: """
            Needs root or the group holdfast.

            Examples:
              ctl session expire 1A2B3C4D
            """)

    @Argument(help: "The session's id, or its beginning (8 digits or more).") var id: String
    @OptionGroup var daemons: DaemonOptions

    func validate() throws {
        if self.id.count < 8 { throw ValidationError("an id has at least 8 digits") }
    }

    func run() throws {
        let command = self
        try runCommand { loop in
            let (socket, id) = try await SessionLookup.find(command.id, command.daemons, on: loop)
            _ = try await ControlClient(socket, on: loop).send("DELETE", "/v1/sessions/\(id)")
            Terminal.print("expired \(id)")
        }
    }
}
