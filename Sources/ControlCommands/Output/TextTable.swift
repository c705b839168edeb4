/// Columns of text, as wide as their widest cell, the last one cut where the line would be too
/// long.
struct TextTable {
    /// The longest line of a table.
    static let lineWidthMax = 80

    private var rows: [[String]]
    private let rightAligned: Set<Int>

    /// Starts a table; the columns named in `rightAligned` (from 0) hold numbers.
    init(_ heads: [String], rightAligned: Set<Int> = []) {
        self.rows = [heads]
        self.rightAligned = rightAligned
    }

    /// Adds a row with a cell for each column.
    mutating func add(_ cells: [String]) {
        precondition(cells.count == self.rows[0].count, "a row has a cell for each column")
        self.rows.append(cells)
    }

    /// Whether there is nothing but the heads.
    var isEmpty: Bool { self.rows.count == 1 }

    /// The lines without trailing space.
    func lines() -> [String] {
        let widths = self.rows[0].indices.map { column in
            self.rows.map { $0[column].count }.max() ?? 0
        }
        return self.rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += self.rightAligned.contains(column) ? padding + cell : cell + padding
                if column < row.count - 1 { line += "  " }
            }
            while line.last == " " { line.removeLast() }
            return line.count > Self.lineWidthMax ? line.prefix(Self.lineWidthMax - 1) + "…" : line
        }
    }
}

/// Numbers as people read them.
enum Humane {
    /// `512 B`, `1.5 MiB`.
    static func bytes(_ count: Int) -> String {
        var value = Double(count)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if value < 1024 || unit == "GiB" {
                return unit == "B" ? "\(count) B" : "\(Self.oneDecimal(value)) \(unit)"
            }
            value /= 1024
        }
        return "\(count) B"
    }

    /// `12 s`, `3 min`, `5 h`, `2 d`.
    static func duration(seconds: Int) -> String {
        if seconds < 120 { return "\(max(0, seconds)) s" }
        if seconds < 7_200 { return "\(seconds / 60) min" }
        if seconds < 172_800 { return "\(seconds / 3_600) h" }
        return "\(seconds / 86_400) d"
    }

    /// A number with one digit behind the point.
    static func oneDecimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
