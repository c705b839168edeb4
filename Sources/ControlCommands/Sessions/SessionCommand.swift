import ArgumentParser

/// `ctl session …`.
struct SessionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "The sessions of the application servers.",
        discussion: """
            Whole ids and attributes are for root and the group holdfast; others see 8 digits.

            Examples:
              ctl session list --idle 600
              ctl session where 1A2B3C4D
              ctl session expire --idle 3600
            """,
        subcommands: [
            SessionListCommand.self, SessionFindCommand.self, SessionShowCommand.self,
            SessionExpireCommand.self, SessionLocksCommand.self, SessionWhereCommand.self,
        ])
}
