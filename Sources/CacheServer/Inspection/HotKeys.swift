import Base
import Synchronization

/// Which keys are asked for most, found by looking at a few commands. Always on. Any thread.
///
/// Each connection counts down to the next command that is looked at, so the others cost one
/// subtraction. The gaps are random, as commands that come in a pattern would be met always or
/// never otherwise. What was met in this window and the one before is told.
final class HotKeys: Sendable {
    /// One key in so many is looked at, on average.
    static let samplingInterval = 256
    /// How many keys are remembered.
    static let keyCountMax = 128
    /// How long a window lasts, in seconds.
    static let windowSeconds: UInt32 = 60
    /// A key met less often than this is there by chance.
    private static let countMin = 3

    /// What was seen.
    struct Report: Sendable {
        /// How many seconds it is of, and how many keys were looked at in them.
        var seconds = 1, sampledCount = 0
        /// The keys with what was counted of the looked-at commands, the hottest first.
        var entries: [TopKeys.Entry] = []
    }

    fileprivate struct State {
        var generator: SeededGenerator
        var start: UInt32 = 0
        var current = TopKeys(capacity: HotKeys.keyCountMax)
        var previous = TopKeys(capacity: HotKeys.keyCountMax)
        var hasPrevious = false
    }

    private let state: Mutex<State>

    /// Makes one that has seen nothing; `seed` makes the gaps.
    init(seed: UInt64) { self.state = Mutex(State(generator: SeededGenerator(seed: seed))) }

    /// How many keys a new connection counts to the first one that is looked at.
    ///
    /// Who begins at any time is in the middle of a gap, and more often in a long one.
    func firstGap() -> Int {
        self.state.withLock { state in
            let longer = max(state.nextGap(), state.nextGap())
            return Int.random(in: 1...longer, using: &state.generator)
        }
    }

    /// Looks at a key in a second of the store's clock.
    ///
    /// - Returns: how many keys to count to the next one.
    func look(at key: Span<UInt8>, now: UInt32) -> Int {
        self.state.withLock { state in
            state.turnWindow(now)
            state.current.add(key)
            return state.nextGap()
        }
    }

    /// What was seen in this window and the one before.
    func report(now: UInt32) -> Report {
        self.state.withLock { state in
            state.turnWindow(now)
            var report = Report()
            let start = state.hasPrevious ? state.start &- Self.windowSeconds : state.start
            report.seconds = max(1, Int(now) - Int(start))
            report.sampledCount = state.current.total
            var sums: [[UInt8]: TopKeys.Entry] = [:]
            for entry in state.current.entries { sums[entry.key] = entry }
            if state.hasPrevious {
                report.sampledCount += state.previous.total
                for entry in state.previous.entries {
                    sums[entry.key, default: TopKeys.Entry(key: entry.key, count: 0, error: 0)]
                        .add(entry)
                }
            }
            report.entries = sums.values.filter { $0.countMin >= Self.countMin }.sorted {
                ($0.countMin, $1.key) > ($1.countMin, $0.key)
            }
            return report
        }
    }
}

extension HotKeys.State {
    mutating func nextGap() -> Int {
        Int.random(in: 1..<(2 * HotKeys.samplingInterval), using: &self.generator)
    }

    /// Begins the next window when its time has come.
    mutating func turnWindow(_ now: UInt32) {
        if self.start == 0 || now < self.start { self.start = now }
        let passed = (now - self.start) / HotKeys.windowSeconds
        guard passed > 0 else { return }
        self.hasPrevious = passed == 1
        if passed == 1 { swap(&self.current, &self.previous) }
        self.current.removeAll()
        self.start += passed * HotKeys.windowSeconds
    }
}

extension TopKeys.Entry {
    /// So often it was met for sure.
    var countMin: Int { self.count - self.error }

    fileprivate mutating func add(_ other: TopKeys.Entry) {
        self.count += other.count
        self.error += other.error
    }
}

private func > (left: (Int, [UInt8]), right: (Int, [UInt8])) -> Bool {
    left.0 != right.0 ? left.0 > right.0 : right.1.lexicographicallyPrecedes(left.1)
}
