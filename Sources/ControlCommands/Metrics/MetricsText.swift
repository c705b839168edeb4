/// Metrics in Prometheus' text form, read: families with their samples.
struct MetricsText {
    /// One number.
    struct Sample: Equatable {
        /// Its labels, in their order.
        var labels: [(name: String, value: String)]
        /// The number as it was written.
        var value: String

        static func == (first: Sample, second: Sample) -> Bool {
            first.value == second.value && first.labelText == second.labelText
        }

        /// `a="b",c="d"`, escaped.
        var labelText: String {
            self.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
        }

        private static func escaped(_ text: String) -> String {
            text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                .replacing("\n", with: "\\n")
        }
    }

    /// All numbers of one name.
    struct Family {
        /// Its name, help and kind.
        var name: String, help = "", kind = "untyped"
        /// Its numbers, in their order.
        var samples: [Sample] = []
    }

    /// The families in their order.
    private(set) var families: [Family] = []

    /// Reads a text; lines that are none are left out.
    init(_ text: String) {
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# HELP ") {
                let words = line.dropFirst(7).split(separator: " ", maxSplits: 1)
                self.change(words.first) { $0.help = words.count > 1 ? String(words[1]) : "" }
            } else if line.hasPrefix("# TYPE ") {
                let words = line.dropFirst(7).split(separator: " ", maxSplits: 1)
                self.change(words.first) { $0.kind = words.count > 1 ? String(words[1]) : "" }
            } else if !line.hasPrefix("#"), let (name, sample) = Self.sample(line) {
                self.change(name) { $0.samples.append(sample) }
            }
        }
    }

    private mutating func change(_ name: Substring?, _ body: (inout Family) -> Void) {
        guard let name, !name.isEmpty else { return }
        if let index = self.families.lastIndex(where: { $0.name == name }) {
            body(&self.families[index])
        } else {
            var family = Family(name: String(name))
            body(&family)
            self.families.append(family)
        }
    }

    private static func sample(_ line: Substring) -> (Substring, Sample)? {
        guard let open = line.firstIndex(where: { $0 == "{" || $0 == " " }) else { return nil }
        let name = line[..<open]
        guard line[open] == "{" else {
            let value = line[line.index(after: open)...].split(separator: " ").first
            return value.map { (name, Sample(labels: [], value: String($0))) }
        }
        var labels: [(name: String, value: String)] = []
        var rest = line[line.index(after: open)...]
        while !rest.hasPrefix("}") {
            guard let equals = rest.firstIndex(of: "="),
                let (value, after) = Self.quoted(rest[rest.index(after: equals)...])
            else { return nil }
            labels.append((String(rest[..<equals]), value))
            rest = after.hasPrefix(",") ? after.dropFirst() : after
        }
        guard let value = rest.dropFirst().split(separator: " ").first else { return nil }
        return (name, Sample(labels: labels, value: String(value)))
    }

    /// The text in quotes at the start, and what follows it.
    private static func quoted(_ text: Substring) -> (String, Substring)? {
        guard text.first == "\"" else { return nil }
        var value = ""
        var isEscaped = false
        var index = text.index(after: text.startIndex)
        while index < text.endIndex {
            let character = text[index]
            index = text.index(after: index)
            if isEscaped {
                value.append(character == "n" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                return (value, text[index...])
            } else {
                value.append(character)
            }
        }
        return nil
    }

    /// The metrics of several instances as one text, each sample with a label `instance`.
    static func merged(_ texts: [(instance: String, text: MetricsText)]) -> String {
        var order: [String] = []
        var families: [String: Family] = [:]
        for (instance, text) in texts {
            for family in text.families {
                if families[family.name] == nil {
                    order.append(family.name)
                    families[family.name] = Family(
                        name: family.name, help: family.help, kind: family.kind)
                }
                families[family.name]?.samples += family.samples.map { sample in
                    Sample(
                        labels: [("instance", instance)] + sample.labels, value: sample.value)
                }
            }
        }
        var result = ""
        for name in order.sorted() {
            guard let family = families[name] else { continue }
            result += "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.kind)\n"
            for sample in family.samples {
                result += "\(name){\(sample.labelText)} \(sample.value)\n"
            }
        }
        return result
    }
}
