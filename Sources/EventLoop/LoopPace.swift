import Base
import SystemInterface

/// Keeps the processor of a busy loop from falling asleep between two small requests.
///
/// A loop that answers one request at a time rests thousands of times a second, for some
/// microseconds. A kernel that sees no timer ahead then stops its own tick and goes to sleep
/// deeply, and both cost more than the request does (Docs/decisions/0006-pace.md). A timer that
/// fires more often than the tick of Debian's kernels (4 ms) prevents that. It runs only while the
/// loop rests often; a loop that is idle, or that never rests, has none.
struct LoopPace: ~Copyable {
    /// How often the timer fires.
    private static let interval = Duration.milliseconds(2)
    /// It starts when the loop rests so often within `busyTime`.
    private static let busyRestCount = 32
    private static let busyTime = Duration.milliseconds(8)
    /// It stops when the loop rests less often between two firings.
    private static let idleRestCount = 5
    /// Who finds more events than that did not rest: they were there already. A timer would only
    /// take the processor from another thread then.
    private static let restEventCountMax = 2

    private let timer: PeriodicTimer
    private var restCount = 0
    private var countsSince: Instant
    /// Whether the timer runs, so that the loop wakes at the latest after `interval`.
    private(set) var isTicking = false

    init(now: Instant) throws(Errno) {
        self.timer = try PeriodicTimer()
        self.countsSince = now
    }

    /// The descriptor to watch.
    var number: Int32 { self.timer.number }

    /// Whether a timer that is due at `deadline` is met by the ticks, without one of its own.
    func meets(_ deadline: Instant, now: Instant) -> Bool {
        self.isTicking && deadline - now > Self.interval + Self.interval
    }

    /// The loop has waited for events and got so many.
    mutating func loopWaited(for eventCount: Int, at now: Instant) {
        if eventCount > Self.restEventCountMax { return }
        self.restCount += 1
        if self.isTicking || self.restCount < Self.busyRestCount { return }
        if now - self.countsSince < Self.busyTime {
            self.timer.start(every: Self.interval)
            self.isTicking = true
        }
        self.restCount = 0
        self.countsSince = now
    }

    /// The timer has fired.
    mutating func tick(at now: Instant) {
        self.timer.reset()
        if self.restCount < Self.idleRestCount {
            self.timer.stop()
            self.isTicking = false
            self.countsSince = now
        }
        self.restCount = 0
    }
}
