import Base

/// What `ctl top` shows and what its keys do. Pure: samples come in, lines go out.
struct TopModel {
    /// How often the daemons may be asked.
    static let intervalMin = Duration.milliseconds(250), intervalMax = Duration.seconds(60)

    /// What a key asks for beyond another look.
    enum Request: Equatable {
        /// To be drawn again.
        case draw
        /// To be asked again at once.
        case sample
        /// To end.
        case quit
    }

    /// The table that is shown.
    private(set) var view = TopView.daemons
    /// How long to wait between two samples.
    private(set) var interval: Duration
    /// Whether the samples stand still.
    private(set) var isPaused = false
    private var showsHelp = false
    private var sortKeys: [TopView: String] = [:]
    private var isReversed: Set<TopView> = []
    private var firstRow = 0

    /// Begins with the daemons.
    init(interval: Duration) { self.interval = interval }

    /// Does what a key does.
    mutating func press(_ key: Key) -> Request {
        if self.showsHelp {
            self.showsHelp = false
            return .draw
        }
        switch key {
        case .character("q"), .control("c"), .control("d"): return .quit
        case .character("h"), .character("?"): self.showsHelp = true
        case .character("p"), .character(" "): self.isPaused.toggle()
        case .character("+"), .character("="):
            self.interval = min(self.interval * 2, Self.intervalMax)
        case .character("-"):
            self.interval = max(.nanoseconds(self.interval.nanoseconds / 2), Self.intervalMin)
        case .character(">"), .right: self.sort(by: 1)
        case .character("<"), .left: self.sort(by: -1)
        case .character("r"):
            if self.isReversed.remove(self.view) == nil { self.isReversed.insert(self.view) }
        case .tab: return self.show(self.next)
        case .down: self.firstRow += 1
        case .up: self.firstRow = max(0, self.firstRow - 1)
        case .pageDown: self.firstRow += 10
        case .pageUp: self.firstRow = max(0, self.firstRow - 10)
        case .home: self.firstRow = 0
        case .character(let character):
            if let view = TopView.allCases.first(where: { $0.key == character }) {
                return self.show(view)
            }
        default: break
        }
        return .draw
    }

    private var next: TopView {
        let all = TopView.allCases
        let index = all.firstIndex(of: self.view) ?? 0
        return all[(index + 1) % all.count]
    }

    private mutating func show(_ view: TopView) -> Request {
        self.view = view
        self.firstRow = 0
        return view == .sessions ? .sample : .draw
    }

    private mutating func sort(by step: Int) {
        let keys = self.view.fields.filter { $0.head != nil }.map(\.key)
        guard !keys.isEmpty else { return }
        let present = self.sortKeys[self.view].flatMap { keys.firstIndex(of: $0) }
        let index =
            present.map { ($0 + step + keys.count) % keys.count } ?? (step > 0 ? 0 : keys.count - 1)
        self.sortKeys[self.view] = keys[index]
    }

    // MARK: Drawing

    /// The lines of the screen, at most `rows` of at most `columns` characters.
    mutating func lines(_ interval: TopInterval, columns: Int, rows: Int) -> [Line] {
        if self.showsHelp { return Self.help.prefix(rows).map { Line($0) } }
        var list = self.view.records(interval)
        let sortKey = self.sortKeys[self.view]
        if let sortKey {
            let isNumber = list.fields.first { $0.key == sortKey }?.isNumber ?? false
            // Numbers begin with the largest, names with a.
            list.sort(by: sortKey, descending: isNumber != self.isReversed.contains(self.view))
        }
        let table = RecordWriter.text(list, .table, width: columns)
            .split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        let room = max(1, rows - 3)
        self.firstRow = min(self.firstRow, max(0, list.records.count - room))
        var lines = [Line(self.title(interval, columns), .bold), Line("")]
        lines.append(Line(table.first ?? "", .reversed))
        for (index, text) in table.dropFirst().enumerated().dropFirst(self.firstRow).prefix(room) {
            let isBad = index < list.records.count && Self.isBad(list.records[index], list.fields)
            lines.append(Line(text, isBad ? .alarming : .plain))
        }
        return lines
    }

    private func title(_ interval: TopInterval, _ columns: Int) -> String {
        let views = TopView.allCases.map { view in
            view == self.view ? "[\(view.key) \(view.rawValue)]" : " \(view.key) \(view.rawValue) "
        }
        let every = Double(self.interval.milliseconds) / 1_000
        var text = "ctl top " + views.joined() + " every \(Humane.oneDecimal(every)) s"
        if self.isPaused { text += " PAUSED" }
        if let key = self.sortKeys[self.view],
            let head = self.view.fields.first(where: { $0.key == key })?.head
        {
            text += " by \(head)"
        }
        return String((text + "  h help  q quit").prefix(columns))
    }

    private static func isBad(_ record: [RecordValue], _ fields: [RecordList.Field]) -> Bool {
        guard let index = fields.firstIndex(where: { $0.key == "state" }) else { return false }
        return [.text("failed"), .text("down"), .text("silent")].contains(record[index])
    }

    private static let help = [
        "ctl top: the daemons of this machine, live", "",
        "1 2 3 4  daemons, caches, servers, sessions    tab  the next of them",
        "< >      sort by another column                r    the other way round",
        "up down  page up, page down: scroll            p    stand still, go on",
        "+ -      ask less often, more often            q    end", "",
        "Rates are per second, between two looks. Red: failed, switched off or silent.", "",
        "any key goes back",
    ]
}

/// A line of a screen, and how it looks.
struct Line: Equatable {
    /// How it looks.
    enum Look: Equatable {
        case plain, bold, reversed, alarming
    }

    /// The text, without control characters.
    let text: String
    /// How it looks.
    let look: Look

    /// A line.
    init(_ text: String, _ look: Look = .plain) {
        self.text = text
        self.look = look
    }
}
