import CLinux
import Glibc

/// The signals that daemons know.
package enum Signal: Int32, Sendable, CaseIterable {
    /// Take the configuration anew.
    case hangUp = 1
    /// Stop at once.
    case interrupt = 2
    /// Finish what has begun, then stop.
    case quit = 3
    /// Open the log files anew.
    case user1 = 10
    /// Finish what has begun, then stop.
    case terminate = 15

    /// The name as kill(1) knows it, with SIG before it.
    package var name: String {
        switch self {
        case .hangUp: "SIGHUP"
        case .interrupt: "SIGINT"
        case .quit: "SIGQUIT"
        case .user1: "SIGUSR1"
        case .terminate: "SIGTERM"
        }
    }
}

/// Signals that arrive on a descriptor instead of interrupting a thread (signalfd(2)).
package final class SignalDescriptor: Sendable {
    private let descriptor: Descriptor

    /// Blocks all of `Signal` in the calling thread and receives them from now on.
    ///
    /// Threads inherit what is blocked, so make it on the main thread before any other is started.
    package init() throws(Errno) {
        let numbers = Signal.allCases.map(\.rawValue)
        // SAFETY: the array lives through the call.
        self.descriptor = Descriptor(
            adopting: try systemCall {
                unsafe holdfast_signal_descriptor(numbers, Int32(numbers.count))
            })
    }

    /// The descriptor's number, for `Loop.watch`.
    package var number: Int32 { self.descriptor.number }

    /// The next signal that has arrived, or nil. Several of one kind may arrive as one.
    package func next() -> Signal? {
        Signal(rawValue: holdfast_next_signal(self.descriptor.number))
    }

    /// Lets writes to closed pipes and sockets fail instead of ending the process (SIGPIPE).
    package static func ignoreBrokenPipes() { _ = holdfast_ignore_signal(SIGPIPE) }
}
