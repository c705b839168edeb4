import ArgumentParser
import Base
import EventLoop
import SystemInterface

/// `ctl health`: for scripts and monitors.
struct HealthCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("name", "NAME", "the instance"),
        .text("daemon", "DAEMON", "cached, balancerd or sessiond; null while it is silent"),
        .text("health", "HEALTH", "ok, degraded (it serves, with warnings), unavailable, silent"),
        .text("state", "STATE", "starting, running, draining, stopped; null while it is silent"),
        .text("warnings", "WHY", "what is wrong, a sentence each"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Is all well? Waits for it with --wait.",
        discussion: """
            Examples:
              ctl health
              ctl health --wait --timeout 30 cached sessiond
              ctl health -o json

            Exit status: 0 all well, 1 a daemon is degraded, unavailable or silent, 69 there is \
            none, 75 all was not well in time.

            \(RecordList.help("health", Self.fields))
            """)

    @Argument(help: "The instances that are meant; all without a name.") var names: [String] = []
    @Flag(help: "Wait until all is well.") var wait = false
    @Option(help: ArgumentHelp("How long to wait, at most.", valueName: "seconds"))
    var timeout = 60.0
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (0...86_400).contains(self.timeout) else {
            throw ValidationError("--timeout takes seconds from 0 to 86400")
        }
        if self.wait, self.output.watch != nil {
            try Refusal.end("--watch", "--wait asks again by itself")
        }
    }

    func run() throws {
        let command = self
        try runCommand { loop in
            if command.wait { return try await command.waitAndShow(on: loop) }
            let isWell = try await command.output.repeated(
                { loop in
                    let (list, isWell) = try await command.look(on: loop)
                    command.output.write(list)
                    return isWell
                }, on: loop)
            if !isWell { throw ExitCode(1) }
        }
    }

    private func waitAndShow(on loop: Loop) async throws {
        let deadline = loop.now + .milliseconds(Int64(self.timeout * 1_000))
        while true {
            // A daemon that is not there yet may come.
            let found = try? await self.look(on: loop)
            if let found, found.isWell { return self.output.write(found.list) }
            guard loop.now < deadline else {
                if let found { self.output.write(found.list) }
                throw CommandFailure(
                    .timedOut, description: "not all is well after \(self.timeout) seconds")
            }
            await loop.sleep(until: min(deadline, loop.now + .milliseconds(100)))
        }
    }

    private func look(on loop: Loop) async throws -> (list: RecordList, isWell: Bool) {
        var list = RecordList("health", Self.fields)
        var isWell = true
        let sockets = try self.daemons.found(named: self.names)
        let answers = await DaemonOptions.ask(sockets) { socket in
            // 503 is an answer here.
            let answer = try await ControlClient(socket, on: loop).answer("GET", "/v1/health")
            return try JSONText.decode(HealthReport.self, answer.body, of: socket)
        }
        for (socket, answer) in answers {
            switch answer {
            case .success(let report):
                if report.health != "ok" { isWell = false }
                list.add([
                    .text(socket.name), .text(report.daemon), .text(report.health),
                    .text(report.state), .list(report.warnings),
                ])
            case .failure(let failure):
                isWell = false
                list.add([
                    .text(socket.name), .none, .text("silent"), .none, .list([failure.description]),
                ])
            }
        }
        return (list, isWell)
    }
}
