import ArgumentParser

/// `ctl session …`.
struct SessionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "The sessions of the application servers.",
        subcommands: [SessionListCommand.self, SessionShowCommand.self, SessionExpireCommand.self])
}
