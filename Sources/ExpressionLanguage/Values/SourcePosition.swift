/// A place in a page: which of its files, and where.
package struct SourcePosition: Equatable, Hashable, Sendable {
    /// The file's number in the page's list of files; 0 is the page itself.
    package var file: Int32
    /// Line, from 1.
    package var line: Int32
    /// Column in characters, from 1.
    package var column: Int32

    /// The place at `line` and `column` of file number `file`.
    package init(file: Int, line: Int, column: Int) {
        self.file = Int32(clamping: file)
        self.line = Int32(clamping: line)
        self.column = Int32(clamping: column)
    }

    /// The first place of the page itself.
    package static let start = SourcePosition(file: 0, line: 1, column: 1)
}

/// Why a page, or an expression in it, cannot be compiled or cannot go on.
package struct ScriptFailure: Error, Equatable, Sendable {
    /// The Java exception that stands for it, such as `java.lang.ArithmeticException`; empty for a
    /// mistake that was found before the page ran.
    package var exception: String
    /// The message, as that exception would have it.
    package var message: String
    /// Where it happened; nil until somebody who knows the place has it in hand.
    package var position: SourcePosition?
    /// Whether a page's `catch` may take it; limits that were reached may not be caught.
    package var isCatchable: Bool

    /// Puts a failure together.
    package init(
        _ exception: String, _ message: String, at position: SourcePosition? = nil,
        isCatchable: Bool = true
    ) {
        self.exception = exception
        self.message = message
        self.position = position
        self.isCatchable = isCatchable
    }

    /// A mistake found while compiling.
    package static func mistake(_ message: String, at position: SourcePosition?) -> ScriptFailure {
        ScriptFailure("", message, at: position, isCatchable: false)
    }

    /// Something was called on null.
    package static func nullPointer(_ what: String) -> ScriptFailure {
        ScriptFailure("java.lang.NullPointerException", "Cannot \(what) because it is null")
    }

    /// An argument that a method cannot take.
    package static func illegalArgument(_ message: String) -> ScriptFailure {
        ScriptFailure("java.lang.IllegalArgumentException", message)
    }

    /// A method that an object does not have.
    package static func noSuchMethod(_ method: String, of type: String, near: [String] = [])
        -> ScriptFailure
    {
        let hint = Suggestion.nearest(to: method, in: near).map { "; did you mean \($0)?" } ?? ""
        return ScriptFailure(
            "java.lang.NoSuchMethodException", "\(type) has no method \(method)\(hint)")
    }

    /// The same failure, at `position` when it has no place yet.
    package func placed(at position: SourcePosition) -> ScriptFailure {
        var placed = self
        if placed.position == nil { placed.position = position }
        return placed
    }
}

/// Finds the name that was probably meant.
package enum Suggestion {
    /// The candidate that differs least from `name`; nil when none is close.
    package static func nearest(to name: String, in candidates: [String]) -> String? {
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let distance = Self.distance(Array(name.lowercased()), Array(candidate.lowercased()))
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        guard let best, best.distance <= max(1, name.count / 3) else { return nil }
        return best.candidate
    }

    /// How many letters must be changed, put in or taken out (Levenshtein).
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (lineIndex, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = lineIndex + 1
            for (column, other) in right.enumerated() {
                let above = row[column + 1]
                row[column + 1] = min(
                    above + 1, row[column] + 1, diagonal + (letter == other ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}
