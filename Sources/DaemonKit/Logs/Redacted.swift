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
}
