import Logging
import Synchronization

@testable import DaemonKit

/// What a daemon of a test logs.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    /// Where it logs to, every level.
    var output: LogOutput {
        LogOutput(form: .journal, level: .trace, descriptor: -1) { [self] entry in
            self.lines.withLock { $0 += entry.fields.filter { $0.hasPrefix("MESSAGE=") } }
            return true
        }
    }

    /// The messages so far.
    var all: [String] { self.lines.withLock { $0 } }
}
