import SystemInterface
import Testing

/// Programs that are run to their end.
struct ChildProcessesTests {
    @Test func whatAProgramWritesIsKept() throws {
        let (status, output) = try ChildProcesses.capture(
            "/bin/sh", ["-c", "echo out; echo err >&2; exit 3"], limit: 100)
        #expect(status == 3)
        #expect(String(decoding: output, as: UTF8.self) == "out\nerr\n")
    }

    @Test func moreThanTheLimitIsWrittenAndLeftOut() throws {
        // More than a pipe holds: nobody reads while it writes.
        let (status, output) = try ChildProcesses.capture(
            "/bin/sh", ["-c", "head -c 300000 /dev/zero"], limit: 1_000)
        #expect(status == 0 && output.count == 1_000)
    }

    @Test func aProgramThatIsNotThereIsAnError() {
        #expect(throws: Errno.noSuchFile) {
            try ChildProcesses.capture("/no/such/program", [], limit: 1)
        }
    }

    @Test func theVersionIsOne() {
        let text = ProductVersion.text
        #expect(!text.isEmpty && text.allSatisfy { $0.isNumber || $0 == "." }, "\(text)")
    }
}
