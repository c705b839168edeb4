package import Base
import HTTPProtocol
package import Logging
import Synchronization
import SystemInterface

/// The file behind an access log: opened when the first line comes, renewed when the day changes.
///
/// All loops of a server write to it, each a batch of whole lines at a time. Any thread.
package final class AccessLogFile: Sendable {
    private struct State: ~Copyable {
        var descriptor: Descriptor?
        var path = ""
        var hasFailed = false
        var lostByteCount = 0
    }

    /// What the log was configured with.
    package let settings: AccessLogSettings
    private let logger: Logger
    private let state: Mutex<State>

    /// Makes a log without a file.
    package init(settings: AccessLogSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
        self.state = Mutex(State())
    }

    /// Bytes of lines that no file took.
    package var lostByteCount: Int { self.state.withLock { $0.lostByteCount } }

    /// Appends whole lines and empties the buffer, also when they cannot be written: a full disk
    /// must not stop the answers. What is lost is counted and logged once.
    package func write(_ lines: ByteBuffer, unixSeconds: Int64) {
        guard !lines.isEmpty else { return }
        let path = self.path(unixSeconds: unixSeconds)
        self.state.withLock { state in
            do {
                if state.path != path || state.descriptor == nil {
                    try Self.makeFolders(self.settings.directory)
                    state.descriptor = try Files.open(path, .append, permissions: 0o640)
                    state.path = path
                }
                while !lines.isEmpty {
                    guard state.descriptor != nil else { break }
                    _ = try state.descriptor?.write(from: lines)
                }
                state.hasFailed = false
            } catch {
                state.lostByteCount += lines.count
                if !state.hasFailed {
                    self.logger.error("access log \(path) cannot be written: \(error)")
                }
                state.hasFailed = true
                state.descriptor = nil
                lines.clear()
            }
        }
    }

    /// Closes the file; the next line opens it anew, as logrotate wants it.
    package func reopen() { self.state.withLock { $0.descriptor = nil } }

    private func path(unixSeconds: Int64) -> String {
        let settings = self.settings
        guard settings.isRotated else {
            return "\(settings.directory)/\(settings.prefix)\(settings.suffix)"
        }
        let date = ByteBuffer()
        JavaDateFormat.append(
            settings.dateFormat, unixMilliseconds: unixSeconds * 1_000,
            offsetSeconds: LocalTime.offsetSeconds(atUnixSeconds: unixSeconds), to: date)
        let text = date.bytes.makeString()
        return "\(settings.directory)/\(settings.prefix)\(text)\(settings.suffix)"
    }

    private static func makeFolders(_ path: String) throws(Errno) {
        if (try? Files.status(path)) != nil { return }
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            try Self.makeFolders(String(path[..<slash]))
        }
        try Files.makeDirectory(path)
    }
}
