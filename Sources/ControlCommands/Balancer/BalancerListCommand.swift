import ArgumentParser
import EventLoop

/// `ctl balancer list`: every upstream's servers.
struct BalancerListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Upstreams and their servers: state, weight, requests, failures.",
        discussion: """
            Examples:
              ctl balancer list
              ctl balancer list --watch 1
              ctl balancer list -o csv

            \(RecordList.help("servers", BalancerServers.fields))
            """)

    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try self.output.show { loop in
            BalancerServers.records(try await BalancerServers.all(command.daemons, on: loop))
        }
    }
}

/// `ctl balancer show UPSTREAM`: one upstream, or one server, field by field.
struct BalancerShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "All that is known of an upstream or a server.",
        discussion: """
            Examples:
              ctl balancer show tcsrvs
              ctl balancer show node4

            Exit status 1 when there is none of that name.

            \(RecordList.help("servers", BalancerServers.fields))
            """)

    @Argument(help: "An upstream's name, or a server's: name, address or route.") var name: String
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try self.output.show { loop in
            let all = try await BalancerServers.all(command.daemons, on: loop)
            var found = all.filter { $0.upstream == command.name }
            if found.isEmpty { found = all.filter { $0.isNamed(command.name) } }
            if found.isEmpty { throw BalancerServers.unknown(command.name, all) }
            var list = BalancerServers.records(found)
            if command.output.form == .table { list = Self.upright(list) }
            return list
        }
    }

    /// Each record as lines of name and value.
    private static func upright(_ list: RecordList) -> RecordList {
        var result = RecordList(
            "fields", [.text("field", "FIELD", ""), .text("value", "VALUE", "")])
        for (number, record) in list.records.enumerated() {
            if number > 0 { result.add([.text(""), .text("")]) }
            for (field, value) in zip(list.fields, record) {
                result.add([.text(field.key), value])
            }
        }
        return result
    }
}
