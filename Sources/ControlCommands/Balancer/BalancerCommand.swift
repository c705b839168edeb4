import ArgumentParser
import EventLoop

/// `ctl balancer …`.
struct BalancerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balancer", abstract: "The balancers and the servers behind them.",
        subcommands: [BalancerListCommand.self])
}

/// `ctl balancer list`: every upstream's servers.
struct BalancerListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Upstreams and their servers: state, weight, requests, failures.",
        discussion: """
            Examples:
              ctl balancer list
            """)

    @OptionGroup var daemons: DaemonOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let sockets = try await command.daemons.sockets(of: "balancerd", on: loop)
            var table = TextTable(
                ["UPSTREAM", "SERVER", "STATE", "ROUTE", "WEIGHT", "REQUESTS", "FAILURES"],
                rightAligned: [4, 5, 6])
            for status in await DaemonOptions.statuses(of: sockets, on: loop) {
                for upstream in try status.report.get().balancer?.upstreams ?? [] {
                    for peer in upstream.peers {
                        table.add([
                            upstream.name, peer.address, peer.state, peer.route ?? "",
                            "\(peer.weight ?? 1)", "\(peer.requests ?? 0)",
                            "\(peer.failures ?? 0)",
                        ])
                    }
                }
            }
            for line in table.lines() { Terminal.print(line) }
        }
    }
}
