import Base
import EventLoop
import SystemInterface

/// The shell on a terminal: a prompt, a line that is edited, the answers above it.
final class ShellScreen {
    private let session: ShellSession
    private let loop: Loop
    private var editor: LineEditor
    private let history = ShellHistory()
    private var prompt: String

    init(_ session: ShellSession, on loop: Loop) {
        self.session = session
        self.loop = loop
        self.editor = LineEditor(history: self.history.read())
        self.prompt = "\(session.name)> "
    }

    /// Runs until the person, the terminal or the cache ends it.
    func run() async throws {
        let keyboard = try Keyboard(on: self.loop)
        defer { keyboard.close() }
        Self.write("connected to \(self.session.name); help explains the commands, quit ends\r\n")
        self.draw()
        while !keyboard.hasEnded {
            guard let key = await keyboard.next() else { continue }
            guard try await self.take(key) else { break }
        }
        self.history.write(self.editor.history)
        Self.write("\r\n")
    }

    /// Does what a key asks for; false at the end.
    private func take(_ key: Key) async throws -> Bool {
        switch self.editor.press(key) {
        case .none: break
        case .submit(let line): return try await self.submit(line)
        case .cancel:
            self.session.cancel()
            self.editor.remembersLines = true
            self.prompt = "\(self.session.name)> "
            Self.write("^C\r\n")
        case .end: return false
        case .complete: self.complete()
        case .clear: Self.write("\u{1B}[H\u{1B}[2J")
        }
        self.draw()
        return true
    }

    private func submit(_ line: String) async throws -> Bool {
        Self.write("\r\n")
        let next = try await self.session.take(line) { text in
            Self.write(RecordWriter.oneLine(text) + "\r\n")
        }
        self.editor.remembersLines = next == .command
        switch next {
        case .command: self.prompt = "\(self.session.name)> "
        case .value(let count): self.prompt = "\(count) bytes> "
        case .ended: return false
        }
        self.draw()
        return true
    }

    private func complete() {
        let completion = ShellCommands.completion(of: self.editor.textBeforeCursor)
        self.editor.insert(completion.addition)
        if completion.addition.isEmpty, !completion.choices.isEmpty {
            Self.write("\r\n" + completion.choices.joined(separator: "  ") + "\r\n")
        }
    }

    /// Draws prompt and line anew, as much of the line as has room around the cursor.
    private func draw() {
        let room = max(10, Terminal.width - self.prompt.count - 1)
        let start = max(0, self.editor.cursor - room)
        let shown = String(self.editor.text.dropFirst(start).prefix(room))
        let column = self.prompt.count + self.editor.cursor - start
        Self.write("\r\u{1B}[K\(self.prompt)\(RecordWriter.oneLine(shown))\r\u{1B}[\(column)C")
    }

    private static func write(_ text: String) { Terminal.write(Array(text.utf8)) }
}

/// The lines of earlier sessions, in the user's state folder (XDG base directories).
struct ShellHistory {
    private static let byteCountMax = 1 << 20
    private let path: String?

    init() {
        if let path = Processes.environment("HOLDFAST_HISTORY") {
            self.path = path.isEmpty ? nil : path
        } else if let folder = Processes.environment("XDG_STATE_HOME"), folder.hasPrefix("/") {
            self.path = "\(folder)/holdfast/shell-history"
        } else {
            self.path = Processes.environment("HOME").map {
                "\($0)/.local/state/holdfast/shell-history"
            }
        }
    }

    /// The lines; none when there is no file.
    func read() -> [String] {
        guard let path, let bytes = try? Files.read(path, limit: Self.byteCountMax) else {
            return []
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Keeps the lines for the user's own eyes. What cannot be written is forgotten.
    func write(_ lines: [String]) {
        guard let path, !lines.isEmpty else { return }
        let parts = path.split(separator: "/").dropLast()
        for count in 1...max(1, parts.count) where !parts.isEmpty {
            let folder = "/" + parts.prefix(count).joined(separator: "/")
            if (try? Files.status(folder)) == nil {
                try? Files.makeDirectory(folder, permissions: 0o700)
            }
        }
        let text = lines.map { $0 + "\n" }.joined()
        try? Files.write(Array(text.utf8), to: path)
        try? Files.setPermissions(path, 0o600)
    }
}
