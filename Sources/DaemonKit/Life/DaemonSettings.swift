package import Logging
import SystemInterface

/// How a daemon is run, whatever it serves.
package struct DaemonSettings: Sendable {
    /// How long a drain may take unless HOLDFAST_DRAIN_SECONDS says otherwise.
    package static let usualDrainLimit = Duration.seconds(30)
    /// Where control sockets are found when nothing else is said.
    package static let controlFolder = "/run/holdfast"

    /// The program's name: `cached`, `balancerd`, `sessiond`.
    package var name: String
    /// Its version.
    package var version = ProductVersion.text
    /// How many loops serve clients, each with its thread; at least 1.
    package var loopCount = 1
    /// Where the control socket is (`--control`); nil for `/run/holdfast/NAME.sock`, which the
    /// daemon can go without.
    package var controlPath: String?
    /// The user to become once everything is open (`-u`); nil to stay.
    package var user: String?
    /// The file that holds the process's number while it runs (`-P`).
    package var pidFile: String?
    /// Whether a start fails that cannot write it; else it is logged.
    package var needsPidFile = true
    /// Whether to go on in the background once everything is open (`-d`).
    package var runsInBackground = false
    /// What a start that failed ends with, and one because there is no such user.
    package var startFailureStatus: Int32 = 1, unknownUserStatus: Int32 = 1
    /// What is logged at the start.
    package var logLevel = Logger.Level.info
    /// How long a drain may take; what is open then is cut.
    package var drainLimit: Duration

    /// The usual settings of a program.
    package init(name: String) {
        self.name = name
        self.drainLimit =
            Processes.environment("HOLDFAST_DRAIN_SECONDS").flatMap(Double.init)
            .map { .milliseconds(Int64(max(0, min($0, 86_400)) * 1_000)) } ?? Self.usualDrainLimit
    }
}
