import Base
import Glibc
package import Logging
import Synchronization
import SystemInterface

/// Where log lines go: standard error, in the form that its reader wants. Any thread.
///
/// - The journal gets an entry with the priority and fields of its own (`JournalEntry`), or, when
///   it does not take that, `<3>cached: message key=value` (sd-daemon(3)).
/// - A person or file gets `2026-11-24 04:57:17.123 error cached: message key=value`, local time.
///
/// One write(2) a message, so lines of several threads do not mix. Session ids are cut in whatever
/// is written here (`Redacted`): the journal never holds a whole one.
package final class LogOutput: Sendable {
    /// How lines are written.
    package enum Form: Sendable {
        /// As entries of systemd's journal.
        case journal
        /// With the priority in front, as the journal takes lines of a stream.
        case priorities
        /// With time and level, for people.
        case human
    }

    /// How lines are written.
    package let form: Form
    /// The lines as JSON, for whoever watches: `unixMilliseconds`, `level`, `label`, `message`.
    package let lines = LineHub()
    private let descriptor: Int32
    private let send: @Sendable (JournalEntry) -> Bool
    private let levelNumber: Atomic<Int>

    /// Makes an output; `descriptor` stays open as long as anybody logs.
    package convenience init(form: Form, level: Logger.Level = .info, descriptor: Int32 = 2) {
        self.init(form: form, level: level, descriptor: descriptor) { $0.send() }
    }

    /// The same with another way to the journal.
    init(
        form: Form, level: Logger.Level, descriptor: Int32,
        send: @escaping @Sendable (JournalEntry) -> Bool
    ) {
        self.form = form
        self.send = send
        self.descriptor = descriptor
        self.levelNumber = Atomic(Self.number(of: level))
    }

    /// An output to standard error in the form that fits where it leads (JOURNAL_STREAM,
    /// systemd.exec(5)).
    package convenience init(level: Logger.Level = .info) {
        self.init(form: Self.leadsToJournal() ? .journal : .human, level: level)
    }

    /// The least important level that is written. Changes hold for all loggers at once.
    package var level: Logger.Level {
        get { Logger.Level.allCases[self.levelNumber.load(ordering: .relaxed)] }
        set { self.levelNumber.store(Self.number(of: newValue), ordering: .relaxed) }
    }

    /// Makes this the output of every `Logger(label:)` of the process. Once a process, not in
    /// tests.
    package func bootstrap() { LoggingSystem.bootstrap { self.makeHandler(label: $0) } }

    /// A logger that writes here, whatever the process's loggers do.
    package func makeLogger(label: String) -> Logger {
        Logger(label: label) { self.makeHandler(label: $0) }
    }

    private func makeHandler(label: String) -> any LogHandler {
        LineLogHandler(output: self, label: label)
    }

    /// Writes one message; each line of it is marked where lines carry the priority.
    func write(
        level: Logger.Level, label: String, text: String, fields: [(LogField, String)] = []
    ) {
        let text = Redacted.lines(text)
        self.lines.publish(Self.document(level, label, text, fields))
        if self.form == .journal,
            self.send(JournalEntry(level: level, label: label, text: text, fields: fields))
        {
            return
        }
        let buffer = ByteBuffer()
        // What the text says already is not said again.
        let whole = fields.reduce(text) { text, field in
            let isSaid = text.firstPlace(of: field.1) != nil
            return isSaid ? text : "\(text) \(field.0.rawValue)=\(field.1)"
        }
        if self.form == .human {
            buffer.append("\(Self.timeText()) \(level.rawValue) \(label): \(whole)\n")
        } else {
            for line in whole.split(separator: "\n", omittingEmptySubsequences: true) {
                buffer.append("<\(level.journalPriority)>\(label): \(line)\n")
            }
        }
        self.writeAll(buffer)
    }

    private static func document(
        _ level: Logger.Level, _ label: String, _ text: String, _ fields: [(LogField, String)]
    ) -> String {
        let buffer = ByteBuffer()
        var json = JSONWriter(into: buffer)
        json.object { json in
            json.member("unixMilliseconds", Int(SystemClock.unixNanoseconds() / 1_000_000))
            json.member("level", level.rawValue)
            json.member("label", label)
            json.member("message", text)
            for (field, value) in fields { json.member(field.rawValue, value) }
        }
        return buffer.bytes.makeString()
    }

    /// Writes a text as it is.
    func writeRaw(_ text: String) { self.writeAll(ByteBuffer(text)) }

    private func writeAll(_ buffer: ByteBuffer) {
        while !buffer.isEmpty {
            // A full or closed log must not stop the daemon: what cannot be written is lost.
            guard (try? RawDescriptor.write(self.descriptor, from: buffer)) != nil else { return }
        }
    }

    private static func number(of level: Logger.Level) -> Int {
        Logger.Level.allCases.firstIndex(of: level) ?? 0
    }

    private static func leadsToJournal() -> Bool {
        guard let stream = Processes.environment("JOURNAL_STREAM") else { return false }
        let parts = stream.split(separator: ":")
        var status = stat()
        // SAFETY: the kernel writes one stat into a local.
        guard parts.count == 2, unsafe fstat(2, &status) == 0 else { return false }
        return UInt64(parts[0]) == UInt64(status.st_dev)
            && UInt64(parts[1]) == UInt64(status.st_ino)
    }

    /// `2026-11-24 04:57:17.123` in the machine's time zone.
    private static func timeText() -> String {
        let now = SystemClock.unixNanoseconds()
        var seconds = time_t(now / 1_000_000_000)
        // SAFETY: a local, filled below.
        var parts = unsafe tm()
        // SAFETY: localtime_r reads and writes locals.
        _ = unsafe localtime_r(&seconds, &parts)
        let year = unsafe Int(parts.tm_year) + 1900
        let (month, day) = unsafe (Int(parts.tm_mon) + 1, Int(parts.tm_mday))
        let (hour, minute, second) =
            unsafe (Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec))
        func digits(_ value: Int, _ count: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let date = "\(year)-\(digits(month, 2))-\(digits(day, 2))"
        let time = "\(digits(hour, 2)):\(digits(minute, 2)):\(digits(second, 2))"
        return "\(date) \(time).\(digits(Int(now / 1_000_000 % 1_000), 3))"
    }
}

/// The handler of one label.
private struct LineLogHandler: LogHandler {
    let output: LogOutput
    let label: String
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    /// The output's level is everybody's level.
    var logLevel: Logger.Level {
        get { self.output.level }
        set { self.output.level = newValue }
    }

    init(output: LogOutput, label: String) {
        self.output = output
        self.label = label
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var text = event.message.description
        var all = self.metadata
        if let provided = self.metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        var fields: [(LogField, String)] = []
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            if let field = LogField(rawValue: key) {
                if let shown = field.shown("\(value)") { fields.append((field, shown)) }
            } else {
                text += " \(key)=\(value)"
            }
        }
        if let error = event.error { text += ": \(error)" }
        self.output.write(level: event.level, label: self.label, text: text, fields: fields)
    }
}

extension Logger.Level {
    /// The priority of syslog(3) and the journal.
    var journalPriority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
