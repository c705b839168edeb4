import Base

/// One number of `stats`, or a word.
struct StatisticEntry {
    let name: String
    let value: String
}

/// Collects entries in their order.
struct StatisticList {
    private(set) var entries: [StatisticEntry] = []

    mutating func add(_ name: String, _ value: Int) { self.add(name, "\(value)") }

    mutating func add(_ name: String, _ value: Bool) { self.add(name, value ? "yes" : "no") }

    mutating func add(_ name: String, _ value: String) {
        self.entries.append(StatisticEntry(name: name, value: value))
    }

    /// Adds a fraction with so many decimals, as C's printf writes it.
    mutating func add(_ name: String, _ value: Double, decimals: Int) {
        var factor = 1
        for _ in 0..<decimals { factor *= 10 }
        let scaled = Int((value * Double(factor)).rounded())
        let rest = "\(scaled % factor)"
        let zeros = String(repeating: "0", count: max(0, decimals - rest.utf8.count))
        self.add(name, "\(scaled / factor).\(zeros)\(rest)")
    }

    /// Appends `STAT name value` for each.
    func append(to output: ByteBuffer) {
        for entry in self.entries {
            output.append("STAT ")
            output.append(entry.name)
            output.append(0x20)
            output.append(entry.value)
            output.append("\r\n")
        }
    }
}
