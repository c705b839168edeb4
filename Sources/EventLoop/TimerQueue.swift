package import Base

/// A piece of work that a loop does at a time, unless it is cancelled. Loop thread only.
package final class TimerHandle {
    /// When it is due.
    package let deadline: Instant
    fileprivate var work: (() -> Void)?

    init(deadline: Instant, work: @escaping () -> Void) {
        self.deadline = deadline
        self.work = work
    }

    /// Drops the work; nothing happens when it is done or cancelled already.
    package func cancel() { self.work = nil }

    /// Whether it is neither done nor cancelled.
    package var isPending: Bool { self.work != nil }

    /// Does the work, unless it was cancelled meanwhile.
    func fire() {
        guard let work = self.work else { return }
        self.work = nil
        work()
    }
}

/// The timers of one loop: a binary heap by deadline.
///
/// Adding and firing take O(log n). A cancelled timer stays until it is due or reaches the top, so
/// cancelling is O(1); connections re-arm lazily and so keep one timer for many requests.
struct TimerQueue {
    private var heap: [TimerHandle] = []

    /// How many timers are kept, cancelled ones included.
    var count: Int { self.heap.count }

    /// The earliest deadline, or nil when there is none.
    mutating func nextDeadline() -> Instant? {
        while let first = self.heap.first {
            if first.isPending { return first.deadline }
            self.removeFirst()
        }
        return nil
    }

    /// Adds a timer.
    mutating func add(_ timer: TimerHandle) {
        self.heap.append(timer)
        var index = self.heap.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard self.heap[index].deadline < self.heap[parent].deadline else { break }
            self.heap.swapAt(index, parent)
            index = parent
        }
    }

    /// Takes the timers that are due at `now`, the earliest first.
    mutating func takeDue(now: Instant) -> [TimerHandle] {
        var due: [TimerHandle] = []
        while let first = self.heap.first, first.deadline <= now || !first.isPending {
            self.removeFirst()
            if first.isPending { due.append(first) }
        }
        return due
    }

    private mutating func removeFirst() {
        let last = self.heap.removeLast()
        guard !self.heap.isEmpty else { return }
        self.heap[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < self.heap.count && self.heap[child].deadline < self.heap[least].deadline {
                least = child
            }
            if least == index { return }
            self.heap.swapAt(index, least)
            index = least
        }
    }
}
