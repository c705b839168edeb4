import ArgumentParser

/// `ctl config …`.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "The daemons' configuration files.",
        discussion: """
            Examples:
              ctl config test /etc/holdfast/balancerd.conf
              ctl config diff               what a reload would bring
              ctl config show balancerd     what is in force
            """,
        subcommands: [
            ConfigTestCommand.self, ConfigShowCommand.self, ConfigDiffCommand.self,
        ])
}
