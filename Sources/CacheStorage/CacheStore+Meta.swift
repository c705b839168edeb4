import Base

// What meta commands ask of a store beyond the classic ones.
extension CacheStore {
    /// Calls `body` with the item of a key, which it may change; whether it was made just now.
    ///
    /// - Parameters:
    ///   - makesItem: whether an empty item without expiry is made when there is none.
    ///   - bumps: whether this counts as a hit for eviction.
    /// - Returns: what `body` answers; nil when there is no item.
    @inline(__always)
    package func meet<Result>(
        _ key: Span<UInt8>, now: UInt32, makesItem: Bool, bumps: Bool,
        _ body: (_ item: ItemView, _ isNew: Bool) -> Result
    ) -> Result? {
        let hash = ItemTable.hash(key)
        var reference = self.find(key, hash, now: now)
        var isNew = false
        if reference == 0 {
            guard makesItem else { return nil }
            reference = self.makeEmpty(key, hash, now)
            guard reference != 0 else { return nil }
            isNew = true
        }
        let item = Item(self.arena, reference)
        let result = body(ItemView(item), isNew)
        if bumps {
            item.state |= Item.State.wasHit | Item.State.wasFetched
            item.lastAccess = now
        }
        return result
    }

    private func makeEmpty(_ key: Span<UInt8>, _ hash: UInt32, _ now: UInt32) -> UInt32 {
        let (chunk, index) = self.room(key.count, 0, 0, now, 0)
        guard chunk != 0 else { return 0 }
        let item = Item(self.arena, chunk)
        item.hash = hash
        item.classIndex = index ?? 0
        item.keyByteCount = key.count
        item.valueByteCount = 0
        item.clientFlags = 0
        item.expiry = 0
        item.state = 0
        item.lastAccess = now
        item.write(key, at: 0)
        self.insert(chunk, item)
        return chunk
    }

    /// Marks an item as stale, with a new CAS number; `expiry` is left when it is nil.
    package func markStale(
        _ key: Span<UInt8>, cas: UInt64?, expiry: UInt32?, now: UInt32
    ) -> StoreOutcome {
        let reference = self.find(key, ItemTable.hash(key), now: now)
        guard reference != 0 else { return .notFound }
        let item = Item(self.arena, reference)
        if let cas, item.cas != cas { return .exists }
        if let expiry { item.expiry = expiry }
        item.state = (item.state | Item.State.isStale) & ~Item.State.isPromised
        self.lastCAS += 1
        item.cas = self.lastCAS
        return .stored
    }
}
