package import Base
import DaemonKit
package import Logging
import Synchronization
import SystemInterface

/// A file that whole lines are added to, opened anew after it was moved away. Any thread.
///
/// A full disk must not stop the answers: lines that cannot be written are counted, and the first
/// time is told.
package final class LogFile: Sendable {
    private struct State: ~Copyable {
        var descriptor: Descriptor?
        var hasFailed = false
        var lostByteCount = 0
    }

    /// Its full path.
    package let path: String
    private let logger: Logger
    private let state: Mutex<State>

    /// Opens the file, which is made when it is not there.
    ///
    /// - Throws: why it cannot be opened, with its path.
    package init(path: String, logger: Logger) throws(Diagnostic) {
        self.path = path
        self.logger = logger
        do {
            self.state = Mutex(State(descriptor: try Files.open(path, .append)))
        } catch {
            throw Diagnostic(file: path, message: "the log cannot be opened: \(error)")
        }
    }

    /// Bytes of lines that could not be written.
    package var lostByteCount: Int { self.state.withLock { $0.lostByteCount } }

    /// Writes whole lines and empties the buffer, also when they cannot be written.
    package func write(_ lines: ByteBuffer) {
        guard !lines.isEmpty else { return }
        self.state.withLock { state in
            do {
                if state.descriptor == nil {
                    state.descriptor = try Files.open(self.path, .append)
                }
                while !lines.isEmpty { _ = try state.descriptor?.write(from: lines) }
                state.hasFailed = false
            } catch {
                state.lostByteCount += lines.count
                if !state.hasFailed {
                    self.logger.error("the log \(self.path) cannot be written: \(error)")
                }
                state.hasFailed = true
                lines.clear()
            }
        }
    }

    /// Closes the file; the next lines open it anew, as logrotate wants it (SIGUSR1).
    package func reopen() { self.state.withLock { $0.descriptor = nil } }
}

/// The log files that are open, each path once, for all loops and over reloads. Any thread.
package final class LogFiles: Sendable {
    private let files = Mutex<[String: LogFile]>([:])
    private let logger: Logger

    /// No file is open yet. `logger` is told of files that cannot be written.
    package init(logger: Logger) { self.logger = logger }

    /// The file at `path`, opened when it is not open.
    ///
    /// - Throws: why it cannot be opened.
    package func file(_ path: String) throws(Diagnostic) -> LogFile {
        if let known = self.files.withLock({ $0[path] }) { return known }
        let file = try LogFile(path: path, logger: self.logger)
        return self.files.withLock { files in
            if let known = files[path] { return known }
            files[path] = file
            return file
        }
    }

    /// Forgets all files but these; who still has one may write to it.
    package func keep(only paths: Set<String>) {
        self.files.withLock { files in files = files.filter { paths.contains($0.key) } }
    }

    /// Lets all files be opened anew.
    package func reopen() {
        for file in self.files.withLock({ Array($0.values) }) { file.reopen() }
    }

    /// Bytes of lines that could not be written.
    package var lostByteCount: Int {
        self.files.withLock { $0.values.reduce(0) { $0 + $1.lostByteCount } }
    }
}
