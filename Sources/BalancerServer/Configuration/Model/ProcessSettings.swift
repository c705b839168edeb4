/// What concerns the process as a whole.
package struct ProcessSettings: Equatable, Sendable {
    /// How many loops serve; nil means one a core (`worker_processes auto`).
    package var workerCount: Int?
    /// How many connections all loops together hold at most (clients and upstreams).
    package var connectionCountMax = 512
    /// Where the process number is written; nil when it is written nowhere.
    package var pidPath: String?
    /// Where errors go and from which level on.
    package var errorLog = ErrorLogSettings()
    /// How long a drain may take before the rest is cut.
    package var shutdownTimeout: Duration = .seconds(30)
    /// The folder that relative paths start from.
    package var prefix = "/"

    /// Makes nginx's defaults.
    package init() {}
}

/// Where errors go and from which level on.
package struct ErrorLogSettings: Equatable, Sendable {
    /// The places a log can be written to.
    package enum Target: Equatable, Sendable {
        /// The standard error stream (or the journal that is behind it).
        case standardError
        /// A file, by its full path.
        case file(String)
        /// Nowhere.
        case off
    }

    /// How grave a line is, as nginx's users name it.
    package enum Level: Int, CaseIterable, Comparable, Sendable {
        case debug, info, notice, warn, error, crit, alert, emerg

        package static func < (left: Level, right: Level) -> Bool {
            left.rawValue < right.rawValue
        }

        /// The word in the configuration and in the log.
        package var word: String { "\(self)" }
    }

    /// The place.
    package var target = Target.standardError
    /// Lines below this level are not written.
    package var level = Level.error

    /// Makes the default: errors and worse to the standard error stream.
    package init() {}
}
