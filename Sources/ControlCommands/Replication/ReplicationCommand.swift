import ArgumentParser

/// `ctl repl`: caches that hold the same items.
struct ReplicationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repl",
        abstract: "Caches that hold the same items: how they stand, how far they are behind.",
        discussion: """
            Examples:
              ctl repl status
              ctl repl lag --watch 1
              ctl repl promote n2
              ctl repl resync n2
            """,
        subcommands: [
            ReplicationStatusCommand.self, ReplicationLagCommand.self,
            ReplicationPromoteCommand.self, ReplicationResyncCommand.self,
        ])
}
