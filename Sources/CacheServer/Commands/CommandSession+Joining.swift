import Base
import CacheStorage
import EventLoop

/// What stands ready to be stored beside the bytes of a command.
struct ArrivedValue {
    /// The item that the value has come into.
    let item: PendingItem?
    /// The value that it is joined to, joined.
    let join: PendingJoin?

    /// Stores what is ready; nil when the bytes of the command are to be stored as they are.
    func commit(
        _ request: CacheStore.StoreRequest, now: UInt32
    ) -> (outcome: CacheStore.StoreOutcome, cas: UInt64)? {
        // An old value that somebody has changed meanwhile is joined at once after all.
        if request.mode.isJoin, let stored = self.join?.commit(request, now: now) { return stored }
        return self.item?.commit(request, now: now)
    }
}

// Appending to large values: the joined value is made in steps, between which others have their
// turn.
extension CommandSession {
    /// What stands ready for a command that stores; nil when a join is not ready and others are to
    /// have their turn first.
    @inline(__always)
    func ready(
        _ key: Span<UInt8>, _ request: @autoclosure () -> CacheStore.StoreRequest, isJoin: Bool,
        _ value: Span<UInt8>, item: PendingItem? = nil, _ executor: CommandExecutor
    ) -> ArrivedValue? {
        // Datagrams are answered at once.
        guard isJoin, executor.pinned != nil else { return ArrivedValue(item: item, join: nil) }
        return self.joined(key, request(), value, item, executor)
    }

    private func joined(
        _ key: Span<UInt8>, _ request: CacheStore.StoreRequest, _ value: Span<UInt8>,
        _ item: PendingItem?, _ executor: CommandExecutor
    ) -> ArrivedValue? {
        let join =
            self.join
            ?? executor.store.beginJoin(
                key, byteCount: item?.byteCount ?? value.count, arrived: item, request,
                now: executor.now)
        self.join = nil
        guard let join else { return ArrivedValue(item: item, join: nil) }
        switch join.step(value, now: executor.now) {
        case .more:
            self.join = join
            return nil
        case .done:
            Self.letGoLater(join)
            return ArrivedValue(item: item, join: join)
        // The ordinary way finds no memory either, and says so.
        case .outOfMemory: return ArrivedValue(item: item, join: nil)
        }
    }

    /// Has the next turn free the chunks of the values that were joined: storing what they make is
    /// work enough for this one.
    private static func letGoLater(_ join: PendingJoin) {
        guard let loop = Loop.current else { return }
        let kept = LoopBound(join, loop: loop)
        loop.run { _ = kept }
    }
}
