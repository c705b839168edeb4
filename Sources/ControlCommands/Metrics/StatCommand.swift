import ArgumentParser
import Base
import EventLoop

/// `ctl stat NAME…`: some metrics of all daemons in one table.
struct StatCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("instance", "INSTANCE", "the instance"),
        .text("name", "NAME", "the metric's name"),
        .text("labels", "LABELS", "its labels, as Prometheus writes them"),
        .number("value", "VALUE", "the number"),
        .text("kind", nil, "counter or gauge"),
        .text("help", nil, "what it counts, a sentence"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "stat",
        abstract: "Single numbers of all daemons; * and ? stand for parts of a name.",
        discussion: """
            Without a name all metrics are listed. --describe says what each counts.

            Examples:
              ctl stat holdfast_sessions
              ctl stat '*evict*' --watch 1
              ctl stat --describe 'holdfast_peer_*'
              ctl stat process_resident_memory_bytes -o csv

            Exit status 1 when no metric has such a name.

            \(RecordList.help("stats", Self.fields))
            """)

    @Argument(help: "Names of metrics, with or without the prefix holdfast_.")
    var names: [String] = []
    @Flag(help: "Say what each metric counts, instead of its value.") var describe = false
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        let patterns = (self.names.isEmpty ? ["*"] : self.names).flatMap {
            [NamePattern($0), NamePattern("holdfast_" + $0)]
        }
        try self.output.show { loop in
            let texts = try await MetricsReading.read(try command.daemons.found(), on: loop)
            let list =
                command.describe
                ? Self.descriptions(texts, patterns) : Self.values(texts, patterns)
            if list.records.isEmpty {
                throw CommandFailure(description: "no metric has such a name; see ctl stat")
            }
            return list
        }
    }

    private static func values(
        _ texts: [(instance: String, text: MetricsText)], _ patterns: [NamePattern]
    ) -> RecordList {
        var list = RecordList("stats", Self.fields)
        for (instance, text) in texts {
            for family in text.families
            where patterns.contains(where: { $0.matches(family.name) }) {
                for sample in family.samples {
                    list.add([
                        .text(instance), .text(family.name), .text(sample.labelText),
                        Self.number(sample.value), .text(family.kind), .text(family.help),
                    ])
                }
            }
        }
        return list
    }

    /// A sample's number as it is; the text where it is none, as `NaN`.
    static func number(_ text: String) -> RecordValue {
        if let whole = Int(text) { return .number(whole) }
        return Double(text).map { .decimal($0) } ?? .text(text)
    }

    private static func descriptions(
        _ texts: [(instance: String, text: MetricsText)], _ patterns: [NamePattern]
    ) -> RecordList {
        var list = RecordList(
            "descriptions",
            [
                .text("name", "NAME", "the metric's name"),
                .text("kind", "KIND", "counter or gauge"),
                .text("help", "WHAT", "what it counts"),
            ])
        var seen: Set<String> = []
        for family in texts.flatMap(\.text.families).sorted(by: { $0.name < $1.name })
        where patterns.contains(where: { $0.matches(family.name) }) {
            guard seen.insert(family.name).inserted else { continue }
            list.add([.text(family.name), .text(family.kind), .text(family.help)])
        }
        return list
    }
}
