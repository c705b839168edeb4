import CacheStorage
import EventLoop
import Synchronization

/// What all commands of one loop use.
///
/// The store and its like belong to all loops. Commands reach them through an object that is their
/// loop's own: what is done for each request then counts references, and adds to counters, that no
/// other processor touches.
final class LoopCommands {
    let store: CacheStore
    /// The loop's own part of the store; nil where there is none.
    let lane: StoreLane?
    let clock: CacheClock
    let prefixes: PrefixCountsPart
    let hotKeys: HotKeys
    /// What is counted until it is added to `counters`.
    let counts: BatchCounts
    let counters: CommandCounters
    let lastFlush: LastFlush
    /// The large value in the middle of the answers; nil where none may be, and answers are made
    /// whole.
    let pinned: PinnedAnswer?

    fileprivate init(
        _ common: CommonCommands, _ counters: CommandCounters, _ pinned: PinnedAnswer?,
        _ lane: StoreLane?
    ) {
        self.store = common.store
        self.lane = lane
        self.clock = common.clock
        self.prefixes = common.prefixes.makePart()
        self.hotKeys = common.hotKeys
        self.counts = BatchCounts(untilLook: common.hotKeys.firstGap())
        self.counters = counters
        self.lastFlush = common.lastFlush
        self.pinned = pinned
    }

    /// Adds what was counted to the rest.
    func count(_ readByteCount: Int, _ writtenByteCount: Int) {
        self.counts.bytesRead += readByteCount
        self.counts.bytesWritten += writtenByteCount
        self.counters.add(self.counts)
    }
}

/// What the commands of all loops share, and what each loop has of it.
final class CommonCommands: Sendable {
    fileprivate let store: CacheStore
    fileprivate let clock: CacheClock
    fileprivate let prefixes: PrefixCounts
    fileprivate let hotKeys: HotKeys
    /// The flush that was asked for last, by whichever loop.
    let lastFlush = LastFlush()
    private let loopCount: Int
    /// Of datagrams, whichever loop they came to.
    private let ofDatagrams = CommandCounters()
    private let ofLoops = Mutex<[(loop: LoopBound<LoopCommands>, counters: CommandCounters)]>([])

    init(
        _ store: CacheStore, _ clock: CacheClock, _ prefixes: PrefixCounts, _ hotKeys: HotKeys,
        loopCount: Int
    ) {
        self.store = store
        self.loopCount = loopCount
        self.clock = clock
        self.prefixes = prefixes
        self.hotKeys = hotKeys
    }

    /// What all connections of a loop use, who take turns. On that loop.
    func commands(of loop: Loop) -> LoopCommands {
        let bound = self.ofLoops.withLock { ofLoops in
            if let known = ofLoops.first(where: { $0.loop.loop === loop }) { return known.loop }
            let counters = CommandCounters()
            // One loop has nobody to disturb, and of many not all would get a lane.
            let lane =
                (2...CacheStore.laneCountMax).contains(self.loopCount)
                ? self.store.makeLane() : nil
            let commands = LoopCommands(self, counters, PinnedAnswer(), lane)
            let fresh = LoopBound(commands, loop: loop)
            ofLoops.append((fresh, counters))
            return fresh
        }
        return bound.value
    }

    /// For who answers by datagrams, which are made whole.
    func commandsOfDatagrams() -> LoopCommands { LoopCommands(self, self.ofDatagrams, nil, nil) }

    private var counters: [CommandCounters] {
        self.ofLoops.withLock { $0.map(\.counters) } + [self.ofDatagrams]
    }

    /// What was counted up to now.
    func total() -> BatchCounts {
        let total = BatchCounts(untilLook: 0)
        for counters in self.counters { counters.append(to: total) }
        return total
    }

    /// Begins again at zero.
    func resetCounters() { for counters in self.counters { counters.reset() } }
}
