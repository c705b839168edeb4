import CLinux
import Glibc

/// The reason a system call gives for its failure (errno(3)).
package struct Errno: Error, Equatable, Hashable, Sendable, CustomStringConvertible {
    /// The number the kernel gave.
    package let rawValue: Int32

    /// Wraps an error number.
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// The text of strerror(3), such as `Connection refused`.
    package var description: String {
        // SAFETY: strerror returns a text that is never nil; it is copied at once.
        unsafe String(cString: strerror(self.rawValue))
    }

    /// Nobody listens there.
    package static let connectionRefused = Errno(rawValue: ECONNREFUSED)
    /// The peer cut the connection.
    package static let connectionReset = Errno(rawValue: ECONNRESET)
    /// Nothing to do now; try when ready.
    package static let wouldBlock = Errno(rawValue: EAGAIN)
    /// Written to a connection that the peer has closed.
    package static let brokenPipe = Errno(rawValue: EPIPE)
    /// The connection is on its way.
    package static let inProgress = Errno(rawValue: EINPROGRESS)
    /// The address is taken.
    package static let addressInUse = Errno(rawValue: EADDRINUSE)
    /// No such file or directory.
    package static let noSuchFile = Errno(rawValue: ENOENT)
    /// A part of the path is no directory.
    package static let notADirectory = Errno(rawValue: ENOTDIR)
    /// A name is longer than the file system takes.
    package static let nameTooLong = Errno(rawValue: ENAMETOOLONG)
    /// It is there already.
    package static let fileExists = Errno(rawValue: EEXIST)
    /// The process has no free descriptor.
    package static let tooManyOpenFiles = Errno(rawValue: EMFILE)
    /// The system has no free descriptor.
    package static let tooManyOpenFilesInSystem = Errno(rawValue: ENFILE)
    /// Not permitted for this user.
    package static let permissionDenied = Errno(rawValue: EACCES)
    /// The kernel, or what the descriptor names, does not do that.
    package static let notSupported = Errno(rawValue: EOPNOTSUPP)
    /// An argument the call cannot take.
    package static let invalidArgument = Errno(rawValue: EINVAL)
    /// The file system is full.
    package static let noSpace = Errno(rawValue: ENOSPC)
    /// More than a named limit allows.
    package static let fileTooLarge = Errno(rawValue: EFBIG)
    /// The other end was not reached in time.
    package static let timedOut = Errno(rawValue: ETIMEDOUT)
    /// The connection was given up before it was accepted.
    package static let connectionAborted = Errno(rawValue: ECONNABORTED)
}

/// Runs a system call until it is not interrupted, and throws its error.
///
/// - Throws: the call's `Errno`. Traps on EBADF and EFAULT, which only a bug can cause.
func systemCall<Result: SignedInteger>(_ call: () -> Result) throws(Errno) -> Result {
    while true {
        let result = call()
        if result != -1 { return result }
        let number = holdfast_errno()
        if number == EINTR { continue }
        precondition(number != EBADF && number != EFAULT, "a system call got a bad argument")
        throw Errno(rawValue: number)
    }
}
