import SystemInterface

/// Columns of text, as wide as their widest cell, as far as the width of the whole allows: the
/// widest columns of text are cut first.
struct TextTable {
    /// The longest line of a table where nobody says how wide the terminal is.
    static let lineWidthMax = 80
    /// No column is made narrower than this.
    private static let columnWidthMin = 8
    private static let gap = "  "

    private var rows: [[String]]
    private let rightAligned: Set<Int>
    private let width: Int

    /// Starts a table; the columns named in `rightAligned` (from 0) hold numbers and are not cut.
    init(_ heads: [String], rightAligned: Set<Int> = [], width: Int = TextTable.lineWidthMax) {
        self.rows = [heads]
        self.rightAligned = rightAligned
        self.width = width
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
        let widths = self.widths()
        return self.rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let cell = Self.cut(cell, widths[column])
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += self.rightAligned.contains(column) ? padding + cell : cell + padding
                if column < row.count - 1 { line += Self.gap }
            }
            while line.last == " " { line.removeLast() }
            return Self.cut(line, self.width)
        }
    }

    private func widths() -> [Int] {
        var widths = self.rows[0].indices.map { column in
            self.rows.map { $0[column].count }.max() ?? 0
        }
        let gaps = Self.gap.count * max(0, widths.count - 1)
        while widths.reduce(gaps, +) > self.width {
            let candidates = widths.indices.filter { column in
                !self.rightAligned.contains(column)
                    && widths[column] > max(Self.columnWidthMin, self.rows[0][column].count)
            }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        return widths
    }

    private static func cut(_ text: String, _ width: Int) -> String {
        text.count > width ? text.prefix(max(0, width - 1)) + "…" : text
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

    /// `2026-11-27 02:31:07`, in the time zone of this machine.
    static func time(unixMilliseconds: Int) -> String {
        let time = CalendarTime.local(unixSeconds: Int64(unixMilliseconds / 1_000))
        let date = "\(time.year)-\(Self.twoDigits(time.month))-\(Self.twoDigits(time.day))"
        let clock = [time.hour, time.minute, time.second].map(Self.twoDigits)
        return date + " " + clock.joined(separator: ":")
    }

    private static func twoDigits(_ number: Int) -> String {
        (number < 10 ? "0" : "") + "\(number)"
    }

    /// A number with one digit behind the point.
    static func oneDecimal(_ value: Double) -> String {
        guard value.magnitude < 1e15 else { return "\(value)" }
        let tenths = Int((value.magnitude * 10).rounded())
        return (value < 0 && tenths > 0 ? "-" : "") + "\(tenths / 10).\(tenths % 10)"
    }
}
