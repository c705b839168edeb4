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
    @Option(
        help: ArgumentHelp(
            "Run the command on another machine, by ssh: HOST or USER@HOST.",
            valueName: "machine"))
    var host: String?

    /// Ends with one line when sockets were named for a command that asks none.
    func refuseSockets(_ why: String) throws {
        if !self.sockets.isEmpty { try Refusal.end("--socket", why) }
    }

    /// The control sockets that are meant; at least one.
    ///
    /// - Throws: `CommandFailure` when none is found.
    func found() throws -> [ControlSocket] {
        let sockets = ControlSockets.find(named: self.sockets)
        if sockets.isEmpty {
            throw CommandFailure(
                .unreachable,
                description: "no daemon is running here (no control socket in "
                    + "\(ControlSockets.defaultFolder)); see --socket")
        }
        return sockets
    }

    /// The control sockets with these names; all of them without names.
    ///
    /// - Throws: `CommandFailure` for a name that no socket has.
    func found(named names: [String]) throws -> [ControlSocket] {
        let all = try self.found()
        if names.isEmpty { return all }
        return try names.map { name in
            guard let socket = all.first(where: { $0.name == name }) else {
                let known = all.map(\.name).joined(separator: ", ")
                throw CommandFailure(
                    description: "there is no daemon \(name) here; there are \(known)")
            }
            return socket
        }
    }

    /// What the daemons that are meant say of themselves, in the order of their sockets.
    static func statuses(
        of sockets: [ControlSocket], on loop: Loop
    ) async -> [(socket: ControlSocket, answer: Result<StatusReport, CommandFailure>)] {
        await Self.ask(sockets) { socket in
            try await ControlClient(socket, on: loop).send(
                "GET", "/v1/status", as: StatusReport.self)
        }
    }

    /// Asks several daemons; the answers, in the order of their sockets. All are asked at once, so
    /// that several that hang take no longer than one.
    static func ask<Answer: Sendable>(
        _ sockets: [ControlSocket],
        _ question: @escaping @Sendable (ControlSocket) async throws -> Answer
    ) async -> [(socket: ControlSocket, answer: Result<Answer, CommandFailure>)] {
        await withTaskGroup(of: (Int, Result<Answer, CommandFailure>).self) { group in
            for (index, socket) in sockets.enumerated() {
                group.addTask {
                    do {
                        return (index, .success(try await question(socket)))
                    } catch let failure as CommandFailure {
                        return (index, .failure(failure))
                    } catch {
                        return (index, .failure(CommandFailure(description: "\(error)")))
                    }
                }
            }
            var answers: [Int: Result<Answer, CommandFailure>] = [:]
            for await (index, answer) in group { answers[index] = answer }
            return sockets.enumerated().compactMap { index, socket in
                answers[index].map { (socket, $0) }
            }
        }
    }

    /// The sockets of daemons of one kind, such as `sessiond`.
    func sockets(of daemon: String, on loop: Loop) async throws -> [ControlSocket] {
        let statuses = await Self.statuses(of: try self.found(), on: loop)
        let matching = statuses.compactMap { status in
            if case .success(let report) = status.answer, report.daemon == daemon {
                return status.socket
            }
            return nil
        }
        if matching.isEmpty {
            // A socket that was named and is silent is the reason.
            if !self.sockets.isEmpty, case .failure(let failure)? = statuses.first?.answer {
                throw failure
            }
            throw CommandFailure(
                .unreachable, description: "no \(daemon) is running here; see ctl status")
        }
        return matching
    }
}
