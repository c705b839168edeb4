import ArgumentParser
import EventLoop

/// `ctl repl status`: every link of every cache.
struct ReplicationStatusCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("cache", "CACHE", "the cache's instance"),
        .text("direction", "", "to: it tells the peer; from: the peer tells it"),
        .text("peer", "PEER", "where the peer is"),
        .text("state", "STATE", "dialing, waiting (to dial again), copying, streaming, closed"),
        .number("waiting", "WAITING", "changes not known to be applied at the other end"),
        .number("lagSeconds", "LAG", "how old the oldest of them is, in seconds"),
        .number("items", "ITEMS", "items that were told, or heard and were news"),
        .number("deletions", nil, "deletions, counted alike"),
        .number("flushes", nil, "flushes, counted alike"),
        .number("passedOver", nil, "changes that were heard and known, or were older"),
        .number("copies", "COPIES", "full copies"),
        .number("overflows", nil, "full copies because more changes waited than -q"),
        .number("connects", nil, "how often the link was made"),
        .text("problem", "PROBLEM", "why the link is not there"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "The links between caches: state, what waits, lag, copies.",
        discussion: """
            Examples:
              ctl repl status
              ctl repl status n1 --watch 1
              ctl repl status -o json

            \(RecordList.help("links", Self.fields))
            """)

    @Argument(help: "Caches; all without a name.") var names: [String] = []
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try self.output.show { loop in
            var list = RecordList("links", Self.fields)
            list.emptyText = "no peer is named (-x), and none has come"
            let caches = try await ReplicationLinks.caches(
                command.names, command.daemons, on: loop)
            for (socket, status) in caches {
                for link in status.links ?? [] {
                    list.add([
                        .text(socket.name), .text(link.direction), .text(link.peer),
                        .text(link.state), .number(link.waiting),
                        link.lagSeconds.map { .decimal($0) } ?? .none, .number(link.items),
                        .number(link.deletions), .number(link.flushes), .number(link.passedOver),
                        .number(link.copies), .number(link.overflows), .number(link.connects),
                        .text(link.problem ?? ""),
                    ])
                }
            }
            return list
        }
    }
}

/// `ctl repl lag`: how far the other ends are behind; for scripts.
struct ReplicationLagCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("cache", "CACHE", "the cache's instance"),
        .text("peer", "PEER", "whom it tells"),
        .number("waiting", "WAITING", "changes that the peer has not acknowledged"),
        .number("lagSeconds", "LAG", "how old the oldest of them is, in seconds"),
        .number("free", "FREE", "how many more may wait until a full copy is needed"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "lag",
        abstract: "How far the peers are behind.",
        discussion: """
            Examples:
              ctl repl lag
              ctl repl lag --max 5        exit status 1 when a peer is 5 seconds behind, or away

            \(RecordList.help("lag", Self.fields))
            """)

    @Argument(help: "Caches; all without a name.") var names: [String] = []
    @Option(
        help: ArgumentHelp("How many seconds are too many.", valueName: "seconds"))
    var max: Double?
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try self.output.show { loop in
            var list = RecordList("lag", Self.fields)
            list.emptyText = "no peer is named (-x), and none has come"
            let caches = try await ReplicationLinks.caches(
                command.names, command.daemons, on: loop)
            for (socket, status) in caches {
                for link in status.links ?? [] where link.direction == "to" {
                    list.add([
                        .text(socket.name), .text(link.peer), .number(link.waiting),
                        link.lagSeconds.map { .decimal($0) } ?? .none,
                        .number(Swift.max(0, (status.logCountMax ?? 0) - link.waiting)),
                    ])
                    try command.check(link, of: socket)
                }
            }
            return list
        }
    }

    private func check(
        _ link: ReplicationStatus.Link, of socket: ControlSocket
    ) throws(CommandFailure) {
        guard let max = self.max else { return }
        guard link.state == "streaming" else {
            throw CommandFailure(
                description: "\(socket.name) to \(link.peer): \(link.problem ?? link.state)")
        }
        if let lag = link.lagSeconds, lag > max {
            throw CommandFailure(
                description: "\(socket.name) to \(link.peer): \(lag) seconds behind")
        }
    }
}
