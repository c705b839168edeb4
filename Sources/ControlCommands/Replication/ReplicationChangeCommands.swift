import ArgumentParser
import EventLoop

/// `ctl repl promote`: a planned switch-over.
struct ReplicationPromoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Wait until a cache has everything that its peers have.",
        discussion: """
            All caches take writes, so nothing has to be switched in them: once this says that all \
            is here, send the clients to this cache, and stop the other one. What clients write to \
            the other one meanwhile still comes; it is told before that one ends.

            Examples:
              ctl repl promote
              ctl repl promote n2

            Exit status 75 when not all is here after ten seconds.

            \(DoneOptions.help)
            """)

    @Argument(help: "The cache; needed when several replicate here.") var name: String?
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: DoneOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let cache = try await ReplicationLinks.one(command.name, command.daemons, on: loop)
            let status = try await ControlClient(cache.socket, on: loop).send(
                "POST", "/v1/replication/promote", as: ReplicationStatus.self)
            let count = (status.links ?? []).count { $0.direction == "from" }
            let result = "has everything of \(count) peer\(count == 1 ? "" : "s")"
            let done = command.output.begin()
            done.add(cache.socket.name, result, "\(cache.socket.name): \(result)")
            done.end()
        }
    }
}

/// `ctl repl resync`: full copies, whatever is known.
struct ReplicationResyncCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resync",
        abstract: "Send all items to the peers, and ask for all of theirs.",
        discussion: """
            For when something is in doubt. Everybody goes on serving; of two states of an item \
            the newer one stays.

            Examples:
              ctl repl resync
              ctl repl resync n2
              ctl repl status n2 --watch 1     how it goes on

            \(DoneOptions.help)
            """)

    @Argument(help: "The cache; needed when several replicate here.") var name: String?
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: DoneOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let cache = try await ReplicationLinks.one(command.name, command.daemons, on: loop)
            _ = try await ControlClient(cache.socket, on: loop).send(
                "POST", "/v1/replication/resync", as: ReplicationStatus.self)
            let result = "full copies have begun; see ctl repl status"
            let done = command.output.begin()
            done.add(cache.socket.name, result, "\(cache.socket.name): \(result)")
            done.end()
        }
    }
}
