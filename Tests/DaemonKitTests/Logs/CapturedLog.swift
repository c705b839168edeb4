import Base
import Glibc
import Logging
import SystemInterface

@testable import DaemonKit

/// A log output whose lines a test reads: the writing end of a pipe that never blocks.
final class CapturedLog: Sendable {
    let output: LogOutput
    private let reading: Int32
    private let writing: Int32

    init(form: LogOutput.Form = .human) throws {
        var ends: [Int32] = [0, 0]
        // SAFETY: the kernel writes two numbers into the array.
        guard unsafe pipe(&ends) == 0 else { throw Errno.tooManyOpenFiles }
        for end in ends { try RawDescriptor.prepare(end) }
        self.reading = ends[0]
        self.writing = ends[1]
        self.output = LogOutput(form: form, level: .trace, descriptor: ends[1])
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
