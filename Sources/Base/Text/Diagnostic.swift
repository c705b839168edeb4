/// A mistake at a place in a text that a person wrote: configuration, page or option.
///
/// Rendered as users of good compilers know it:
/// ```
/// conf/server.xml:7:15: unknown attribute "prot"; expected one of port, address
///     <Connector prot="8084"/>
///                ^
/// ```
package struct Diagnostic: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file as the user named it.
    package var file: String
    /// Line, from 1; 0 when the mistake has no place.
    package var line: Int
    /// Column in bytes, from 1; 0 when only the line is known.
    package var column: Int
    /// What is wrong and what was expected, a sentence without a full stop.
    package var message: String
    /// The text of the line, without its end; empty when it is not at hand.
    package var sourceLine: String

    /// Makes a diagnostic; leave `line` 0 for a mistake without a place.
    package init(
        file: String, line: Int = 0, column: Int = 0, message: String, sourceLine: String = ""
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.sourceLine = sourceLine
    }

    /// The first line only: `file:line:column: message`.
    package var summary: String {
        var place = self.file
        if self.line > 0 { place += ":\(self.line)" }
        if self.line > 0, self.column > 0 { place += ":\(self.column)" }
        return "\(place): \(self.message)"
    }

    package var description: String {
        guard !self.sourceLine.isEmpty else { return self.summary }
        let shown = self.sourceLine.map { $0 == "\t" ? " " : $0 }
        let caret =
            self.column > 0
            ? "\n    " + String(repeating: " ", count: self.column - 1) + "^" : ""
        return "\(self.summary)\n    \(String(shown))\(caret)"
    }
}
