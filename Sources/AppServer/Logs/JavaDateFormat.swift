import Base
import HTTPProtocol

/// Dates in the letters of Java's SimpleDateFormat, in English, as access logs and file names use
/// them.
enum JavaDateFormat {
    private static let days = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]

    /// Appends a time; `offsetSeconds` is the local time's distance from UTC.
    static func append(
        _ format: String, unixMilliseconds: Int64, offsetSeconds: Int, to output: ByteBuffer
    ) {
        let localMilliseconds = unixMilliseconds + Int64(offsetSeconds) * 1_000
        let parts = HTTPDate.parts(ofUnixSeconds: Self.floorDivide(localMilliseconds, 1_000))
        var rest = format.utf8[...]
        while let letter = rest.first {
            if letter == UInt8(ascii: "'") {
                Self.appendQuoted(&rest, to: output)
                continue
            }
            let run = rest.prefix { $0 == letter }
            rest = rest.dropFirst(run.count)
            guard letter.isASCIILetter else {
                for byte in run { output.append(byte) }
                continue
            }
            let milliseconds = Int(
                localMilliseconds - Self.floorDivide(localMilliseconds, 1_000) * 1_000)
            Self.append(
                letter, run.count, parts, milliseconds: milliseconds,
                offsetSeconds: offsetSeconds, to: output)
        }
    }

    private static func appendQuoted(_ rest: inout Substring.UTF8View, to output: ByteBuffer) {
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "'") {
            output.append(UInt8(ascii: "'"))
            rest = rest.dropFirst()
            return
        }
        while let byte = rest.first {
            rest = rest.dropFirst()
            if byte == UInt8(ascii: "'") { return }
            output.append(byte)
        }
    }

    private static func append(
        _ letter: UInt8, _ count: Int, _ parts: HTTPDate.Parts, milliseconds: Int,
        offsetSeconds: Int, to output: ByteBuffer
    ) {
        switch letter {
        case UInt8(ascii: "y"), UInt8(ascii: "u"):
            Self.append(count == 2 ? parts.year % 100 : parts.year, digits: count, to: output)
        case UInt8(ascii: "M"):
            let name = Self.months[parts.month - 1]
            if count >= 3 {
                output.append(count == 3 ? String(name.prefix(3)) : name)
            } else {
                Self.append(parts.month, digits: count, to: output)
            }
        case UInt8(ascii: "d"): Self.append(parts.day, digits: count, to: output)
        case UInt8(ascii: "H"): Self.append(parts.hour, digits: count, to: output)
        case UInt8(ascii: "h"):
            Self.append((parts.hour + 11) % 12 + 1, digits: count, to: output)
        case UInt8(ascii: "m"): Self.append(parts.minute, digits: count, to: output)
        case UInt8(ascii: "s"): Self.append(parts.second, digits: count, to: output)
        case UInt8(ascii: "S"): Self.append(milliseconds, digits: count, to: output)
        case UInt8(ascii: "E"):
            let name = Self.days[parts.weekday]
            output.append(count <= 3 ? String(name.prefix(3)) : name)
        case UInt8(ascii: "a"): output.append(parts.hour < 12 ? "AM" : "PM")
        case UInt8(ascii: "Z"): Self.appendOffset(offsetSeconds, to: output)
        case UInt8(ascii: "z"):
            output.append("GMT")
            if offsetSeconds != 0 { Self.appendOffset(offsetSeconds, to: output) }
        default: for _ in 0..<count { output.append(letter) }
        }
    }

    /// Appends `+0100`.
    static func appendOffset(_ seconds: Int, to output: ByteBuffer) {
        output.append(UInt8(ascii: seconds < 0 ? "-" : "+"))
        let minutes = abs(seconds) / 60
        Self.append(minutes / 60 * 100 + minutes % 60, digits: 4, to: output)
    }

    /// Appends a number with at least so many digits.
    static func append(_ value: Int, digits: Int, to output: ByteBuffer) {
        let text = String(value)
        for _ in text.utf8.count..<max(digits, text.utf8.count) {
            output.append(UInt8(ascii: "0"))
        }
        output.append(text)
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }
}
