package import Base

/// Dates as HTTP writes them (RFC 9110 section 5.6.7), in whole seconds since 1970, UTC.
package enum HTTPDate {
    private static let dayNames: [StaticString] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let monthNames: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// A date in the calendar.
    package struct Parts: Equatable, Sendable {
        /// Year; month and day of the month from 1; hour, minute and second from 0.
        package var year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
        /// Day of the week, Sunday 0.
        package var weekday: Int
    }

    /// Splits seconds since 1970 into a date of the Gregorian calendar.
    package static func parts(ofUnixSeconds seconds: Int64) -> Parts {
        let days = Int((seconds - Self.floorModulo(seconds, 86_400)) / 86_400)
        let rest = Int(Self.floorModulo(seconds, 86_400))
        // Days are counted from 1 March of the year 0, in eras of 400 years.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return Parts(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, hour: rest / 3_600,
            minute: rest / 60 % 60, second: rest % 60,
            weekday: Int(Self.floorModulo(Int64(days) + 4, 7)))
    }

    /// The seconds since 1970 of a date of the Gregorian calendar.
    package static func unixSeconds(
        year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
    ) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = Int64(era * 146_097 + dayOfEra - 719_468)
        return days * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
    }

    /// Appends a date: `Sun, 06 Nov 1994 08:49:37 GMT`. Callers keep the text for a second.
    package static func append(unixSeconds seconds: Int64, to output: ByteBuffer) {
        let parts = Self.parts(ofUnixSeconds: seconds)
        output.append(Self.dayNames[(parts.weekday + 3) % 7])
        output.append(", ")
        Self.append(twoDigits: parts.day, to: output)
        output.append(0x20)
        output.append(Self.monthNames[parts.month - 1])
        output.append(0x20)
        Self.append(twoDigits: parts.year / 100, to: output)
        Self.append(twoDigits: parts.year % 100, to: output)
        output.append(0x20)
        Self.append(twoDigits: parts.hour, to: output)
        output.append(UInt8(ascii: ":"))
        Self.append(twoDigits: parts.minute, to: output)
        output.append(UInt8(ascii: ":"))
        Self.append(twoDigits: parts.second, to: output)
        output.append(" GMT")
    }

    /// The date as text.
    package static func string(unixSeconds seconds: Int64) -> String {
        let buffer = ByteBuffer(capacity: 32)
        Self.append(unixSeconds: seconds, to: buffer)
        return buffer.bytes.makeString()
    }

    /// Reads a date in any of the three forms HTTP has had; nil when it is none.
    ///
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37
    /// 1994`.
    package static func parse(_ text: Span<UInt8>) -> Int64? {
        if text.count == 29, text[3] == UInt8(ascii: ",") {
            return Self.make(
                day: text.extracting(5..<7), month: text.extracting(8..<11),
                year: text.extracting(12..<16), time: text.extracting(17..<25))
        }
        if let comma = text.firstIndex(of: UInt8(ascii: ",")), text.count == comma + 24 {
            let rest = text.extracting((comma + 2)..<text.count)
            return Self.make(
                day: rest.extracting(0..<2), month: rest.extracting(3..<6),
                year: rest.extracting(7..<9), time: rest.extracting(10..<18))
        }
        if text.count == 24 {
            let dayStart = text[8] == 0x20 ? 9 : 8
            return Self.make(
                day: text.extracting(dayStart..<10), month: text.extracting(4..<7),
                year: text.extracting(20..<24), time: text.extracting(11..<19))
        }
        return nil
    }

    private static func make(
        day: Span<UInt8>, month: Span<UInt8>, year: Span<UInt8>, time: Span<UInt8>
    ) -> Int64? {
        guard let day = day.decimalValue(), day >= 1, day <= 31,
            let month = Self.month(month), var year = year.decimalValue(),
            time[2] == UInt8(ascii: ":"), time[5] == UInt8(ascii: ":"),
            let hour = time.extracting(0..<2).decimalValue(), hour < 24,
            let minute = time.extracting(3..<5).decimalValue(), minute < 60,
            let second = time.extracting(6..<8).decimalValue(), second <= 60
        else { return nil }
        // Two digits: RFC 9110 has what would be far in the future mean the century before.
        if year < 100 { year += year < 70 ? 2_000 : 1_900 }
        guard year >= 1_601 else { return nil }
        return Self.unixSeconds(
            year: Int(year), month: month, day: Int(day), hour: Int(hour), minute: Int(minute),
            second: Int(second))
    }

    private static func month(_ name: Span<UInt8>) -> Int? {
        for index in 0..<12 where name.isEqual(to: Self.monthNames[index]) { return index + 1 }
        return nil
    }

    private static func append(twoDigits value: Int, to output: ByteBuffer) {
        output.append(UInt8(truncatingIfNeeded: value / 10 % 10) + 0x30)
        output.append(UInt8(truncatingIfNeeded: value % 10) + 0x30)
    }

    private static func floorModulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        let rest = value % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
