import Glibc

/// The time zone of this machine, for logs that people read.
package enum LocalTime {
    /// How far local time is from UTC at a moment, in seconds, summer time included.
    package static func offsetSeconds(atUnixSeconds seconds: Int64) -> Int {
        var time = time_t(seconds)
        // SAFETY: both are locals that outlive the call; the zone's name is not looked at.
        var parts = unsafe tm()
        guard unsafe localtime_r(&time, &parts) != nil else { return 0 }
        return unsafe Int(parts.tm_gmtoff)
    }
}
