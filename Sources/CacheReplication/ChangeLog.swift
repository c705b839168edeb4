import Synchronization

/// The last changes of a cache, for peers that have not heard of them yet: which key changed and to
/// which version, never the value, which is read when it is told. Any thread; appending is quick.
///
/// Places count from 1 on and never repeat. What is older than the last `countMax` changes is
/// forgotten: who has not heard of it needs a full copy.
package final class ChangeLog: Sendable {
    /// One change.
    package enum Change: Equatable, Sendable {
        case item(key: [UInt8], version: UInt64)
        case deletion(key: [UInt8], version: UInt64)
        case flush(version: UInt64)

        /// Which state came of it.
        package var version: UInt64 {
            switch self {
            case .item(_, let version), .deletion(_, let version), .flush(let version): version
            }
        }
    }

    /// A change, and whom it was heard of: the peer's tag, 0 for one that was made here.
    package struct Entry: Equatable, Sendable {
        /// What changed.
        package var change: Change
        /// Whom it was heard of.
        package var peer: UInt16
    }

    private struct State {
        /// A ring once it is full: place `n` is at `(n - 1) % countMax`.
        var changes: [Entry] = []
        var end: UInt64 = 1
        var sleepers: [@Sendable () -> Void] = []
    }

    /// How many changes are remembered.
    package let countMax: Int
    private let state = Mutex(State())

    /// A log that is empty.
    package init(countMax: Int) {
        precondition(countMax > 0)
        self.countMax = countMax
    }

    /// The place that the next change will have.
    package var end: UInt64 { self.state.withLock { $0.end } }
    /// The first place that is remembered.
    package var start: UInt64 { self.state.withLock { self.start($0) } }

    private func start(_ state: State) -> UInt64 { state.end - UInt64(state.changes.count) }

    private func index(_ place: UInt64) -> Int { Int((place - 1) % UInt64(self.countMax)) }

    /// Remembers a change, and wakes who waits for one.
    package func append(_ change: Change, from peer: UInt16 = 0) {
        let entry = Entry(change: change, peer: peer)
        let sleepers = self.state.withLock { state in
            if state.changes.count < self.countMax {
                state.changes.append(entry)
            } else {
                state.changes[self.index(state.end)] = entry
            }
            state.end += 1
            guard !state.sleepers.isEmpty else { return [@Sendable () -> Void]() }
            defer { state.sleepers = [] }
            return state.sleepers
        }
        for wake in sleepers { wake() }
    }

    /// The changes from a place on, up to `count`; nil when some of them are forgotten.
    package func read(from place: UInt64, count: Int) -> [Entry]? {
        self.state.withLock { state in
            guard place >= self.start(state), place <= state.end else { return nil }
            let end = min(state.end, place + UInt64(count))
            return (place..<end).map { state.changes[self.index($0)] }
        }
    }

    /// Calls `wake` once when there is a change at `place` or later, which may be now.
    package func whenReaching(_ place: UInt64, _ wake: @escaping @Sendable () -> Void) {
        let isThere = self.state.withLock { state in
            guard state.end <= place else { return true }
            state.sleepers.append(wake)
            return false
        }
        if isThere { wake() }
    }
}
