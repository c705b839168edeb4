package import PatternMatching

/// A variable whose value is looked up by another (`map $source $name { … }`).
package struct VariableMap: Sendable {
    /// What is looked up.
    package var source: ComplexValue
    /// The name of the variable, without `$`.
    package var name: String
    /// Whether masks such as `*.example.com` count (the `hostnames` parameter).
    package var matchesHostNames = false
    /// Whether the value is looked up anew each time it is used (`volatile`).
    package var isVolatile = false
    /// The values of exact keys, in lower case: nginx compares keys without regard to case.
    package var exact: [[UInt8]: ComplexValue] = [:]
    /// The values of `*.NAME` and `.NAME`; keys without the star and with the dot.
    package var headWildcards: [[UInt8]: ComplexValue] = [:]
    /// The values of `NAME.*`; keys with the dot and without the star.
    package var tailWildcards: [[UInt8]: ComplexValue] = [:]
    /// The regular expressions, in the order they are tried, each with the slots that its named
    /// groups set.
    package var patterns: [(pattern: BoundPattern, value: ComplexValue)] = []
    /// The value of all else.
    package var defaultValue = ComplexValue(parts: [])

    /// Makes an empty map.
    package init(source: ComplexValue, name: String) {
        self.source = source
        self.name = name
    }
}

/// A pattern together with the request's slots that its named groups fill.
package struct BoundPattern: Sendable {
    /// The expression.
    package let pattern: Pattern
    /// Pairs of a group's number and the slot that gets its text.
    package let slots: [(group: Int, slot: Int)]

    /// Binds the groups of a pattern.
    package init(pattern: Pattern, slots: [(group: Int, slot: Int)] = []) {
        self.pattern = pattern
        self.slots = slots
    }
}
