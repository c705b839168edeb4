import Base
import CLinux
import Glibc

/// Programs that are run and waited for, with this process's standard files and environment.
// SAFETY: the C strings and the array of their pointers live through the call that reads them.
package enum ChildProcesses {
    /// Runs a program to its end. Not on a loop's thread.
    ///
    /// - Parameters:
    ///   - path: the program; one without a slash is looked for in PATH.
    ///   - arguments: what follows the program's name.
    /// - Returns: its exit status; 128 and the signal's number when a signal ended it.
    /// - Throws: when it cannot be started.
    package static func run(_ path: String, _ arguments: [String]) throws(Errno) -> Int32 {
        try Self.wait(for: try Self.start(path, arguments))
    }

    /// Runs a program to its end and keeps what it writes, standard error included, up to `limit`
    /// bytes. Not on a loop's thread.
    ///
    /// - Returns: its exit status as `run` answers it, and what it wrote.
    /// - Throws: when it cannot be started.
    package static func capture(
        _ path: String, _ arguments: [String], limit: Int
    ) throws(Errno) -> (status: Int32, output: [UInt8]) {
        // A file, which takes all of it whether somebody reads or not.
        let file = Descriptor(
            adopting: try systemCall { unsafe holdfast_memfd_create("output") })
        let status = try Self.wait(
            for: try Self.start(path, arguments, output: file.number))
        let output = ByteBuffer()
        _ = lseek(file.number, 0, SEEK_SET)
        while output.count < limit,
            try file.read(into: output, atMost: min(65_536, limit - output.count)) > 0
        {}
        return (status, output.bytes.makeArray())
    }

    /// Starts a program; the caller waits for it once it has ended.
    ///
    /// - Parameter output: where its standard output and error go; where this process's go without.
    /// - Returns: its process number.
    package static func start(
        _ path: String, _ arguments: [String], output: Int32? = nil
    ) throws(Errno) -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let output {
            for number in [STDOUT_FILENO, STDERR_FILENO] {
                unsafe posix_spawn_file_actions_adddup2(&actions, output, number)
            }
        }
        var texts = unsafe ([path] + arguments).map { unsafe strdup($0) }
        unsafe texts.append(nil)
        defer { for index in unsafe texts.indices { unsafe free(texts[index]) } }
        var process = pid_t()
        let result = unsafe posix_spawnp(&process, path, &actions, nil, texts, environ)
        guard result == 0 else { throw Errno(rawValue: result) }
        return process
    }

    /// Waits for the end of a child. Not on a loop's thread.
    ///
    /// - Returns: its exit status; 128 and the signal's number when a signal ended it.
    package static func wait(for process: Int32) throws(Errno) -> Int32 {
        var status: Int32 = 0
        _ = try systemCall { unsafe waitpid(process, &status, 0) }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }

    /// Sends a signal, by its number, to a child.
    package static func signal(_ process: Int32, _ number: Int32) {
        _ = kill(process, number)
    }
}
