package import ArgumentParser

/// `ctl`: the root of all commands.
package struct Ctl: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ctl",
        abstract: "Look at and steer the Holdfast daemons of this machine.",
        discussion: """
            Daemons are found by their control sockets: those in /run/holdfast, or in the folder \
            that HOLDFAST_RUN names, or exactly those given with --socket.

            Examples:
              ctl status                    what runs, since when, what is wrong
              ctl status --watch 2          the same, every two seconds
              ctl cache get KEY             a value out of a cache
              ctl session list              the sessions that the application servers know
              ctl balancer list             upstreams and their servers
              ctl config test FILE          would a daemon take this file?

            Exit status: 0 done, 1 refused or not reachable, 64 wrong usage.
            """,
        version: ctlVersion,
        subcommands: [
            StatusCommand.self, CacheCommand.self, SessionCommand.self, BalancerCommand.self,
            ConfigCommand.self,
        ])

    /// Made by the argument parser.
    package init() {}
}

/// The version that `ctl --version` prints.
let ctlVersion = "0.1.0"

/// The whole program: reads the command line, runs the command, ends with its exit status.
package func runCtl() -> Never {
    Ctl.main()
    Ctl.exit()
}
