import Base
import MemcacheProtocol
import Synchronization
import SystemInterface

/// Who watches, and the lines for them. Any thread.
///
/// Whoever does something that can be watched asks `isWatched` first, which costs one load.
final class WatchHub: Sendable {
    /// More watchers are refused, as memcached refuses them.
    static let watcherCountMax = 20

    /// What was sent and what was lost.
    struct Counts: Sendable {
        /// Lines put into watchers' buffers, and lines for which a watcher had no room.
        var sentCount = 0, skippedCount = 0
    }

    private struct State {
        var watchers: [Watcher] = []
        var nextLine: UInt64 = 1
        var counts = Counts()
    }

    private let state = Mutex(State())
    /// All watchers' streams together.
    private let streams = Atomic<UInt16>(0)

    /// Whether somebody watches one of these.
    func isWatched(_ wanted: WatchStreams) -> Bool {
        self.streams.load(ordering: .relaxed) & wanted.rawValue != 0
    }

    /// How many watch.
    var watcherCount: Int { self.state.withLock { $0.watchers.count } }
    /// What was sent up to now.
    var counts: Counts { self.state.withLock { $0.counts } }
    /// Sets the counts back, for `stats reset`.
    func resetCounts() { self.state.withLock { $0.counts = Counts() } }

    /// A new watcher with a buffer of so many bytes; nil when there are too many.
    func add(_ streams: WatchStreams, byteCountMax: Int) -> Watcher? {
        self.state.withLock { state in
            guard state.watchers.count < Self.watcherCountMax else { return nil }
            let watcher = Watcher(streams, byteCountMax: byteCountMax)
            state.watchers.append(watcher)
            self.publish(state)
            return watcher
        }
    }

    /// Takes a watcher out.
    func remove(_ watcher: Watcher) {
        self.state.withLock { state in
            state.watchers.removeAll { $0 === watcher }
            self.publish(state)
        }
    }

    private func publish(_ state: borrowing State) {
        var all: WatchStreams = []
        for watcher in state.watchers { all.formUnion(watcher.streams) }
        self.streams.store(all.rawValue, ordering: .relaxed)
    }

    /// Tells those who watch a stream: time and number of the line, then `text`.
    func log(_ stream: WatchStreams, _ text: ByteBuffer) {
        let microseconds = SystemClock.unixNanoseconds() / 1_000
        self.state.withLock { state in
            let head = ByteBuffer()
            head.append("ts=\(microseconds / 1_000_000).\(microseconds % 1_000_000)")
            head.append(" gid=\(state.nextLine) ")
            state.nextLine += 1
            for watcher in state.watchers where !watcher.streams.isDisjoint(with: stream) {
                if watcher.append(head, text) {
                    state.counts.sentCount += 1
                } else {
                    state.counts.skippedCount += 1
                }
            }
        }
    }
}
