import ArgumentParser
import Base
import EventLoop

/// `ctl balancer server NAME ready|drain|maint`.
struct BalancerServerCommand: ParsableCommand {
    /// What a server is to do.
    enum Duty: String, ExpressibleByArgument, CaseIterable {
        /// As the balancer knows them.
        case ready, drain, maint
        /// As the configuration says.
        case configured
    }

    static let configuration = CommandConfiguration(
        commandName: "server",
        abstract: "Make a server ready, drain it, or take it out.",
        discussion: """
            ready: it takes requests, at once, whatever it did before. drain: it serves the \
            sessions that belong to it by their route, and gets no others. maint: it gets nothing. \
            configured: as the configuration says. It lasts over reloads, until the balancer ends. \
            Needs root or the group holdfast.

            Examples:
              ctl balancer server node4 drain
              ctl balancer server 127.0.0.1:8085 maint
              ctl balancer server tcsrvs/127.0.0.1:8085 ready

            Exit status: 0 done, 1 there is no such server, 69 no balancer, 77 not allowed.

            \(DoneOptions.help)
            """)

    @Argument(help: "A server's name, address or route, or UPSTREAM/NAME.") var name: String
    @Argument(help: "What it is to do: ready, drain, maint or configured.") var duty: Duty
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: DoneOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let done = command.output.begin()
            defer { done.end() }
            for server in try await BalancerServers.named(
                command.name, command.daemons, on: loop)
            {
                if command.duty == .configured {
                    let target = Target.path(
                        "v1", "upstreams", server.upstream, "servers", server.name, "override")
                    _ = try await ControlClient(server.socket, on: loop).send("DELETE", target)
                } else {
                    try await BalancerServers.change(
                        server, "{\"state\":\"\(command.duty.rawValue)\"}", on: loop)
                }
                let name = "\(server.upstream)/\(server.name)"
                done.add(name, command.duty.rawValue, "\(name): \(command.duty.rawValue)")
            }
        }
    }
}

/// `ctl balancer weight NAME N`.
struct BalancerWeightCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weight",
        abstract: "Change a server's share of the requests.",
        discussion: """
            It counts from now on, lasts over reloads, until the balancer ends. With httpd's \
            configuration a loadfactor of 1 is a weight of 100. Needs root or the group holdfast.

            Examples:
              ctl balancer weight node4 3

            \(DoneOptions.help)
            """)

    @Argument(help: "A server's name, address or route, or UPSTREAM/NAME.") var name: String
    @Argument(help: "The weight, from 1 to 65535.") var weight: Int
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: DoneOptions

    func validate() throws {
        guard (1...65_535).contains(self.weight) else {
            throw ValidationError("a weight is a number from 1 to 65535")
        }
    }

    func run() throws {
        let command = self
        try runCommand { loop in
            let done = command.output.begin()
            defer { done.end() }
            for server in try await BalancerServers.named(
                command.name, command.daemons, on: loop)
            {
                try await BalancerServers.change(
                    server, "{\"weight\":\(command.weight)}", on: loop)
                let name = "\(server.upstream)/\(server.name)"
                done.add(name, "weight \(command.weight)", "\(name): weight \(command.weight)")
            }
        }
    }
}

/// `ctl balancer wait --drained NAME…`.
struct BalancerWaitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until servers have no request any more, or are up.",
        discussion: """
            Examples:
              ctl balancer server node4 drain
              ctl balancer wait --drained node4 --timeout 120
              ctl balancer wait --up node4

            Exit status: 0 it is so, 75 not in time.

            \(DoneOptions.help)
            """)

    @Argument(help: "Servers' names, addresses or routes.") var names: [String]
    @Flag(help: "Wait until no request is at them.") var drained = false
    @Flag(help: "Wait until they take requests.") var up = false
    @Option(help: ArgumentHelp("How long to wait, at most.", valueName: "seconds"))
    var timeout = 60.0
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: DoneOptions

    func validate() throws {
        guard self.drained != self.up else {
            throw ValidationError("one of --drained and --up is needed")
        }
    }

    func run() throws {
        let command = self
        try runCommand { loop in
            let deadline = loop.now + .milliseconds(Int64(command.timeout * 1_000))
            while true {
                var waiting: [BalancerServer] = []
                for name in command.names {
                    waiting += try await BalancerServers.named(name, command.daemons, on: loop)
                        .filter { !command.isDone($0.peer) }
                }
                guard let first = waiting.first else {
                    return command.tellDone()
                }
                guard loop.now < deadline else {
                    throw CommandFailure(
                        .timedOut,
                        description: "\(first.name): \(first.peer.active ?? 0) requests, "
                            + "\(first.peer.state), after \(command.timeout) seconds")
                }
                await loop.sleep(until: min(deadline, loop.now + .milliseconds(100)))
            }
        }
    }

    private func tellDone() {
        let done = self.output.begin()
        for name in self.names { done.add(name, self.drained ? "drained" : "up") }
        done.end()
    }

    private func isDone(_ peer: BalancerReport.Peer) -> Bool {
        self.drained ? (peer.active ?? 0) == 0 : peer.state == "up"
    }
}
