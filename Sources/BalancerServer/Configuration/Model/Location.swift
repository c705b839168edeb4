/// A `location` block, with all settings inherited from the blocks around it filled in.
package final class Location: Sendable {
    /// How the location's name is compared with a path.
    package enum Kind: Equatable, Sendable {
        /// `= /path`: exactly this path.
        case exact
        /// `/path`: paths that begin so; regular expressions may still win.
        case prefix
        /// `^~ /path`: paths that begin so; no regular expression is tried.
        case prefixBeforePatterns
        /// `~ expression`, `~* expression`.
        case pattern
        /// `@name`: reached only from inside.
        case named
        /// The body of an `if`, or the server itself: reached only by its steps.
        case nameless
    }

    /// Its number among all locations of the configuration, from 0.
    package let index: Int
    /// The path, expression or name after the mark; for httpd the path of `ProxyPass` or
    /// `<Location>`.
    package let name: String
    /// How `name` is compared.
    package let kind: Kind
    /// What it does with a request.
    package let settings: LocationSettings
    /// Rewrite steps that run when it was chosen (`return`, `rewrite`, `set`, `if`).
    package let rewriteSteps: [RewriteStep]
    /// The locations inside it.
    package let nested: LocationTable?
    /// Whether `/name` without the `/` at its end is sent here by a redirect (nginx does so for
    /// prefixes that end in `/` and are passed on).
    package let addsSlash: Bool

    /// Takes the parts as the front end made them.
    package init(
        index: Int, name: String, kind: Kind, settings: LocationSettings,
        rewriteSteps: [RewriteStep] = [], nested: LocationTable? = nil, mayAddSlash: Bool = true
    ) {
        self.index = index
        self.name = name
        self.kind = kind
        self.settings = settings
        self.rewriteSteps = rewriteSteps
        self.nested = nested
        if mayAddSlash, case .proxy = settings.content, name.hasSuffix("/"),
            kind == .prefix || kind == .prefixBeforePatterns
        {
            self.addsSlash = true
        } else {
            self.addsSlash = false
        }
    }
}

/// A step of the rewrite phase, in the order written.
package indirect enum RewriteStep: Sendable {
    /// `return code [text]`, `return [code] URL`: the request is answered. For 301, 302, 303, 307
    /// and 308 the value is the address to go to, else the body. 444 closes without an answer.
    case answer(status: Int, value: ComplexValue?)
    /// `rewrite`: if the path matches, it becomes the replacement.
    case rewrite(RewriteRule)
    /// `set $slot value`.
    case set(slot: Int, value: ComplexValue)
    /// `break`: no more steps.
    case stop
    /// `if`: when the condition holds, the steps of the location run; the request is then served
    /// with that location's settings.
    case condition(RewriteCondition, Location)
}

/// One `rewrite` line.
package struct RewriteRule: Sendable {
    /// What happens after the path was changed.
    package enum Flag: Sendable {
        /// The next step runs.
        case next
        /// A location is looked for again (`last`).
        case searchAgain
        /// No more steps, the location stays (`break`).
        case stop
        /// The client is sent there with 302 (`redirect`).
        case redirect
        /// The client is sent there with 301 (`permanent`).
        case permanent
    }

    /// What the path is compared with.
    package let pattern: BoundPattern
    /// What it becomes; arguments after a `?` in it.
    package let replacement: ComplexValue
    /// Whether the request's own arguments are added (no `?` at the end of the replacement).
    package let keepsArguments: Bool
    /// What happens then.
    package let flag: Flag

    /// Takes the parts as the front end made them.
    package init(
        pattern: BoundPattern, replacement: ComplexValue, keepsArguments: Bool, flag: Flag
    ) {
        self.pattern = pattern
        self.replacement = replacement
        self.keepsArguments = keepsArguments
        self.flag = flag
    }
}

/// What `if (…)` asks.
package enum RewriteCondition: Sendable {
    /// `$name`: neither empty nor `0`.
    case isSet(ComplexValue)
    /// `$name = text`, `!=` when negated.
    case equals(ComplexValue, ComplexValue, isNegated: Bool)
    /// `$name ~ expression`, `~*`; `!~` when negated.
    case matches(ComplexValue, BoundPattern, isNegated: Bool)
    /// `-f`, `-d`, `-e`, `-x` and their negations.
    case file(FileTest, ComplexValue, isNegated: Bool)

    /// What is asked of a file.
    package enum FileTest: Sendable {
        case isRegular, isDirectory, exists, isExecutable
    }
}
