/// Why options are refused.
package struct OptionProblem: Error, Equatable, CustomStringConvertible {
    /// The statuses that memcached ends with (sysexits.h).
    package enum ExitStatus: Int32, Sendable {
        /// A value that is no value for this option.
        case failure = 1
        /// Values that do not go together, or out of what the cache can do (EX_USAGE).
        case usage = 64
        /// What the system does not give: an address, a socket (EX_OSERR).
        case system = 71
    }

    /// The sentence.
    package let description: String
    /// The status that the process ends with.
    package let exitStatus: ExitStatus

    /// Says why.
    package init(description: String, exitStatus: ExitStatus = .failure) {
        self.description = description
        self.exitStatus = exitStatus
    }

    /// An option whose work is left out of this program on purpose.
    static func leftOut(_ name: String, _ what: String) -> OptionProblem {
        OptionProblem(
            description: "\(name): \(what) is left out of cached; see Docs/compatibility.md")
    }
}
