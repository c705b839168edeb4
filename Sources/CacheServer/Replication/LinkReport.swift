import Base
import SystemInterface

/// What is known of a link at a moment.
struct LinkReport: Sendable {
    /// Where it stands.
    enum State: String, Sendable {
        case dialing, waiting, copying, streaming, closed
    }

    /// The peer as it was named, or its address.
    var name: String
    /// Whether the peer tells (`from`) or is told.
    var isIncoming: Bool
    var state = State.dialing
    /// The peer's number; 0 while none is known.
    var node: UInt64 = 0
    /// When the state began.
    var since: Instant
    /// Why the link is not there.
    var problem: String?
    /// Places in the log: told, and applied on the other side. Of an incoming link: applied, and
    /// where the peer's log ended.
    var place: UInt64 = 0, end: UInt64 = 0
    /// Signs of life that were heard.
    var positionCount = 0
    /// What was told or heard.
    var items = 0, deletions = 0, flushes = 0, passedOver = 0
    var copies = 0, overflows = 0
    /// How often the link was made.
    var connectCount = 0

    /// Takes a state, which begins now when it is another one.
    mutating func enter(_ state: State) {
        guard self.state != state else { return }
        self.state = state
        self.since = SystemClock.now()
    }
}
