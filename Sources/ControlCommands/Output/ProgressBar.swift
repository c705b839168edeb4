import Base
import SystemInterface

/// How far something is, in one line of standard error that is drawn again; nothing where that is
/// no terminal.
final class ProgressBar {
    /// How often it is drawn at the most.
    private static let interval = Duration.milliseconds(100)
    private static let barWidth = 30

    private let what: String
    private let isShown: Bool
    private let start = SystemClock.now()
    private var lastDrawn: Instant?

    /// Begins to show; `what` is done to things.
    init(_ what: String) {
        self.what = what
        self.isShown = RawDescriptor.isTerminal(2)
    }

    /// Says how far it is: so many things, which share of all (nil when nobody knows), how many
    /// bytes.
    func show(_ count: Int, share: Double?, byteCount: Int) {
        guard self.isShown else { return }
        let now = SystemClock.now()
        if let lastDrawn, now - lastDrawn < Self.interval { return }
        self.lastDrawn = now
        let seconds = max(0.001, Double((now - self.start).milliseconds) / 1_000)
        let line = Self.line(
            self.what, count, share: share, byteCount: byteCount, seconds: seconds,
            width: Terminals.size(of: 2)?.columns ?? TextTable.lineWidthMax)
        Terminal.writeError("\r\u{1B}[K" + line)
    }

    /// Takes the line away.
    func end() {
        if self.isShown, self.lastDrawn != nil { Terminal.writeError("\r\u{1B}[K") }
    }

    /// `load [######----] 60 %  6 items  1.0 KiB  512 B/s`
    static func line(
        _ what: String, _ count: Int, share: Double?, byteCount: Int, seconds: Double, width: Int
    ) -> String {
        var text = what
        if let share {
            let share = min(1, max(0, share))
            let filled = Int(share * Double(Self.barWidth))
            text += " [" + String(repeating: "#", count: filled)
            text += String(repeating: "-", count: Self.barWidth - filled) + "]"
            text += " \(Int(share * 100)) %"
        }
        let rate = Humane.bytes(Int(Double(byteCount) / seconds))
        text += "  \(count) items  \(Humane.bytes(byteCount))  \(rate)/s"
        return String(text.prefix(max(0, width - 1)))
    }
}
