/// One line that a person edits, with the lines before it: what keys do to it. Pure: the terminal
/// is somebody else's.
///
/// Keys are those of readline's emacs mode as far as they are here: arrows, home, end, control with
/// a, b, c, d, e, f, h, k, l, n, p, u, w.
struct LineEditor {
    /// What a key asks for beyond the line.
    enum Request: Equatable {
        /// Nothing.
        case none
        /// The line is finished.
        case submit(String)
        /// The line is thrown away (control-c).
        case cancel
        /// No more lines come (control-d on an empty one).
        case end
        /// The word before the cursor is to be completed.
        case complete
        /// The screen is to be cleared.
        case clear
    }

    /// The lines of before, the oldest first.
    private(set) var history: [String]
    private let historyCountMax: Int
    /// Whether lines that are finished come into the history.
    var remembersLines = true
    private var characters: [Character] = []
    private(set) var cursor = 0
    /// Which line of the history is shown; its count for the line that is new.
    private var place: Int
    /// The new line while one of the history is shown.
    private var draft: [Character] = []

    /// Begins an empty line.
    init(history: [String] = [], historyCountMax: Int = 1_000) {
        self.history = Array(history.suffix(historyCountMax))
        self.historyCountMax = historyCountMax
        self.place = self.history.count
    }

    /// The line as it is.
    var text: String { String(self.characters) }
    /// What stands before the cursor.
    var textBeforeCursor: String { String(self.characters[..<self.cursor]) }

    /// Does what a key does.
    mutating func press(_ key: Key) -> Request {
        switch key {
        case .character(let character):
            self.characters.insert(character, at: self.cursor)
            self.cursor += 1
        case .enter: return self.submit()
        case .tab: return .complete
        case .backspace, .control("h"):
            if self.cursor > 0 {
                self.cursor -= 1
                self.characters.remove(at: self.cursor)
            }
        case .delete: self.deleteHere()
        case .control("d"):
            if self.characters.isEmpty { return .end }
            self.deleteHere()
        case .control("c"):
            self.replace([])
            self.place = self.history.count
            return .cancel
        case .control("l"): return .clear
        case .control("k"): self.characters.removeSubrange(self.cursor...)
        case .control("u"):
            self.characters.removeSubrange(..<self.cursor)
            self.cursor = 0
        case .control("w"): self.deleteWord()
        default: self.move(key)
        }
        return .none
    }

    private mutating func move(_ key: Key) {
        switch key {
        case .left, .control("b"): self.cursor = max(0, self.cursor - 1)
        case .right, .control("f"): self.cursor = min(self.characters.count, self.cursor + 1)
        case .home, .control("a"): self.cursor = 0
        case .end, .control("e"): self.cursor = self.characters.count
        case .up, .control("p"): self.show(self.place - 1)
        case .down, .control("n"): self.show(self.place + 1)
        default: break
        }
    }

    /// Puts text in at the cursor.
    mutating func insert(_ text: String) {
        self.characters.insert(contentsOf: text, at: self.cursor)
        self.cursor += text.count
    }

    private mutating func submit() -> Request {
        let line = self.text
        if self.remembersLines, !line.isEmpty, self.history.last != line {
            self.history.append(line)
            if self.history.count > self.historyCountMax { self.history.removeFirst() }
        }
        self.replace([])
        self.draft = []
        self.place = self.history.count
        return .submit(line)
    }

    private mutating func show(_ place: Int) {
        guard (0...self.history.count).contains(place), place != self.place else { return }
        if self.place == self.history.count { self.draft = self.characters }
        self.place = place
        self.replace(place == self.history.count ? self.draft : Array(self.history[place]))
    }

    private mutating func replace(_ characters: [Character]) {
        self.characters = characters
        self.cursor = characters.count
    }

    private mutating func deleteHere() {
        if self.cursor < self.characters.count { self.characters.remove(at: self.cursor) }
    }

    private mutating func deleteWord() {
        var start = self.cursor
        while start > 0, self.characters[start - 1] == " " { start -= 1 }
        while start > 0, self.characters[start - 1] != " " { start -= 1 }
        self.characters.removeSubrange(start..<self.cursor)
        self.cursor = start
    }
}

/// What a word may become.
struct Completion: Equatable {
    /// What is added to the word: as much as all that fit have in common, a blank behind the only
    /// one.
    var addition: String
    /// What fits, when there is more than one.
    var choices: [String]

    /// Completes `word` with one of `candidates`.
    init(_ word: String, _ candidates: [String]) {
        let fitting = candidates.filter { $0.hasPrefix(word) }.sorted()
        guard let first = fitting.first, let last = fitting.last else {
            self.addition = ""
            self.choices = []
            return
        }
        let common =
            fitting.count == 1
            ? first + " "
            : String(
                zip(first, last).prefix { $0 == $1 }.map(\.0))
        self.addition = String(common.dropFirst(word.count))
        self.choices = fitting.count > 1 ? fitting : []
    }
}
