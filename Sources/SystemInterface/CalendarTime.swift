import Glibc

/// A second since 1970 as people in the machine's time zone read it.
package struct CalendarTime: Equatable, Sendable {
    /// Year, month (1–12), day (1–31), hour, minute, second.
    package let year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
    /// How far local time is ahead of UTC.
    package let offsetSeconds: Int

    /// The local time of a second since 1970 (localtime_r(3)).
    package static func local(unixSeconds: Int64) -> CalendarTime {
        var seconds = time_t(unixSeconds)
        // SAFETY: a local, filled below.
        var parts = unsafe tm()
        // SAFETY: both are locals; localtime_r writes `parts` and keeps neither.
        _ = unsafe localtime_r(&seconds, &parts)
        return unsafe CalendarTime(
            year: Int(parts.tm_year) + 1_900, month: Int(parts.tm_mon) + 1,
            day: Int(parts.tm_mday), hour: Int(parts.tm_hour), minute: Int(parts.tm_min),
            second: Int(parts.tm_sec), offsetSeconds: Int(parts.tm_gmtoff))
    }
}
