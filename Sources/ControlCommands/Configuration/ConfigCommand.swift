import ArgumentParser

/// `ctl config …`.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "The daemons' configuration files.",
        subcommands: [ConfigTestCommand.self])
}
