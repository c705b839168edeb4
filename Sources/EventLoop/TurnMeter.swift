import Base
import Synchronization
import SystemInterface

/// Measures how long the turns of a loop are, in processor time of its thread, so that what else
/// the machine does counts for nothing. For benchmarks: it costs two system calls a turn. Any
/// thread may ask; the loop's own thread tells it.
package final class TurnMeter: Sendable {
    private let begin = Atomic<Int64>(0)
    private let longest = Atomic<Int64>(0)

    /// One that has measured nothing.
    package init() {}

    func turnBegins() {
        self.begin.store(SystemClock.threadTime().nanoseconds, ordering: .relaxed)
    }

    func turnEnds() {
        let begin = self.begin.load(ordering: .relaxed)
        guard begin > 0 else { return }
        self.longest.max(SystemClock.threadTime().nanoseconds - begin, ordering: .relaxed)
    }

    /// The longest turn since this was asked last; the turn that goes on is not in it.
    package func takeLongest() -> Duration {
        .nanoseconds(self.longest.exchange(0, ordering: .relaxed))
    }
}
