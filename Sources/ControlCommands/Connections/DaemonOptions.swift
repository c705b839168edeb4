import ArgumentParser
import EventLoop

/// Options that say which daemons are meant.
struct DaemonOptions: ParsableArguments {
    @Option(
        name: .customLong("socket"),
        help: ArgumentHelp(
            "A control socket, or a folder of them. May be given more than once.",
            valueName: "path"))
    var sockets: [String] = []

    /// The control sockets that are meant; at least one.
    ///
    /// - Throws: `CommandFailure` when none is found.
    func found() throws -> [ControlSocket] {
        let sockets = ControlSockets.find(named: self.sockets)
        if sockets.isEmpty {
            throw CommandFailure(
                description: "no daemon is running here (no control socket in "
                    + "\(ControlSockets.defaultFolder)); see --socket")
        }
        return sockets
    }

    /// What the daemons that are meant say of themselves, in the order of their sockets.
    static func statuses(
        of sockets: [ControlSocket], on loop: Loop
    ) async -> [(socket: ControlSocket, report: Result<StatusReport, CommandFailure>)] {
        var statuses: [(socket: ControlSocket, report: Result<StatusReport, CommandFailure>)] = []
        for socket in sockets {
            do {
                let report = try await ControlClient(socket, on: loop).send(
                    "GET", "/v1/status", as: StatusReport.self)
                statuses.append((socket, .success(report)))
            } catch let failure as CommandFailure {
                statuses.append((socket, .failure(failure)))
            } catch {
                statuses.append((socket, .failure(CommandFailure(description: "\(error)"))))
            }
        }
        return statuses
    }

    /// The sockets of daemons of one kind, such as `sessiond`.
    func sockets(of daemon: String, on loop: Loop) async throws -> [ControlSocket] {
        let statuses = await Self.statuses(of: try self.found(), on: loop)
        let matching = statuses.compactMap { status in
            if case .success(let report) = status.report, report.daemon == daemon {
                return status.socket
            }
            return nil
        }
        if matching.isEmpty {
            throw CommandFailure(description: "no \(daemon) is running here; see ctl status")
        }
        return matching
    }
}

/// How answers are written.
enum OutputForm: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// For people.
    case table
    /// For programs.
    case json
}

/// The option `-o`.
struct OutputOptions: ParsableArguments {
    @Option(name: [.short, .customLong("output")], help: "How to write the answer.")
    var form = OutputForm.table
}

/// Runs a command's body on a loop; a failure becomes one line on standard error and exit status 1.
func runCommand(_ body: @escaping @Sendable (Loop) async throws -> Void) throws {
    do {
        try runBlocking(body)
    } catch let failure as CommandFailure {
        Terminal.printError("ctl: \(failure.description)")
        throw ExitCode(1)
    }
}
