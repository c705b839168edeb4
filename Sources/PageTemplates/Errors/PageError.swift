package import Base
package import ExpressionLanguage

/// A file of a page, for showing its lines.
struct PageSource: Sendable {
    let name: String
    let bytes: [UInt8]

    init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    /// A line's text without its end, from 1; empty beyond the end.
    func line(_ number: Int) -> String {
        let lines = self.bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard number >= 1, number <= lines.count else { return "" }
        var line = lines[number - 1]
        if line.last == 0x0D { line.removeLast() }
        return String(decoding: line, as: UTF8.self)
    }
}

/// A mistake in a page, or a failure of its run: file, line, column, the line, a caret.
package struct PageError: Error, Sendable {
    /// The place and the message.
    package let diagnostic: Diagnostic
    /// What happened, with the name of the Java exception that stands for it.
    package let failure: ScriptFailure
    /// Some lines around the place: number and text.
    package let context: [(number: Int, text: String)]
    /// How many lines are shown before and behind the place.
    private static let contextLineCount = 3

    init(_ failure: ScriptFailure, _ sources: [PageSource]) {
        self.failure = failure
        let position = failure.position ?? .start
        let index = min(max(0, Int(position.file)), sources.count - 1)
        guard index >= 0 else {
            self.diagnostic = Diagnostic(file: "", message: failure.message)
            self.context = []
            return
        }
        let source = sources[index]
        let line = Int(position.line)
        let message =
            failure.exception.isEmpty
            ? failure.message : "\(failure.exception): \(failure.message)"
        self.diagnostic = Diagnostic(
            file: source.name, line: line, column: Int(position.column), message: message,
            sourceLine: source.line(line))
        let first = max(1, line - Self.contextLineCount)
        self.context = (first...(line + Self.contextLineCount)).map { ($0, source.line($0)) }
    }

    /// Whether the mistake was found before the page ran.
    package var isMistake: Bool { self.failure.exception.isEmpty }
}
