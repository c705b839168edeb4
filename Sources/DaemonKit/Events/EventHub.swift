import Base
import SystemInterface

/// What happens in a daemon, for whoever watches it: `GET /v1/events`, `ctl events`. Any thread.
///
/// Each event is one JSON object: `unixMilliseconds`, `daemon`, `event` (a word for programs),
/// `message` (a sentence for people), and what else the event has. Session ids are cut.
package final class EventHub: Sendable {
    /// Where the events go as JSON.
    package let lines = LineHub()
    private let daemon: String

    /// Makes the hub of a daemon by its name.
    package init(daemon: String) { self.daemon = daemon }

    /// Tells of an event.
    ///
    /// - Parameters:
    ///   - event: a word with underscores, such as `server_failed`.
    ///   - message: a sentence without a point.
    ///   - members: what else is known, by the names that the JSON has.
    package func publish(
        _ event: String, _ message: String, _ members: [(name: String, value: String)] = []
    ) {
        let buffer = ByteBuffer()
        var json = JSONWriter(into: buffer)
        json.object { json in
            json.member("unixMilliseconds", Int(SystemClock.unixNanoseconds() / 1_000_000))
            json.member("daemon", self.daemon)
            json.member("event", event)
            json.member("message", Redacted.text(message))
            for (name, value) in members { json.member(name, Redacted.text(value)) }
        }
        self.lines.publish(buffer.bytes.makeString())
    }
}
