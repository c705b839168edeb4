import CLinux

/// What the kernel lets this process have (setrlimit(2), mlockall(2)). At start-up only.
package enum ResourceLimits {
    /// Lets the process have at least so many open files.
    ///
    /// - Throws: when it may not; the limit is as it was then.
    package static func raiseOpenFiles(to count: Int) throws(Errno) {
        _ = try systemCall { holdfast_raise_open_files(UInt64(max(0, count))) }
    }

    /// Lets the process leave a core as large as the hard limit, which must not be 0.
    package static func allowCores() throws(Errno) { _ = try systemCall { holdfast_allow_cores() } }

    /// Keeps the memory that is mapped now from being swapped out, each page from its first use on.
    package static func lockMemory() throws(Errno) { _ = try systemCall { holdfast_lock_memory() } }
}
