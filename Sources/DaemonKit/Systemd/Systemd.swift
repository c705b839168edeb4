import CSystemd
import Glibc

/// Messages to the service manager (sd_notify(3)). Without one they go nowhere. Any thread.
// SAFETY: libsystemd reads C strings that live through the call and writes locals.
package enum Systemd {
    /// Sends assignments such as `READY=1`, all in one datagram.
    package static func notify(_ assignments: String...) {
        _ = unsafe sd_notify(0, assignments.joined(separator: "\n"))
    }

    /// `STATUS=` for one line of text; line ends in it become blanks.
    package static func status(_ text: String) -> String {
        "STATUS=" + String(text.map { $0 == "\n" ? " " : $0 })
    }

    /// `MONOTONIC_USEC=` for now, which belongs to RELOADING=1 from systemd 253 on.
    static func monotonicNow(nanoseconds: Int64) -> String {
        "MONOTONIC_USEC=\(nanoseconds / 1_000)"
    }

    /// How long the manager waits for a sign of life, or nil when it does not watch this process.
    static func watchdogInterval() -> Duration? {
        var microseconds: UInt64 = 0
        guard unsafe sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }

    /// The descriptors that were passed to this process, with their names
    /// (sd_listen_fds_with_names(3)). Takes the variables out of the environment, so a second call
    /// answers none.
    static func passedDescriptors() -> [(name: String, descriptor: Int32)] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = unsafe sd_listen_fds_with_names(1, &names)
        guard count > 0, let names = unsafe names else { return [] }
        defer { unsafe free(names) }
        return (0..<Int(count)).map { index in
            guard let text = unsafe names[index] else { return ("", 3 + Int32(index)) }
            defer { unsafe free(text) }
            return (unsafe String(cString: text), 3 + Int32(index))
        }
    }
}
