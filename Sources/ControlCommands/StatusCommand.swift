import ArgumentParser
import Base
import EventLoop
import SystemInterface

/// `ctl status`: all daemons in one table.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What runs, since when, and what is wrong.",
        discussion: """
            Examples:
              ctl status
              ctl status --watch 2
              ctl status -o json

            Exit status 1 when a daemon cannot be reached.
            """)

    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: ArgumentHelp("Show it again every so many seconds.", valueName: "seconds"))
    var watch: Double?

    func validate() throws {
        if let watch, !(0.1...86_400).contains(watch) {
            throw ValidationError("--watch takes seconds from 0.1 to 86400")
        }
    }

    func run() throws {
        let command = self
        try runCommand { loop in
            var isHealthy = try await command.show(on: loop)
            while let watch = command.watch {
                await loop.sleep(until: loop.now + .milliseconds(Int64(watch * 1000)))
                if Terminal.isTerminal { Terminal.clearScreen() }
                isHealthy = try await command.show(on: loop)
            }
            if !isHealthy { throw ExitCode(1) }
        }
    }

    private func show(on loop: Loop) async throws -> Bool {
        let sockets = try self.daemons.found()
        if self.output.form == .json { return try await self.showJSON(sockets, on: loop) }
        let statuses = await DaemonOptions.statuses(of: sockets, on: loop)
        for line in StatusView.lines(statuses) { Terminal.print(line) }
        return statuses.allSatisfy { status in
            if case .success = status.report { return true }
            return false
        }
    }

    /// The daemons' own documents, unchanged, under the names of their instances.
    private func showJSON(_ sockets: [ControlSocket], on loop: Loop) async throws -> Bool {
        var isHealthy = true
        var parts: [String] = []
        for socket in sockets {
            let name = ByteBuffer()
            var writer = JSONWriter(into: name)
            writer.value(socket.name)
            let key = name.bytes.makeString()
            do {
                let body = try await ControlClient(socket, on: loop).send("GET", "/v1/status")
                parts.append("\(key):\(String(decoding: body, as: UTF8.self))")
            } catch {
                isHealthy = false
                let message = ByteBuffer()
                var json = JSONWriter(into: message)
                json.object { $0.member("unreachable", "\(error)") }
                parts.append("\(key):\(message.bytes.makeString())")
            }
        }
        Terminal.print("{\"daemons\":{\(parts.joined(separator: ","))}}")
        return isHealthy
    }
}
