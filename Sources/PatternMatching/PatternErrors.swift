/// A regular expression that cannot be compiled.
package struct PatternSyntaxError: Error, Equatable, Sendable, CustomStringConvertible {
    /// PCRE2's sentence, such as `missing closing parenthesis`.
    package let reason: String
    /// Where in the expression the mistake was noticed, in bytes from 0.
    package let offset: Int

    /// Pairs a reason with a place.
    package init(reason: String, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    package var description: String { "\(self.reason) at offset \(self.offset)" }
}

/// A match that was given up because it took too many steps or too deep a stack.
package struct PatternLimitReached: Error, Equatable, Sendable, CustomStringConvertible {
    /// PCRE2's error number.
    package let code: Int32

    package var description: String { "the match was given up at its limit (PCRE2 \(self.code))" }
}
