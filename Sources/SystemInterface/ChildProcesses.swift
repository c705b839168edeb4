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

    /// Starts a program; the caller waits for it once it has ended.
    ///
    /// - Returns: its process number.
    package static func start(_ path: String, _ arguments: [String]) throws(Errno) -> Int32 {
        var texts = unsafe ([path] + arguments).map { unsafe strdup($0) }
        unsafe texts.append(nil)
        defer { for index in unsafe texts.indices { unsafe free(texts[index]) } }
        var process = pid_t()
        let result = unsafe posix_spawnp(&process, path, nil, nil, texts, environ)
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
