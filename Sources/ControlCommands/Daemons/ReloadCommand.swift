import ArgumentParser
import Base
import EventLoop

/// `ctl reload`: lets daemons take their configuration anew.
struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Let daemons read their configuration again.",
        discussion: """
            Says of each daemon whether it took the configuration, or where the mistake is; a \
            configuration with a mistake changes nothing. With --wait it also waits until \
            each daemon is as well as it was before, up to --timeout seconds: what was wrong \
            already, such as a server that is down, is no reason to wait. Needs root or the group \
            holdfast.

            Examples:
              ctl reload                    all daemons, one after another
              ctl reload --wait balancerd

            Exit status: 0 all took it, 1 one refused, 69 one is not reachable, 75 not well in time.

            \(DoneOptions.help)
            """)

    @Argument(help: "The instances that are meant; all without a name.") var names: [String] = []
    @Flag(help: "Wait until the daemons are as well as before.") var wait = false
    @Option(help: ArgumentHelp("How long to wait, at most.", valueName: "seconds"))
    var timeout = 30.0
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: DoneOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            var worst: CommandFailure?
            let done = command.output.begin()
            defer { done.end() }
            for socket in try command.daemons.found(named: command.names) {
                do {
                    try await command.reload(socket, done, on: loop)
                } catch let failure as CommandFailure {
                    done.add(socket.name, failure.description)
                    Terminal.printError("ctl: \(failure.description)")
                    if worst == nil { worst = failure }
                }
            }
            if let worst { throw ExitCode(worst.kind.rawValue) }
        }
    }

    private func reload(
        _ socket: ControlSocket, _ done: DoneList, on loop: Loop
    ) async throws {
        let before = self.wait ? try await Self.health(of: socket, on: loop) : nil
        _ = try await ControlClient(socket, on: loop).send("POST", "/v1/reload")
        done.add(
            socket.name, "configuration taken", "\(socket.name): configuration taken")
        guard let before else { return }
        let deadline = loop.now + .milliseconds(Int64(self.timeout * 1_000))
        while true {
            let report = try await Self.health(of: socket, on: loop)
            if report.health == "ok" { return }
            if report.health == "degraded", before.health == "degraded" {
                let why = report.warnings.joined(separator: "; ")
                let told = "degraded as before: \(why)"
                return done.add(socket.name, told, "\(socket.name): \(told)")
            }
            guard loop.now < deadline else {
                let why = report.warnings.first.map { ": \($0)" } ?? ""
                throw CommandFailure(
                    .timedOut, description: "\(socket.name): is \(report.health)\(why)")
            }
            await loop.sleep(until: min(deadline, loop.now + .milliseconds(100)))
        }
    }

    private static func health(
        of socket: ControlSocket, on loop: Loop
    ) async throws -> HealthReport {
        let answer = try await ControlClient(socket, on: loop).answer("GET", "/v1/health")
        return try JSONText.decode(HealthReport.self, answer.body, of: socket)
    }
}
