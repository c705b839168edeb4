import ArgumentParser
import EventLoop
import SystemInterface

/// What went wrong in a way that a person can do something about; printed as one line.
struct CommandFailure: Error, CustomStringConvertible {
    /// What kind of failure it is: the exit status, after sysexits.h where that has a word for it.
    enum Kind: Int32, Sendable {
        /// Understood, and the answer is no.
        case refused = 1
        /// Not what the command takes.
        case usage = 64
        /// Nobody answers there.
        case unreachable = 69
        /// What was found cannot be written to standard output.
        case unwritable = 74
        /// What was waited for did not come in time.
        case timedOut = 75
        /// Somebody answers, and not in the way that was expected.
        case strange = 76
        /// Whoever asks may not.
        case forbidden = 77
    }

    /// The sentence.
    let description: String
    /// The exit status.
    let kind: Kind

    /// A failure; refused unless said otherwise.
    init(_ kind: Kind = .refused, description: String) {
        self.description = description
        self.kind = kind
    }
}

/// Runs a command's body on a loop; a failure becomes one line on standard error and its status.
func runCommand(_ body: @escaping @Sendable (Loop) async throws -> Void) throws {
    SignalDescriptor.ignoreBrokenPipes()
    do {
        try runBlocking(body)
    } catch let failure as CommandFailure {
        Terminal.printError("ctl: \(failure.description)")
        throw ExitCode(failure.kind.rawValue)
    }
}
