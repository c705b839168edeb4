import Base
import CSystemd
import Glibc
import Logging

/// A message with its fields, for systemd's journal (systemd.journal-fields(7)).
///
/// The journal itself adds the unit, the process and the time (`_SYSTEMD_UNIT`, `_PID`).
struct JournalEntry: Sendable {
    /// `NAME=value`, a message of several lines in one of them.
    let fields: [String]

    init(level: Logger.Level, label: String, text: String, fields: [(LogField, String)]) {
        self.fields =
            [
                "MESSAGE=\(text)", "PRIORITY=\(level.journalPriority)",
                "SYSLOG_IDENTIFIER=\(label)",
            ] + fields.map { "\($0.journalName)=\($1)" }
    }

    /// Hands it to the journal (sd_journal_sendv(3)); false when that did not go.
    func send() -> Bool {
        let bytes = ByteBuffer()
        var counts: [Int] = []
        for field in self.fields {
            let before = bytes.count
            bytes.append(field)
            counts.append(bytes.count - before)
        }
        let span = bytes.bytes
        // SAFETY: the pieces lie one after the other in the buffer, which lives through the call;
        // the call only reads them.
        return unsafe span.withUnsafeBytes { memory in
            var start = unsafe UnsafeMutableRawPointer(mutating: memory.baseAddress)
            var pieces: [iovec] = unsafe []
            for count in counts {
                unsafe pieces.append(iovec(iov_base: start, iov_len: count))
                unsafe start = start.map { unsafe $0 + count }
            }
            let count = unsafe Int32(pieces.count)
            return unsafe sd_journal_sendv(pieces, count) >= 0
        }
    }
}
