import CLinux
import Glibc

/// Who this process is, and whether it is in the background. At start-up only.
// SAFETY: C strings live through the calls that read them; the C functions keep nothing.
package enum ProcessIdentity {
    /// Becomes another user with all its groups; the user that the process is already is no change.
    ///
    /// All threads change (setxid of the C library).
    /// - Returns: whether there is such a user.
    /// - Throws: when the process may not.
    package static func changeUser(to name: String) throws(Errno) -> Bool {
        try systemCall { unsafe holdfast_change_user(name) } == 1
    }

    /// The number of a group of this machine, or nil.
    package static func groupNumber(_ name: String) -> UInt32? {
        let number = unsafe holdfast_group_number(name)
        return number < 0 ? nil : UInt32(truncatingIfNeeded: number)
    }

    /// Goes on as a process of its own session in the background. Before any thread is started.
    ///
    /// The process that was started ends with status 0 once the answered pipe is written to, and
    /// with 1 when it is closed before that: so whoever started the daemon knows how it went.
    package static func goToBackground() throws(Errno) -> Descriptor {
        Descriptor(adopting: try systemCall { holdfast_go_to_background() })
    }

    /// Lets standard input, output and error lead nowhere.
    package static func closeStandardFiles() throws(Errno) {
        let nowhere = try systemCall { unsafe holdfast_open("/dev/null", O_RDWR, 0) }
        for number: Int32 in 0...2 { _ = try systemCall { dup2(nowhere, number) } }
        if nowhere > 2 { RawDescriptor.close(nowhere) }
    }

    /// Ends the process at once, without waiting for its threads.
    package static func exitNow(_ status: Int32) -> Never { _exit(status) }
}
