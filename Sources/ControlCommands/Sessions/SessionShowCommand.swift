import ArgumentParser
import EventLoop
import SystemInterface

/// `ctl session show ID`: one session with its attributes.
struct SessionShowCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("name", "ATTRIBUTE", "the attribute's name"),
        .text("type", "TYPE", "its type, as pages know it"),
        .text("value", "VALUE", "its value as text"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "One session with its attributes.",
        discussion: """
            Attributes are for root and the group holdfast; others see the rest.

            Examples:
              ctl session show 1A2B3C4D
              ctl session show 1A2B3C4D -o json

            -o json gives the daemon's own document, see Docs/control-api.md.
            \(RecordList.help("attributes", Self.fields, hasOwnDocument: true))
            """)

    @Argument(help: "The session's id, or its beginning (8 digits or more).") var id: String
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if self.id.count < 8 { throw ValidationError("an id has at least 8 digits") }
    }

    func run() throws {
        let command = self
        try runCommand { loop in
            _ = try await command.output.repeated(command.show, on: loop)
        }
    }

    private func show(on loop: Loop) async throws -> Bool {
        let (socket, session) = try await SessionRecords.named(self.id, self.daemons, on: loop)
        // Of an id that was cut the daemon finds the rest itself.
        let id = String(session.id.prefix { $0 != "…" })
        let client = ControlClient(socket, on: loop)
        let body = try await client.send("GET", Target.path("v1", "sessions", id))
        if self.output.form == .json {
            Terminal.write(body)
            return true
        }
        let whole = try JSONText.decode(SessionReport.self, body, of: socket)
        if self.output.form == .table {
            for line in Self.head(whole) { Terminal.print(line) }
            guard whole.attributes != nil else {
                Terminal.print("attributes   for root and the group holdfast only")
                return true
            }
            if whole.attributes?.isEmpty == true { return true }
            Terminal.print("")
        }
        var list = RecordList("attributes", Self.fields)
        for attribute in whole.attributes ?? [] {
            list.add([.text(attribute.name), .text(attribute.type), .text(attribute.value)])
        }
        self.output.write(list)
        return true
    }

    private static func head(_ session: SessionReport) -> [String] {
        func time(_ milliseconds: Int?) -> String {
            milliseconds.map { Humane.time(unixMilliseconds: $0) } ?? "-"
        }
        return [
            "id           \(session.id)",
            "context      \(session.context ?? "-")",
            "node         \(session.node ?? "-")",
            "route        \(session.route ?? "-")",
            "copies       \((session.copies ?? []).joined(separator: " "))",
            "version      \(session.version ?? 0)",
            "created      \(time(session.createdUnixMilliseconds))",
            "last access  \(time(session.lastAccessedUnixMilliseconds))",
            "ends after   \(session.maxInactiveSeconds ?? 0) s without a request",
        ]
    }
}
