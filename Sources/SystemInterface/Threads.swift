import Base
import CLinux
import Glibc

/// A thread that runs one closure; joined by `join()`.
package struct Thread: ~Copyable, Sendable {
    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void
        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    private let handle: pthread_t

    /// Starts a thread; the first 15 bytes of `name` are shown by ps and top.
    ///
    /// - Throws: when the system has no room for another thread.
    package init(name: String, _ run: @escaping @Sendable () -> Void) throws(Errno) {
        var handle = pthread_t()
        // SAFETY: the body is retained here and released exactly once, by the new thread.
        let body = unsafe Unmanaged.passRetained(Body(name: name, run: run))
        let result = unsafe pthread_create(
            &handle, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let body = unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                unsafe holdfast_set_thread_name(
                    String(decoding: body.name.utf8.prefix(15), as: UTF8.self))
                body.run()
                return nil
            }, body.toOpaque())
        guard result == 0 else {
            unsafe body.release()
            throw Errno(rawValue: result)
        }
        self.handle = handle
    }

    /// Waits until the thread's closure has returned. Once at most.
    package consuming func join() {

        _ = pthread_join(self.handle, nil)
    }

    /// A number that differs between the threads that live now.
    package static var currentIdentifier: UInt { UInt(pthread_self()) }
}

/// This process as the system sees it.
package enum Processes {
    /// The process's number.
    package static var identifier: Int32 { getpid() }

    /// The user the process runs as (the effective one).
    package static var effectiveUser: UInt32 { geteuid() }

    /// Ends the process at once.
    package static func exit(_ status: Int32) -> Never { Glibc.exit(status) }

    /// Sends a signal to a process.
    ///
    /// - Throws: when there is no such process, or this one may not.
    package static func send(_ signal: Signal, to process: Int32) throws(Errno) {
        _ = try systemCall { kill(process, signal.rawValue) }
    }

    /// Rests the calling thread; never on a loop's thread.
    package static func sleep(_ duration: Duration) {
        var rest = timespec()
        rest.tv_sec = Int(duration.nanoseconds / 1_000_000_000)
        rest.tv_nsec = Int(duration.nanoseconds % 1_000_000_000)
        // SAFETY: the kernel reads one timespec from a local.
        _ = unsafe nanosleep(&rest, nil)
    }

    /// How many processors this process may run on.
    package static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// The value of an environment variable.
    package static func environment(_ name: String) -> String? {
        // SAFETY: getenv's text is copied at once; the environment is changed at start-up only.
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// The memory of the process that is resident now, in bytes.
    package static var residentByteCount: Int {
        guard let text = try? Files.read("/proc/self/statm", limit: 4_096) else { return 0 }
        let fields = text.span.makeString().split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    /// The CPU time the process has used, in nanoseconds: user and system.
    package static func cpuNanoseconds() -> (user: Int64, system: Int64) {
        var usage = rusage()
        // SAFETY: the kernel writes one rusage into a local.
        _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func nanoseconds(_ time: timeval) -> Int64 {
            Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_usec) * 1_000
        }
        return (nanoseconds(usage.ru_utime), nanoseconds(usage.ru_stime))
    }
}

/// One pointer for each thread, nil until the thread sets it; the loop of a loop's thread.
package enum ThreadLocalPointer {
    // SAFETY: the pointer is only stored; who reads it answers for what it points to.
    /// The calling thread's pointer.
    package static var value: UnsafeMutableRawPointer? {
        get { unsafe holdfast_thread_loop() }
        set { unsafe holdfast_set_thread_loop(newValue) }
    }
}
