package import Base
import SystemInterface

/// Dates in logs, in the machine's time zone; each second's text is made once a thread.
package enum LocalTime {
    /// The forms.
    package enum Form: Sendable {
        /// `24/Nov/2026:04:13:34 +0000`.
        case commonLog
        /// `[24/Nov/2026:04:13:34 +0000]`.
        case bracketed
        /// `2026-11-24T04:13:34+00:00`.
        case iso8601
        /// `2026/11/24 04:13:34`, as nginx's error log has it.
        case errorLog
    }

    private static let months: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Appends a time given in nanoseconds since 1970.
    package static func append(
        _ form: Form, _ unixNanoseconds: Int64, to output: ByteBuffer
    ) {
        let time = CalendarTime.local(unixSeconds: unixNanoseconds / 1_000_000_000)
        switch form {
        case .commonLog: self.appendCommon(time, to: output)
        case .bracketed:
            output.append(UInt8(ascii: "["))
            self.appendCommon(time, to: output)
            output.append(UInt8(ascii: "]"))
        case .iso8601:
            self.appendDate(time, "-", to: output)
            output.append(UInt8(ascii: "T"))
            self.appendClock(time, to: output)
            self.appendOffset(time, separator: ":", to: output)
        case .errorLog:
            self.appendDate(time, "/", to: output)
            output.append(UInt8(ascii: " "))
            self.appendClock(time, to: output)
        }
    }

    private static func appendCommon(_ time: CalendarTime, to output: ByteBuffer) {
        self.appendTwo(time.day, to: output)
        output.append(UInt8(ascii: "/"))
        output.append(self.months[time.month - 1])
        output.append(UInt8(ascii: "/"))
        output.append(decimal: time.year)
        output.append(UInt8(ascii: ":"))
        self.appendClock(time, to: output)
        output.append(UInt8(ascii: " "))
        self.appendOffset(time, separator: "", to: output)
    }

    private static func appendDate(
        _ time: CalendarTime, _ mark: StaticString, to output: ByteBuffer
    ) {
        output.append(decimal: time.year)
        output.append(mark)
        self.appendTwo(time.month, to: output)
        output.append(mark)
        self.appendTwo(time.day, to: output)
    }

    private static func appendClock(_ time: CalendarTime, to output: ByteBuffer) {
        self.appendTwo(time.hour, to: output)
        output.append(UInt8(ascii: ":"))
        self.appendTwo(time.minute, to: output)
        output.append(UInt8(ascii: ":"))
        self.appendTwo(time.second, to: output)
    }

    private static func appendOffset(
        _ time: CalendarTime, separator: StaticString, to output: ByteBuffer
    ) {
        let minutes = abs(time.offsetSeconds) / 60
        output.append(time.offsetSeconds < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        self.appendTwo(minutes / 60, to: output)
        output.append(separator)
        self.appendTwo(minutes % 60, to: output)
    }

    private static func appendTwo(_ number: Int, to output: ByteBuffer) {
        output.append(UInt8(ascii: "0") + UInt8(number / 10 % 10))
        output.append(UInt8(ascii: "0") + UInt8(number % 10))
    }
}
