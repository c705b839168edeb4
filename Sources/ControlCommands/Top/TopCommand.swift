import ArgumentParser
import Base
import EventLoop
import SystemInterface

/// `ctl top`: the cluster, live, on the whole screen.
struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "The daemons of this machine, live, on the whole screen.",
        discussion: """
            Keys: 1 daemons, 2 caches, 3 servers, 4 sessions, tab the next of them; < and > sort \
            by another column, r turns the order round; p stands still; + and - change how often \
            the daemons are asked; h helps, q ends. Where there is no terminal, one table of an \
            interval is printed, and with -o its records.

            Examples:
              ctl top
              ctl top --interval 5
              ctl top --view caches
              ctl top --view servers --interval 1 -o json

            \(TopView.help)
            """)

    @Option(help: ArgumentHelp("How often to ask, from 0.25 to 60.", valueName: "seconds"))
    var interval = 2.0
    @Option(
        help: ArgumentHelp(
            "What to begin with: daemons, caches, servers or sessions.", valueName: "table"),
        completion: .list(TopView.allCases.map(\.rawValue)))
    var view = "daemons"
    @OptionGroup var daemons: DaemonOptions
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("How to write one table instead of the screen.", valueName: "form"))
    var form: OutputForm?
    @OptionGroup var refused: RefusedWatch

    func validate() throws {
        try self.refused.refuse("it draws again by itself; --interval says how often")
        guard (0.25...60).contains(self.interval) else {
            throw ValidationError("--interval takes seconds from 0.25 to 60")
        }
        guard TopView(rawValue: self.view) != nil else {
            throw ValidationError("--view takes daemons, caches, servers or sessions")
        }
    }

    func run() throws {
        let command = self
        try runCommand { loop in
            var model = TopModel(interval: .milliseconds(Int64(command.interval * 1_000)))
            if let view = TopView(rawValue: command.view) {
                _ = model.press(.character(view.key))
            }
            _ = try command.daemons.found()
            if command.form == nil, Terminal.isTerminal, RawDescriptor.isTerminal(0) {
                try await TopScreen(model, command.daemons, on: loop).run()
            } else {
                await command.printOnce(model, on: loop)
            }
        }
    }

    private func printOnce(_ model: TopModel, on loop: Loop) async {
        let sockets = (try? self.daemons.found()) ?? []
        let before = await TopSample.take(
            sockets, withSessions: false, self.daemons, on: loop)
        await loop.sleep(until: loop.now + model.interval)
        let now = await TopSample.take(
            sockets, withSessions: model.view == .sessions, self.daemons, on: loop)
        let list = model.view.records(TopInterval(before: before, now: now))
        let text = RecordWriter.text(list, self.form ?? .table, width: Terminal.width)
        Terminal.write(Array(text.utf8))
    }
}
