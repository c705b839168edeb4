package import Base

/// A place in one of the files of a configuration.
package struct ConfigurationPlace: Equatable, Sendable {
    /// Which file, an index into the texts.
    package var file: Int
    /// The line, from 1.
    package var line: Int
    /// The column in bytes, from 1.
    package var column: Int

    /// Takes the three numbers.
    package init(file: Int, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }
}

/// The files read so far, for messages that show the line.
package struct ConfigurationTexts: Sendable {
    /// The files in the order they were opened.
    package private(set) var sources: [ConfigurationSource] = []

    /// No files yet.
    package init() {}

    /// Adds a file.
    ///
    /// - Returns: its index.
    package mutating func add(_ path: String, _ text: [UInt8]) -> Int {
        self.sources.append(ConfigurationSource(path: path, text: text))
        return self.sources.count - 1
    }

    /// A message about a place.
    package func diagnostic(_ place: ConfigurationPlace, _ message: String) -> Diagnostic {
        guard place.file < self.sources.count else {
            return Diagnostic(file: "balancerd", message: message)
        }
        let source = self.sources[place.file]
        return Diagnostic(
            file: source.path, line: place.line, column: place.column, message: message,
            sourceLine: Self.line(place.line, of: source.text))
    }

    private static func line(_ number: Int, of text: [UInt8]) -> String {
        var current = 1
        var start = 0
        while current < number, let end = text[start...].firstIndex(of: 0x0A) {
            current += 1
            start = end + 1
        }
        guard current == number else { return "" }
        let line = text[start...].prefix { $0 != 0x0A && $0 != 0x0D }
        // Longer lines would drown the message they belong to.
        return String(decoding: line.prefix(400), as: UTF8.self)
    }
}
