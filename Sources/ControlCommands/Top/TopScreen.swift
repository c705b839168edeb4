import Base
import EventLoop
import SystemInterface

/// `ctl top` on a terminal: asks the daemons, draws, takes keys. On the loop of `runBlocking`.
final class TopScreen {
    private let daemons: DaemonOptions
    private let loop: Loop
    private var model: TopModel
    private var interval: TopInterval?

    init(_ model: TopModel, _ daemons: DaemonOptions, on loop: Loop) {
        self.model = model
        self.daemons = daemons
        self.loop = loop
    }

    /// Runs until the person or the terminal ends it; the screen is as it was then.
    func run() async throws {
        let keyboard = try Keyboard(on: self.loop)
        // The other screen, without a cursor.
        Self.write("\u{1B}[?1049h\u{1B}[?25l")
        defer {
            Self.write("\u{1B}[?25h\u{1B}[?1049l")
            keyboard.close()
        }
        await self.sample()
        var next = self.loop.now + self.model.interval
        while !keyboard.hasEnded {
            self.draw()
            let wait = max(.milliseconds(1), next - self.loop.now)
            if let key = await keyboard.next(within: wait) {
                switch self.model.press(key) {
                case .draw: continue
                case .quit: return
                case .sample: break
                }
            }
            guard !self.model.isPaused || self.model.view == .sessions else {
                next = self.loop.now + self.model.interval
                continue
            }
            await self.sample()
            next = self.loop.now + self.model.interval
        }
    }

    private func sample() async {
        // Daemons that come while it runs are shown too.
        let sockets = (try? self.daemons.found()) ?? []
        let now = await TopSample.take(
            sockets, withSessions: self.model.view == .sessions, self.daemons, on: self.loop)
        self.interval = TopInterval(before: self.interval?.now, now: now)
    }

    private func draw() {
        guard let interval else { return }
        let size = Terminals.size(of: 1)
        let columns = size?.columns ?? TextTable.lineWidthMax, rows = size?.rows ?? 24
        var text = "\u{1B}[H"
        let lines = self.model.lines(interval, columns: columns, rows: rows)
        for (number, line) in lines.enumerated() {
            if number > 0 { text += "\r\n" }
            text += Self.styled(line, columns) + "\u{1B}[K"
        }
        Self.write(text + "\u{1B}[J")
    }

    private static func styled(_ line: Line, _ columns: Int) -> String {
        // A screen without colours still needs to tell the head from the rows.
        switch line.look {
        case .plain: return line.text
        case .bold: return "\u{1B}[1m\(line.text)\u{1B}[0m"
        case .reversed:
            let rest = String(repeating: " ", count: max(0, columns - line.text.count))
            return "\u{1B}[7m\(line.text)\(rest)\u{1B}[0m"
        case .alarming: return Terminal.alarming(line.text)
        }
    }

    private static func write(_ text: String) { Terminal.write(Array(text.utf8)) }
}
