import Base
import Glibc
import Logging
import Synchronization
import SystemInterface

@testable import DaemonKit

/// A log output whose lines a test reads: the writing end of a pipe that never blocks.
final class CapturedLog: Sendable {
    let output: LogOutput
    private let reading: Int32
    private let writing: Int32

    /// The entries that the journal got.
    let journal = CapturedJournal()

    /// - Parameter takesEntries: whether there is a journal.
    init(form: LogOutput.Form = .human, takesEntries: Bool = true) throws {
        var ends: [Int32] = [0, 0]
        // SAFETY: the kernel writes two numbers into the array.
        guard unsafe pipe(&ends) == 0 else { throw Errno.tooManyOpenFiles }
        for end in ends { try RawDescriptor.prepare(end) }
        self.reading = ends[0]
        self.writing = ends[1]
        let journal = self.journal
        self.output = LogOutput(form: form, level: .trace, descriptor: ends[1]) { entry in
            if takesEntries { journal.take(entry) }
            return takesEntries
        }
    }

    deinit {
        RawDescriptor.close(self.reading)
        RawDescriptor.close(self.writing)
    }

    /// What was written since the last call.
    func take() -> String {
        let buffer = ByteBuffer()
        while let count = try? RawDescriptor.read(self.reading, into: buffer, atMost: 65_536),
            count > 0
        {}
        return buffer.bytes.makeString()
    }
}

/// The fields of entries.
final class CapturedJournal: Sendable {
    private let taken = Mutex<[[String]]>([])

    var entries: [[String]] { self.taken.withLock { $0 } }

    func take(_ entry: JournalEntry) { self.taken.withLock { $0.append(entry.fields) } }
}
