import EventLoop
import Synchronization

/// What a run of commands leaves behind beside its answers.
struct CommandBatch {
    /// What it counted.
    let counts: BatchCounts
    /// The large value in the middle of its answers; nil where none may be.
    let pinned: PinnedAnswer?
}

/// The batches of the loops: connections of a loop take turns, and none keeps what it counted.
final class LoopBatches: Sendable {
    private let hotKeys: HotKeys
    private let ofLoops = Mutex<[LoopBound<CommandBatch>]>([])

    init(_ hotKeys: HotKeys) { self.hotKeys = hotKeys }

    /// What all connections of a loop use. On that loop.
    func batch(of loop: Loop) -> CommandBatch {
        let bound = self.ofLoops.withLock { ofLoops in
            if let known = ofLoops.first(where: { $0.loop === loop }) { return known }
            let fresh = LoopBound(
                CommandBatch(counts: self.newCounts(), pinned: PinnedAnswer()), loop: loop)
            ofLoops.append(fresh)
            return fresh
        }
        return bound.value
    }

    /// One for who answers by datagrams, which are made whole.
    func batchOfDatagrams() -> CommandBatch {
        CommandBatch(counts: self.newCounts(), pinned: nil)
    }

    private func newCounts() -> BatchCounts { BatchCounts(untilLook: self.hotKeys.firstGap()) }
}
