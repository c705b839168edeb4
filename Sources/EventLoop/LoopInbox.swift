import Synchronization
import SystemInterface

/// What other threads hand to a loop, and how they wake it. Any thread, but for what says that it
/// is the loop's.
///
/// ```
/// running ──loopSleeps──► sleeping ──hand: signal──► notified ──loopWoke──► running
///    └───────────────hand: no signal is needed────────►┘
/// ```
/// Who hands something to a loop that runs makes no system call, and neither does the second one
/// who hands something to a loop that sleeps.
struct LoopInbox: ~Copyable, Sendable {
    /// What was handed over, in its order.
    struct Contents {
        var jobs: [UnownedJob] = []
        var work: [@Sendable () -> Void] = []
    }

    private enum SleepState {
        static let running = 0
        static let sleeping = 1
        static let notified = 2
    }

    private let contents = Mutex(Contents())
    private let sleepState = Atomic<Int>(SleepState.running)
    private let wakeUp: WakeUp

    init() throws(Errno) { self.wakeUp = try WakeUp() }

    /// The descriptor that can be read when the loop is to wake.
    var number: Int32 { self.wakeUp.number }

    /// Hands a job of a task to the loop.
    func hand(_ job: UnownedJob) {
        self.contents.withLock { $0.jobs.append(job) }
        self.notify()
    }

    /// Hands work to the loop.
    func hand(_ work: @escaping @Sendable () -> Void) {
        self.contents.withLock { $0.work.append(work) }
        self.notify()
    }

    private func notify() {
        if self.sleepState.exchange(SleepState.notified, ordering: .acquiringAndReleasing)
            == SleepState.sleeping
        {
            self.wakeUp.signal()
        }
    }

    /// The loop is about to wait; false when something was handed over, and it must not. The loop's
    /// thread.
    func loopSleeps() -> Bool {
        self.sleepState.compareExchange(
            expected: SleepState.running, desired: SleepState.sleeping,
            ordering: .acquiringAndReleasing
        ).exchanged
    }

    /// The loop does not wait any more. The loop's thread.
    ///
    /// - Returns: what was handed over; nil when there is nothing.
    func loopWoke() -> Contents? {
        guard
            self.sleepState.exchange(SleepState.running, ordering: .acquiringAndReleasing)
                == SleepState.notified
        else { return nil }
        var taken = Contents()
        self.contents.withLock { swap(&taken, &$0) }
        return taken
    }

    /// Makes the descriptor unreadable again. The loop's thread.
    func reset() { self.wakeUp.reset() }
}
