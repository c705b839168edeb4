/// A `java.util.Date`: a point in time, written in UTC.
package final class DateObject: HostObject {
    /// Milliseconds since 1970.
    package private(set) var milliseconds: Int64
    /// The Java class.
    package let typeName = "java.util.Date"

    /// Makes the date of a point in time.
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Calls a method of `java.util.Date`.
    package func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        switch (method, arguments.count) {
        case ("getTime", 0): return .long(self.milliseconds)
        case ("setTime", 1):
            self.milliseconds = arguments[0].integer ?? 0
            return .null
        case ("toString", 0): return .string(self.text)
        case ("hashCode", 0): return .int(Value.long(self.milliseconds).hash)
        case ("getYear", 0): return .int(Int32(self.fields.year - 1900))
        case ("getMonth", 0): return .int(Int32(self.fields.month - 1))
        case ("getDate", 0): return .int(Int32(self.fields.day))
        case ("getHours", 0): return .int(Int32(self.fields.hour))
        case ("getMinutes", 0): return .int(Int32(self.fields.minute))
        case ("getSeconds", 0): return .int(Int32(self.fields.second))
        case ("getDay", 0): return .int(Int32(self.fields.weekday))
        case ("before", 1), ("after", 1), ("equals", 1), ("compareTo", 1):
            guard case .object(let object) = arguments[0], let other = object as? DateObject else {
                if method == "equals" { return .boolean(false) }
                throw .nullPointer("compare dates")
            }
            switch method {
            case "before": return .boolean(self.milliseconds < other.milliseconds)
            case "after": return .boolean(self.milliseconds > other.milliseconds)
            case "equals": return .boolean(self.milliseconds == other.milliseconds)
            default:
                let order = self.milliseconds < other.milliseconds ? -1 : 1
                return .int(self.milliseconds == other.milliseconds ? 0 : Int32(order))
            }
        default:
            throw .noSuchMethod(
                method, of: self.typeName, near: ["getTime", "toString", "before", "after"])
        }
    }

    /// Whether both are the same point in time.
    package func isEqual(to other: any HostObject) -> Bool {
        (other as? DateObject)?.milliseconds == self.milliseconds
    }

    /// A date outlives the run.
    package var stored: StoredValue? { .date(self.milliseconds) }

    /// As Java writes it: `Tue Nov 24 03:33:19 UTC 2026`.
    package var text: String {
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let fields = self.fields
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(weekdays[fields.weekday]) \(months[fields.month - 1]) \(two(fields.day)) "
            + "\(two(fields.hour)):\(two(fields.minute)):\(two(fields.second)) UTC \(fields.year)"
    }

    private struct Fields {
        var year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, weekday: Int
    }

    /// The civil date (Howard Hinnant's algorithm for the proleptic Gregorian calendar).
    private var fields: Fields {
        let seconds = (self.milliseconds - (self.milliseconds % 1000 + 1000) % 1000) / 1000
        let day = (seconds - (seconds % 86_400 + 86_400) % 86_400) / 86_400
        let inDay = Int(seconds - day * 86_400)
        let shifted = Int(day) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return Fields(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * monthIndex + 2) / 5 + 1, hour: inDay / 3_600,
            minute: inDay / 60 % 60, second: inDay % 60,
            weekday: ((Int(day) % 7) + 11) % 7)
    }
}
