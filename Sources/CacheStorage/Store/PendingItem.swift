import Base

/// An item whose value is still arriving: its bytes go straight to where they will stay, and take
/// memory as they come. Nobody sees it until `commit`; it is gone when it is let go before that.
/// One user at a time.
package final class PendingItem {
    private let store: CacheStore
    private let reference: UInt32
    private let hash: UInt32
    /// Bytes that the value will have.
    package let byteCount: Int
    private var writer: ValueWriter
    private var lastExtra: UInt32 = 0
    /// Bytes that can be written before another chunk is needed.
    private var room: Int
    private var writtenCount = 0
    private var isCommitted = false

    fileprivate init(_ store: CacheStore, _ reference: UInt32, byteCount: Int) {
        let item = Item(store.arena, reference)
        self.store = store
        self.reference = reference
        self.hash = item.hash
        self.byteCount = byteCount
        self.writer = ValueWriter(item, reference, store.arena)
        self.room = item.isChained ? 0 : byteCount
    }

    deinit { if !self.isCommitted { self.store.abandon(self.reference) } }

    /// Bytes of the value that were not appended yet.
    package var missingByteCount: Int { self.byteCount - self.writtenCount }

    /// Takes the next bytes of the value, no more than are missing.
    ///
    /// - Returns: false when there is no memory for them.
    package func append(_ bytes: Span<UInt8>, now: UInt32) -> Bool {
        precondition(bytes.count <= self.missingByteCount, "no more bytes than were announced")
        var start = 0
        while start < bytes.count {
            if self.room == 0, !self.makeRoom(now: now) { return false }
            let count = min(self.room, bytes.count - start)
            self.writer.write(bytes.extracting(start..<start + count))
            self.room -= count
            self.writtenCount += count
            start += count
        }
        return true
    }

    /// Calls `fill` with memory for the next bytes of the value, which lies in one piece, at most
    /// `byteCount` of it; it answers how many bytes it put there. At least one byte is missing.
    ///
    /// - Returns: how many; nil when there is no memory for them.
    package func fill<Failure: Error>(
        atMost byteCount: Int, now: UInt32,
        _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) -> Int? {
        precondition(self.missingByteCount > 0, "no more bytes than were announced")
        if self.room == 0, !self.makeRoom(now: now) { return nil }
        // SAFETY: the memory is the item's own, as much of it as is free.
        let count = try unsafe self.writer.fill(atMost: min(byteCount, self.room), fill)
        self.room -= count
        self.writtenCount += count
        return count
    }

    private func makeRoom(now: UInt32) -> Bool {
        let store = self.store
        let extra = store.withStripe(of: self.hash) { stripe in
            store.makeExtra(
                of: self.reference, after: self.lastExtra, self.missingByteCount,
                Room(stripe: stripe, kept: 0, now: now))
        }
        guard let extra else { return false }
        self.lastExtra = extra
        self.writer = ValueWriter(extra: extra, store.arena)
        self.room = Item(store.arena, extra).valueByteCount
        return true
    }

    /// Removes the item that this one was to take the place of, if there is one.
    package func removeOld(now: UInt32) {
        let store = self.store
        store.withStripe(of: self.hash) { stripe in
            let item = Item(store.arena, self.reference)
            let old = store.find(item.key, self.hash, stripe, now: now)
            if old != 0 { store.give(up: old, stripe) }
        }
    }

    /// Counts the store of a value that did not end as it should.
    package func countStore() {
        let key = Item(self.store.arena, self.reference).key
        self.store.countStores(1, key, valueByteCount: self.byteCount)
    }

    /// Stores the value, which has arrived. May be tried again when it was not stored.
    package func commit(
        _ request: CacheStore.StoreRequest, now: UInt32
    ) -> (outcome: CacheStore.StoreOutcome, cas: UInt64) {
        precondition(self.missingByteCount == 0, "the value has arrived")
        let store = self.store
        let result = store.withStripe(of: self.hash) { stripe in
            let item = Item(store.arena, self.reference)
            let key = item.key
            let result =
                request.mode.isJoin
                ? store.join(key, self.hash, stripe, request, self.byteCount, now) {
                    $0.copy(self.reference)
                }
                : store.show(self.reference, stripe, request, now: now)
            store.countStore(key, self.byteCount, stripe)
            return result
        }
        self.isCommitted = !request.mode.isJoin && result.outcome == .stored
        return result
    }

    /// A reader of the value, which has arrived.
    var reader: ValueReader {
        ValueReader(Item(self.store.arena, self.reference), self.reference, self.store.arena)
    }

    /// Stores the value in the place of an item that it was made from, whose flags and expiry it
    /// takes.
    ///
    /// - Parameter countedByteCount: how many bytes the client sent for it.
    /// - Returns: nil when that item is no longer there.
    func commit(
        _ request: CacheStore.StoreRequest, over old: UInt32, now: UInt32, countedByteCount: Int
    ) -> (outcome: CacheStore.StoreOutcome, cas: UInt64)? {
        let store = self.store
        let result = store.withStripe(of: self.hash) { stripe in
            let item = Item(store.arena, self.reference)
            guard store.find(item.key, self.hash, stripe, now: now) == old else {
                return (outcome: CacheStore.StoreOutcome, cas: UInt64)?.none
            }
            var known = request
            known.flags = Item(store.arena, old).clientFlags
            known.expiry = Item(store.arena, old).expiry
            let result = store.show(self.reference, stripe, known, now: now)
            store.countStore(item.key, countedByteCount, stripe)
            return result
        }
        self.isCommitted = result?.outcome == .stored
        return result
    }

    /// Stores the value, which has arrived from another store, unless a newer state is there.
    ///
    /// - Returns: whether it was stored.
    package func commit(_ state: ReplicatedState, now: UInt32) -> Bool {
        precondition(self.missingByteCount == 0, "the value has arrived")
        let store = self.store
        self.isCommitted = store.withStripe(of: self.hash) { stripe in
            let item = Item(store.arena, self.reference)
            let old = store.find(item.key, self.hash, stripe, now: now)
            if store.isSuperseded(item.key, old, state.version, stripe) { return false }
            item.lastAccess = now
            store.commit(
                self.reference, over: old, stripe, explicitCAS: state.cas, version: state.version,
                from: state.peer)
            return true
        }
        return self.isCommitted
    }
}

extension CacheStore {
    /// Begins an item whose value of `byteCount` bytes will arrive in pieces.
    ///
    /// As memcached does, an old item gives way at once when there is no room for a `set`.
    ///
    /// - Returns: why it is refused, when it is: `tooLarge` or `outOfMemory`.
    package func begin(
        _ key: Span<UInt8>, byteCount: Int, _ request: StoreRequest, now: UInt32
    ) -> (item: PendingItem?, refusal: StoreOutcome) {
        let hash = self.hash(key)
        return self.withStripe(of: hash) { stripe in
            let draft = ItemDraft(hash: hash, valueByteCount: byteCount, request)
            let isTaken = self.settings.takes(
                keyByteCount: key.count, valueByteCount: byteCount, flags: request.flags)
            let room = Room(stripe: stripe, kept: 0, now: now)
            if isTaken, let item = self.beginItem(key, draft, room) { return (item, .stored) }
            if request.mode == .set {
                let old = self.find(key, hash, stripe, now: now)
                if old != 0 { self.give(up: old, stripe) }
            }
            return (nil, isTaken ? .outOfMemory : .tooLarge)
        }
    }

    /// Makes an item whose value is still to come; nil without room. The stripe's lock is held.
    func beginItem(_ key: Span<UInt8>, _ draft: ItemDraft, _ room: Room) -> PendingItem? {
        let reference = self.makeHead(key, draft, room)
        guard reference != 0 else { return nil }
        return PendingItem(self, reference, byteCount: draft.valueByteCount)
    }

    /// Shows an item that has arrived, if the request's conditions hold. The stripe's lock is held.
    fileprivate func show(
        _ reference: UInt32, _ stripe: Int, _ request: StoreRequest, now: UInt32
    ) -> (outcome: StoreOutcome, cas: UInt64) {
        let item = Item(self.arena, reference)
        let old = self.find(item.key, item.hash, stripe, now: now)
        var draft = ItemDraft(
            hash: item.hash, valueByteCount: item.valueByteCount, flags: request.flags,
            expiry: request.expiry, state: item.state)
        if let refusal = self.refusal(request, old, &draft, stripe) { return (refusal, 0) }
        item.clientFlags = draft.flags
        item.expiry = draft.expiry
        item.state = draft.state
        item.lastAccess = now
        let cas = self.commit(
            reference, over: old, stripe, explicitCAS: request.conditions.explicitCAS)
        return (.stored, cas)
    }
}
