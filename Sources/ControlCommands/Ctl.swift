package import ArgumentParser
import SystemInterface

/// `ctl`: the root of all commands.
package struct Ctl: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ctl",
        abstract: "Look at and steer the Holdfast daemons of this machine.",
        discussion: """
            Daemons are found by their control sockets: those in /run/holdfast, or in the folders \
            that HOLDFAST_RUN names, or exactly those given with --socket. With --host a command \
            runs on another machine, by ssh.

            Examples:
              ctl status                    what runs, since when, what is wrong
              ctl doctor                    what could be better, and what to do about it
              ctl cache get KEY             a value out of a cache
              ctl session where ID          the way of a session to its copies
              ctl balancer server node4 drain
              ctl reload --wait             take the configurations anew

            Tables fit 80 columns, or what COLUMNS or the terminal says. NO_COLOR takes the \
            colours away. For programs: -o json, jsonl or csv. --host, --socket, -o and --watch \
            may stand before the command's name or behind it.

            Exit status: 0 done; 1 the answer is no; 64 wrong usage; 69 nobody answers there; 74 \
            standard output cannot be written; 75 not in time; 76 a strange answer; 77 not allowed.
            """,
        version: ProductVersion.text,
        subcommands: [
            StatusCommand.self, HealthCommand.self, TopCommand.self, StatCommand.self,
            DoctorCommand.self, CacheCommand.self, ReplicationCommand.self,
            BalancerCommand.self, SessionCommand.self, ConfigCommand.self, ReloadCommand.self,
            LogCommand.self, LevelCommand.self, EventsCommand.self, MetricsCommand.self,
            BenchCommand.self,
            CompletionCommand.self,
        ])

    /// Made by the argument parser.
    package init() {}
}

/// The whole program: reads the command line, runs the command, ends with its exit status.
package func runCtl() -> Never {
    do {
        let given = Array(CommandLine.arguments.dropFirst())
        let arguments = GlobalOptions.moved(given)
        if GlobalOptions.areAlone(given) {
            Terminal.printError("ctl: which command? See ctl --help")
            throw ExitCode(CommandFailure.Kind.usage.rawValue)
        }
        var command = try Ctl.parseAsRoot(arguments)
        // Only a command line that is right here is sent elsewhere.
        try RemoteMachine.runInstead(CommandLine.arguments.prefix(1) + arguments)
        try command.run()
    } catch {
        Ctl.exit(withError: error)
    }
    Ctl.exit()
}
