import ArgumentParser
import Base
import EventLoop

/// `ctl session list`: every session that an application server knows, once.
struct SessionListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The sessions, with where they are kept, the latest used first.",
        discussion: """
            Examples:
              ctl session list
              ctl session list --idle 600 --context /testapp
              ctl session list -o json

            \(RecordList.help("sessions", SessionRecords.fields))
            """)

    @Option(help: ArgumentHelp("Those idle for so long, at least.", valueName: "seconds"))
    var idle = 0
    @Option(help: ArgumentHelp("Those of one application: ROOT or /name.", valueName: "path"))
    var context: String?
    @Option(help: ArgumentHelp("At most so many.", valueName: "count")) var limit = 1_000
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try self.output.show { loop in
            let wish = SessionWish(
                idleSeconds: command.idle, context: command.context, limit: command.limit)
            return SessionRecords.list(
                try await SessionRecords.all(wish, command.daemons, on: loop).map(\.session))
        }
    }
}

/// `ctl session find TEXT`: by what an id begins with, or by what stands in it.
struct SessionFindCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find",
        abstract: "The sessions whose id, route, node or context has a text in it.",
        discussion: """
            Examples:
              ctl session find 1A2B3C4D
              ctl session find .node4
              ctl session find --attribute user=alice

            With --attribute each session is looked into, which needs root or the group holdfast. \
            Exit status 1 when there is none.

            \(RecordList.help("sessions", SessionRecords.fields))
            """)

    @Argument(help: "The text; * and ? stand for parts of it.") var text: String = ""
    @Option(
        help: ArgumentHelp(
            "Those with this attribute, NAME or NAME=VALUE; * and ? stand for parts.",
            valueName: "attribute"))
    var attribute: String?
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if self.text.isEmpty, self.attribute == nil {
            throw ValidationError("a text or --attribute is needed")
        }
    }

    func run() throws {
        let command = self
        try self.output.show { loop in
            var found: [SessionReport] = []
            let pattern = NamePattern("*\(command.text)*")
            for entry in try await SessionRecords.all(SessionWish(), command.daemons, on: loop) {
                let session = entry.session
                let words = [session.id, session.context ?? ""] + (session.copies ?? [])
                guard words.contains(where: pattern.matches) else { continue }
                if let attribute = command.attribute {
                    let whole = try await ControlClient(entry.socket, on: loop).send(
                        "GET", Target.path("v1", "sessions", session.id), as: SessionReport.self)
                    guard Self.has(attribute, whole.attributes) else { continue }
                }
                found.append(session)
            }
            if found.isEmpty { throw CommandFailure(description: "no session is like that") }
            return SessionRecords.list(found)
        }
    }

    private static func has(
        _ wish: String, _ attributes: [SessionReport.Attribute]?
    ) -> Bool {
        let parts = wish.split(separator: "=", maxSplits: 1).map(String.init)
        let name = NamePattern(parts.first ?? "")
        let value = NamePattern(parts.count > 1 ? parts[1] : "*")
        return (attributes ?? []).contains { name.matches($0.name) && value.matches($0.value) }
    }
}
