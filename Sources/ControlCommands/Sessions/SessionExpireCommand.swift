import ArgumentParser
import EventLoop

/// `ctl session expire ID…`: ends sessions everywhere.
struct SessionExpireCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expire",
        abstract: "End sessions, in the application servers and in the caches.",
        discussion: """
            With --idle all sessions are ended that have had no request for so long; --dry-run \
            only says which. Needs root or the group holdfast.

            Examples:
              ctl session expire 1A2B3C4D
              ctl session expire --idle 3600 --dry-run
              ctl session expire --idle 3600 --context /testapp

            \(DoneOptions.help)
            """)

    @Argument(help: "Sessions' ids, or their beginnings (8 digits or more).") var ids: [String] = []
    @Option(help: ArgumentHelp("Those idle for so long, at least.", valueName: "seconds"))
    var idle: Int?
    @Option(help: ArgumentHelp("With --idle: of one application only.", valueName: "path"))
    var context: String?
    @Flag(help: "End nothing, say what would be ended.") var dryRun = false
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: DoneOptions

    func validate() throws {
        guard self.ids.isEmpty != (self.idle == nil) else {
            throw ValidationError("either ids or --idle SECONDS is needed")
        }
        if self.context != nil, self.idle == nil {
            throw ValidationError("--context goes with --idle; an id means one session anyway")
        }
        if self.ids.contains(where: { $0.count < 8 }) {
            throw ValidationError("an id has at least 8 digits")
        }
        if let idle, idle < 1 { throw ValidationError("--idle takes seconds from 1") }
    }

    func run() throws {
        let command = self
        try runCommand { loop in
            let done = command.output.begin()
            defer { done.end() }
            var chosen: [(socket: ControlSocket, session: SessionReport)] = []
            for id in command.ids {
                chosen.append(try await SessionRecords.named(id, command.daemons, on: loop))
            }
            if let idle = command.idle {
                let wish = SessionWish(idleSeconds: idle, context: command.context)
                chosen = try await SessionRecords.all(wish, command.daemons, on: loop)
            }
            for (socket, session) in chosen where !command.dryRun {
                let id = String(session.id.prefix { $0 != "…" })
                do {
                    _ = try await ControlClient(socket, on: loop).send(
                        "DELETE", Target.path("v1", "sessions", id))
                } catch let failure as CommandFailure
                    where failure.kind == .refused && command.idle != nil
                {
                    // It has ended by itself meanwhile.
                    continue
                }
                done.add(session.id, "expired", "expired \(session.id)")
            }
            if command.dryRun {
                for entry in chosen {
                    let id = entry.session.id
                    done.add(id, "would expire", "would expire \(id)")
                }
            }
            if chosen.isEmpty, command.output.form == .table {
                Terminal.print("no session was idle for so long")
            }
        }
    }
}
