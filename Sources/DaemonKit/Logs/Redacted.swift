/// What may be shown of values that open doors.
package enum Redacted {
    /// How many digits of a session id a log or an unprivileged reader may see.
    package static let sessionDigitCount = 8

    /// The beginning of a session id with its route: `5AF1C2B3…-n1.node4`. Nobody can use it as a
    /// cookie, and two lines about one session can still be seen to belong together.
    ///
    /// What stands behind the id is shown only when the id is whole: of one that was taken apart
    /// the rest would be behind the first mark.
    package static func session(_ id: String) -> String {
        let base = id.prefix { $0 != "-" && $0 != "." }
        guard id.unicodeScalars.count > Self.sessionDigitCount else { return Self.text(id) }
        let start = String(id.unicodeScalars.prefix(Self.sessionDigitCount))
        let isWhole = base.unicodeScalars.count >= Self.hexadecimalRunMin
        return Self.text("\(start)…\(isWhole ? id.dropFirst(base.count) : "")")
    }

    /// A run of hexadecimal digits from this length on is taken for a session id: ids have 32, and
    /// one that lost a few digits on its way must not be guessed from the rest.
    package static let hexadecimalRunMin = 24

    /// A text with every session id in it cut, wherever it stands: paths, and what handlers say of
    /// a request that they refuse.
    ///
    /// Control characters are written as `\x0A`, so that nobody can write lines of his own into a
    /// log; neither they nor what is no ASCII end a run of digits.
    package static func text(_ text: String) -> String { Self.cut(text, escaping: true) }

    /// The same with control characters as they are: for texts of several lines.
    static func lines(_ text: String) -> String { Self.cut(text, escaping: false) }

    private static func cut(_ text: String, escaping: Bool) -> String {
        var result = "", run = "", digitCount = 0
        func endRun() {
            let isID = digitCount >= Self.hexadecimalRunMin
            result += isID ? String(run.unicodeScalars.prefix(Self.sessionDigitCount)) + "…" : run
            run = ""
            digitCount = 0
        }
        for scalar in text.unicodeScalars {
            if scalar.isASCII, scalar.properties.isASCIIHexDigit {
                run.unicodeScalars.append(scalar)
                digitCount += 1
                continue
            }
            let isHidden = scalar.value < 0x20 || scalar.value == 0x7F
            if !isHidden, scalar.isASCII || scalar == "…" { endRun() }
            let shown = isHidden && escaping ? Self.escaped(scalar) : String(scalar)
            if digitCount > 0 { run += shown } else { result += shown }
        }
        endRun()
        return result
    }

    private static func escaped(_ scalar: UnicodeScalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "\\x" + (digits.count < 2 ? "0" : "") + digits
    }
}
