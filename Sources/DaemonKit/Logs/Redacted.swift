/// What may be shown of values that open doors.
package enum Redacted {
    /// How many digits of a session id a log or an unprivileged reader may see.
    package static let sessionDigitCount = 8

    /// The beginning of a session id with its route: `5AF1C2B3…-n1.node4`. Nobody can use it as a
    /// cookie, and two lines about one session can still be seen to belong together.
    package static func session(_ id: String) -> String {
        let base = id.prefix { $0 != "-" && $0 != "." }
        guard base.count > Self.sessionDigitCount else { return id }
        return "\(base.prefix(Self.sessionDigitCount))…\(id.dropFirst(base.count))"
    }

    /// A run of hexadecimal digits from this length on is taken for a session id: ids have 32, and
    /// one that lost a few digits on its way must not be guessed from the rest.
    package static let hexadecimalRunMin = 24

    /// A text with every session id in it cut, wherever it stands: paths, and what handlers say of
    /// a request that they refuse.
    package static func text(_ text: String) -> String {
        var result = ""
        var run = ""
        func endRun() {
            if run.utf8.count >= Self.hexadecimalRunMin {
                result += "\(run.prefix(Self.sessionDigitCount))…"
            } else {
                result += run
            }
            run = ""
        }
        for character in text {
            if character.isASCII, character.isHexDigit {
                run.append(character)
            } else {
                endRun()
                result.append(character)
            }
        }
        endRun()
        return result
    }
}
