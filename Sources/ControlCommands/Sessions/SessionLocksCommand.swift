import ArgumentParser
import EventLoop

/// `ctl session locks`: which sessions a request keeps locked now.
struct SessionLocksCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("id", "SESSION", "the session's id"),
        .text("context", "CONTEXT", "the application"),
        .text("node", "NODE", "the cache node that has the lock; empty for a lock of one process"),
        .text("holder", "HOLDER", "the application server whose request holds it, where known"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "locks",
        abstract: "The sessions that a request keeps locked now.",
        discussion: """
            Examples:
              ctl session locks
              ctl session locks --watch 1

            \(RecordList.help("locks", Self.fields))
            """)

    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try self.output.show { loop in
            var holders: [String: (lock: LockListReport.Lock, holder: String?)] = [:]
            for socket in try await command.daemons.sockets(of: "sessiond", on: loop) {
                let report = try await ControlClient(socket, on: loop).send(
                    "GET", "/v1/locks", as: LockListReport.self)
                for lock in report.locks {
                    let key = "\(lock.context) \(lock.id)"
                    let known = holders[key]?.holder
                    holders[key] = (lock, lock.isOurs ? socket.name : known)
                }
            }
            var list = RecordList("locks", Self.fields)
            list.emptyText = "no session is locked"
            for (lock, holder) in holders.values.sorted(by: { $0.lock.id < $1.lock.id }) {
                list.add([
                    .text(lock.id), .text(lock.context), .text(lock.node), RecordValue(holder),
                ])
            }
            return list
        }
    }
}
