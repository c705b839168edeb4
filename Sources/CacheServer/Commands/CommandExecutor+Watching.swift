import Base
import CacheStorage
import MemcacheProtocol

// What is told to who watches.
extension CommandExecutor {
    /// Tells of a key that is looked for; answers what is known of its item when somebody watches.
    /// One key in many is counted, for who asks which are hot.
    @inline(__always)
    @discardableResult
    func noteFetch(_ key: Span<UInt8>) -> WatchLog.ItemFacts? {
        self.counts.untilLook &-= 1
        if self.counts.untilLook == 0 {
            self.counts.untilLook = self.hotKeys.look(at: key, now: self.now)
        }
        return self.watch == nil ? nil : self.noteFetchNow(key)
    }

    private func noteFetchNow(_ key: Span<UInt8>) -> WatchLog.ItemFacts? {
        let facts = self.facts(key)
        self.watch?.fetched(key, facts)
        return facts
    }

    private func facts(_ key: Span<UInt8>) -> WatchLog.ItemFacts? {
        var facts: WatchLog.ItemFacts?
        _ = self.store.read(key, now: self.now, as: .none, bumps: false) {
            facts = WatchLog.ItemFacts($0)
        }
        return facts
    }

    /// Tells of a value of so many bytes that was to be stored.
    @inline(__always)
    func noteStore(
        _ key: Span<UInt8>, _ outcome: CacheStore.StoreOutcome, _ mode: CacheStore.Mode,
        _ byteCount: Int, expiry: UInt32
    ) {
        if let watch = self.watch {
            self.tell(watch, key, outcome, mode, byteCount, expiry: expiry)
        }
    }

    private func tell(
        _ watch: WatchLog, _ key: Span<UInt8>, _ outcome: CacheStore.StoreOutcome,
        _ mode: CacheStore.Mode, _ byteCount: Int, expiry: UInt32
    ) {
        let word: StaticString
        switch mode {
        case .set: word = "set"
        case .add: word = "add"
        case .replace: word = "replace"
        case .append: word = "append"
        case .prepend: word = "prepend"
        case .compareAndSet: word = "cas"
        }
        let facts = self.facts(key, outcome, byteCount)
        // A joined value keeps the old one's expiry.
        let end = outcome == .stored && mode.isJoin ? facts.expiry : expiry
        watch.stored(
            key, outcome, word, secondsLeft: end == 0 ? 0 : Int(end) - Int(self.now), facts)
    }

    /// What is told of an item that was to be stored: of a joined one its whole value.
    private func facts(
        _ key: Span<UInt8>, _ outcome: CacheStore.StoreOutcome, _ byteCount: Int
    ) -> WatchLog.ItemFacts {
        if outcome == .stored, let facts = self.facts(key) { return facts }
        var facts = WatchLog.ItemFacts()
        // There never was an item.
        if outcome == .tooLarge || outcome == .outOfMemory { return facts }
        facts.classNumber = self.store.classNumber(
            keyByteCount: key.count, valueByteCount: byteCount)
        facts.byteCount = byteCount
        return facts
    }
}
