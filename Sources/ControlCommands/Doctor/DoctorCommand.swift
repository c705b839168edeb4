import ArgumentParser
import EventLoop

/// `ctl doctor`: what could be better, and what to do about it.
struct DoctorCommand: ParsableCommand {
    static let fields: [RecordList.Field] = [
        .text("weight", "WEIGHT", "problem, warning or note"),
        .text("rule", "RULE", "which rule found it, a word for programs"),
        .text("name", "INSTANCE", "the instance; empty for the machine"),
        .text("what", "WHAT", "what was seen"),
        .text("advice", "DO", "what to do about it"),
    ]

    /// All rules, by the words for programs.
    static let rules = """
        silent, draining, restricted, reload_refused, low_hit_rate, evictions, \
        connections_refused, connections_near_limit, store_no_memory, store_too_large, \
        clock_skew, no_replica, replica_away, replica_behind, replica_copying, \
        replica_queue_near_limit, no_server, last_server, server_failed, server_full, \
        server_taken_out, no_cache, no_backup, failover_leaves_no_backup, \
        cache_down, copies_missing, local_only, sticky_without_affinity, no_route, \
        unknown_route, configuration_changed, port_taken
        """

    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "What could be better, and what to do about it.",
        discussion: """
            Looks at all daemons of this machine, at the caches that its application servers use, \
            at the clocks, and at who holds port 11211. Rules: \(Self.rules).

            Examples:
              ctl doctor
              ctl doctor -o json
              ctl doctor --at-least problem && echo well

            Exit status: 0 nothing of that weight, 1 something.

            \(RecordList.help("findings", Self.fields))
            """)

    @Option(
        name: .customLong("at-least"), help: "Leave out what weighs less: note, warning, problem.")
    var weight = "note"
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard Finding.Weight(rawValue: self.weight) != nil else {
            throw ValidationError("--at-least takes note, warning or problem")
        }
    }

    func run() throws {
        let command = self
        let least = Finding.Weight(rawValue: self.weight) ?? .note
        try runCommand { loop in
            let isWell = try await command.output.repeated(
                { loop in
                    let facts = try await DoctorExamination.facts(command.daemons, on: loop)
                    if facts.daemons.isEmpty, facts.portHolder == nil {
                        _ = try command.daemons.found()
                    }
                    let findings = DoctorRules.findings(facts).filter { $0.weight >= least }
                    command.show(findings, daemonCount: facts.daemons.count)
                    return findings.allSatisfy { $0.weight == .note } && least == .note
                        || findings.isEmpty
                }, on: loop)
            if !isWell { throw ExitCode(1) }
        }
    }

    private func show(_ findings: [Finding], daemonCount: Int) {
        guard self.output.form == .table else {
            var list = RecordList("findings", Self.fields)
            for finding in findings {
                list.add([
                    .text(finding.weight.rawValue), .text(finding.rule), .text(finding.name),
                    .text(finding.what), .text(finding.advice),
                ])
            }
            return self.output.write(list)
        }
        if findings.isEmpty {
            return Terminal.print("\(daemonCount) daemons looked at: nothing to say")
        }
        for (number, finding) in findings.enumerated() {
            if number > 0 { Terminal.print("") }
            let place = finding.name.isEmpty ? "" : "\(finding.name): "
            let head = "\(finding.weight.rawValue)  \(place)\(finding.what)"
            for (index, line) in Wrapping.lines(head, width: Terminal.width, indent: 9).enumerated()
            {
                Terminal.print(index == 0 ? Self.coloured(line, finding.weight) : line)
            }
            let advice = Wrapping.lines(
                "do:      \(finding.advice)", width: Terminal.width, indent: 9)
            for line in advice { Terminal.print(line) }
        }
    }

    private static func coloured(_ line: String, _ weight: Finding.Weight) -> String {
        switch weight {
        case .problem: Terminal.alarming(line)
        case .warning: Terminal.coloured(line, .yellow)
        case .note: line
        }
    }
}

/// Text in lines of a width.
enum Wrapping {
    /// The lines; all but the first begin with `indent` blanks. A word that is too long has a line
    /// of its own.
    static func lines(_ text: String, width: Int, indent: Int) -> [String] {
        let blanks = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= width {
                line += " " + word
            } else {
                lines.append(line)
                line = blanks + word
            }
        }
        return lines + [line]
    }
}
