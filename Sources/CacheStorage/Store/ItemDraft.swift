/// What a new item is to be, besides its key and value.
struct ItemDraft {
    var hash: UInt32
    var valueByteCount: Int
    var flags: UInt32
    var expiry: UInt32
    /// Bits of `Item.State` that it has from the start.
    var state: UInt16
}

extension ItemDraft {
    /// What a client asks for.
    init(hash: UInt32, valueByteCount: Int, _ request: CacheStore.StoreRequest) {
        self.init(
            hash: hash, valueByteCount: valueByteCount, flags: request.flags,
            expiry: request.expiry,
            state: request.conditions.hasBinaryKey ? Item.State.hasBinaryKey : 0)
    }
}

extension CacheStore {
    /// Makes an item with its key, all chunks it needs and an empty value, which nobody sees until
    /// `commit`. 0 when there is no room.
    func make(_ key: Span<UInt8>, _ draft: ItemDraft, _ room: Room) -> UInt32 {
        let reference = self.makeHead(key, draft, room)
        guard reference != 0 else { return 0 }
        let item = Item(self.arena, reference)
        guard item.isChained else { return reference }
        var missing = draft.valueByteCount
        var last: UInt32 = 0
        while missing > 0 {
            guard let extra = self.makeExtra(of: reference, after: last, missing, room) else {
                self.abandon(reference)
                return 0
            }
            last = extra
            missing -= Item(self.arena, extra).valueByteCount
        }
        return reference
    }

    /// Makes an item's first chunk; of a chained one without any value.
    func makeHead(_ key: Span<UInt8>, _ draft: ItemDraft, _ room: Room) -> UInt32 {
        let whole = Item.headerByteCount + key.count + draft.valueByteCount
        let isChained = whole > self.sizes.largest
        let byteCount = isChained ? Item.chainedByteCount(keyByteCount: key.count) : whole
        let index = self.sizes.index(for: byteCount)
        let reference = self.withSlabs { self.allocate($0, index, room) }
        guard reference != 0 else { return 0 }
        let item = Item(self.arena, reference)
        item.hash = draft.hash
        item.keyByteCount = key.count
        item.valueByteCount = draft.valueByteCount
        item.clientFlags = draft.flags
        item.expiry = draft.expiry
        item.state = draft.state | (isChained ? Item.State.isChained : 0)
        item.lastAccess = room.now
        item.write(key, at: 0)
        if isChained { item.firstExtra = 0 }
        return reference
    }

    /// Adds a chunk to a chained item, for as much of `missing` as one holds; nil without room.
    func makeExtra(
        of head: UInt32, after last: UInt32, _ missing: Int, _ room: Room
    ) -> UInt32? {
        let most = self.sizes.largest - Item.headerByteCount
        let count = min(missing, most)
        let index = self.sizes.index(for: Item.headerByteCount + count)
        let extra = self.withSlabs { slabs in
            let chunk = self.allocate(slabs, index, room)
            guard chunk != 0 else { return UInt32(0) }
            let item = Item(self.arena, chunk)
            item.place = Item.Place.extra
            item.older = head
            item.nextInBucket = 0
            return chunk
        }
        guard extra != 0 else { return nil }
        let item = Item(self.arena, extra)
        item.valueByteCount = count
        item.state = Item.State.isExtra
        if last == 0 {
            Item(self.arena, head).firstExtra = extra
        } else {
            Item(self.arena, last).nextInBucket = extra
        }
        return extra
    }

    /// Frees the chunks of an item that is not to be.
    func abandon(_ reference: UInt32) { self.withSlabs { $0.releaseAll(reference) } }

    /// Shows an item that was made and filled, in the place of an old one when there is one.
    ///
    /// The order is what keeps a process that dies in the middle from leaving half an item, or
    /// none where one was acknowledged: the new one is whole before it is an item, and the old one
    /// goes after that. The stripe's record tells who takes up the memory which of two is the old
    /// one.
    ///
    /// - Returns: the CAS number.
    @discardableResult
    func commit(
        _ reference: UInt32, over old: UInt32, _ stripe: Int, explicitCAS: UInt64?,
        version given: UInt64? = nil, from peer: UInt16 = 0
    ) -> UInt64 {
        let item = Item(self.arena, reference)
        let version = given ?? self.versions.next()
        item.version = version
        item.cas = explicitCAS ?? (self.settings.hasCASNumbers ? version : 0)
        if item.isChained { self.stamp(item, version) }
        self.stripes[stripe].noteExpiry(item.expiry)
        let record = RedoRecord(self.arena, stripe: stripe)
        if old != 0 { record.beginExchange(of: old, for: reference) }
        item.publish()
        var isKnown = false
        if old == 0 {
            self.stripes[stripe].table.insert(reference, item, self.arena)
        } else {
            let oldItem = Item(self.arena, old)
            item.state |= oldItem.state & Item.State.uses
            item.countUse()
            self.stripes[stripe].table.exchange(old, for: reference, self.arena)
            oldItem.retract()
            record.endExchange()
        }
        self.withSlabs { slabs in
            if old != 0 {
                let oldItem = Item(self.arena, old)
                isKnown = oldItem.place == Item.Place.main
                slabs.dequeue(old, oldItem)
                if oldItem.pinCount == 0 { slabs.releaseAll(old) }
            } else {
                isKnown = slabs.wasEvictedLately(item)
            }
            slabs.enqueue(reference, item, isKnown: isKnown)
            slabs.statistics.totalItemCount += 1
        }
        if let observer = self.observer {
            observer.itemChanged(item.key, version: version, from: peer)
        }
        return item.cas
    }

    /// Marks the chunks of a chain as those of this state of their item.
    func stamp(_ item: Item, _ version: UInt64) {
        var chunk = item.firstExtra
        while chunk != 0 {
            let extra = Item(self.arena, chunk)
            extra.version = version
            chunk = extra.nextInBucket
        }
    }

    /// A new version for an item whose expiry or state was changed in its place, where versions
    /// tell others of changes.
    func touched(_ item: Item) {
        guard self.versions.isClock else { return }
        let version = self.versions.next()
        if item.isChained { self.stamp(item, version) }
        item.version = version
        self.observer?.itemChanged(item.key, version: version, from: 0)
    }
}
