import ArgumentParser
import EventLoop

/// `ctl metrics`: for scrapers that read a command's output.
struct MetricsCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("instance", "INSTANCE", "the instance"),
        .text("name", "NAME", "the metric's name"),
        .text("labels", "LABELS", "its labels, an object; in CSV name=value with blanks between"),
        .number("value", "VALUE", "the number"),
        .text("kind", "KIND", "counter or gauge"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "All metrics, in Prometheus' text form or as records.",
        discussion: """
            Of several daemons each sample gets the label instance.

            Examples:
              ctl metrics
              ctl metrics cached | grep evict
              ctl metrics -o json
              curl --unix-socket /run/holdfast/cached.sock http://localhost/metrics

            \(RecordList.help("metrics", Self.fields))
            """)

    @Argument(help: "The instances that are meant; all without a name.") var names: [String] = []
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            _ = try await command.output.repeated(command.show, on: loop)
        }
    }

    private func show(on loop: Loop) async throws -> Bool {
        let texts = try await MetricsReading.read(
            try self.daemons.found(named: self.names), on: loop)
        if self.output.form == .table {
            Terminal.write(Array(MetricsText.merged(texts).utf8))
        } else {
            self.output.write(Self.records(texts))
        }
        return true
    }

    static func records(_ texts: [(instance: String, text: MetricsText)]) -> RecordList {
        var list = RecordList("metrics", Self.fields)
        for (instance, text) in texts {
            for family in text.families {
                for sample in family.samples {
                    let labels = sample.labels.map { label in
                        RecordValue.Pair(name: label.name, value: label.value)
                    }
                    list.add([
                        .text(instance), .text(family.name), .pairs(labels),
                        StatCommand.number(sample.value), .text(family.kind),
                    ])
                }
            }
        }
        return list
    }
}

/// Asks daemons for their metrics.
enum MetricsReading {
    /// The metrics of all `sockets`.
    ///
    /// - Throws: `CommandFailure` for the first that does not answer.
    static func read(
        _ sockets: [ControlSocket], on loop: Loop
    ) async throws -> [(instance: String, text: MetricsText)] {
        var texts: [(instance: String, text: MetricsText)] = []
        for socket in sockets {
            let body = try await ControlClient(socket, on: loop).send("GET", "/metrics")
            texts.append((socket.name, MetricsText(String(decoding: body, as: UTF8.self))))
        }
        return texts
    }
}
