import Base

/// What a reader counts as.
package enum Access: Sendable {
    /// A get, a touch, both, or nothing that is counted.
    case get, touch, getAndTouch, none
    /// A touch of what is found, and a get of what is not.
    case touchIfFound
}

extension CacheStore {
    /// As many lanes as there can be.
    package static let laneCountMax = Stripes.laneCountMax

    /// A lane for a thread that will read or store much; nil when there are too many. What a lane's
    /// thread does in the closure of a read must not use the store.
    package func makeLane() -> StoreLane? { self.stripes.makeLane() }

    /// Calls `body` with the item of a key, which nobody changes meanwhile.
    ///
    /// - Parameters:
    ///   - bumps: whether this counts as a use for eviction.
    ///   - expiry: a new expiry, or nil to leave it.
    ///   - lane: the thread's own, for a get that changes nothing.
    ///   - mayChangeStale: whether `body` changes an item that is stale, which is then nobody
    ///     else's.
    /// - Returns: whether there is such an item.
    @inline(__always)
    package func read(
        _ key: Span<UInt8>, now: UInt32, as access: Access = .get, bumps: Bool = true,
        expiry: UInt32? = nil, through lane: StoreLane? = nil, mayChangeStale: Bool = false,
        _ body: (ItemView) -> Void
    ) -> Bool {
        let hash = self.hash(key)
        let stripe = Stripes.index(of: hash)
        var isShared = false
        var reference: UInt32 = 0
        if let lane, access == .get, expiry == nil {
            lane.lock(stripe)
            reference = self.stripes[stripe].table.find(key, hash, self.arena)
            isShared = self.isAsFound(reference, now: now, evenStale: !mayChangeStale)
            if !isShared { lane.unlock(stripe) }
        }
        if !isShared {
            self.stripes.lock(stripe)
            reference = self.find(key, hash, stripe, now: now)
        }
        defer { if isShared { lane?.unlock(stripe) } else { self.stripes.unlock(stripe) } }
        guard reference != 0 else {
            if isShared { lane?.countMiss() } else { self.countMiss(access, stripe) }
            return false
        }
        let item = Item(self.arena, reference)
        let view = ItemView(item, reference, self)
        if isShared {
            lane?.countHit(self.sizes.queueIndex(item))
        } else {
            self.countHit(item, access, stripe)
        }
        if let expiry { view.expiry = expiry }
        body(view)
        if bumps { self.bump(item, now: now) }
        return true
    }

    /// Whether an item is to be had as it is, and finding it changes nothing.
    @inline(__always)
    private func isAsFound(_ reference: UInt32, now: UInt32, evenStale: Bool) -> Bool {
        if self.superblock.flushSecond != 0 { return false }
        if reference == 0 { return true }
        let item = Item(self.arena, reference)
        if !evenStale, item.state & Item.State.isStale != 0 { return false }
        return !self.isGone(item, now: now)
    }

    /// Calls `body` with the item of a key, which it may change as the stripe's lock is held, and
    /// with whether it was made just now: empty and without expiry, as there was none.
    ///
    /// - Parameter bumps: whether this counts as a use for eviction.
    /// - Returns: whether there is an item now; there is no room for one otherwise.
    package func meet(
        _ key: Span<UInt8>, now: UInt32, as access: Access, bumps: Bool,
        _ body: (_ item: ItemView, _ isNew: Bool) -> Void
    ) -> Bool {
        let hash = self.hash(key)
        let stripe = Stripes.index(of: hash)
        self.stripes.lock(stripe)
        defer { self.stripes.unlock(stripe) }
        var reference = self.find(key, hash, stripe, now: now)
        let isNew = reference == 0
        if isNew { reference = self.makeEmpty(key, hash, stripe, now) }
        guard reference != 0 else {
            self.countMiss(access, stripe)
            return false
        }
        let item = Item(self.arena, reference)
        self.countHit(item, access, stripe)
        body(ItemView(item, reference, self), isNew)
        if bumps { self.bump(item, now: now) }
        return true
    }

    @inline(__always)
    private func bump(_ item: Item, now: UInt32) {
        let state = item.state
        let used = state & Item.State.uses == Item.State.uses ? state : state &+ 1
        let wanted = used | Item.State.wasFetched
        if wanted != state { item.state = wanted }
        // What does not change is not written: other processors keep it.
        if item.lastAccess != now { item.lastAccess = now }
    }

    private func makeEmpty(
        _ key: Span<UInt8>, _ hash: UInt32, _ stripe: Int, _ now: UInt32
    ) -> UInt32 {
        let draft = ItemDraft(hash: hash, valueByteCount: 0, flags: 0, expiry: 0, state: 0)
        let room = Room(stripe: stripe, kept: 0, now: now)
        let reference = self.make(key, draft, room)
        guard reference != 0 else { return 0 }
        self.commit(reference, over: 0, stripe, explicitCAS: nil)
        return reference
    }

    // MARK: Counting

    @inline(__always)
    private func countHit(_ item: Item, _ access: Access, _ stripe: Int) {
        if access == .none { return }
        let index = self.sizes.queueIndex(item)
        if access != .touch, access != .touchIfFound {
            self.stripes[stripe].countGet(index, of: self.sizes.all.count)
        }
        if access != .get { self.hits(stripe, index) { $0.touch += 1 } }
    }

    @inline(__always)
    private func countMiss(_ access: Access, _ stripe: Int) {
        switch access {
        case .get, .touchIfFound: self.stripes[stripe].counts.getMisses += 1
        case .touch: self.stripes[stripe].counts.touchMisses += 1
        case .getAndTouch:
            self.stripes[stripe].counts.getMisses += 1
            self.stripes[stripe].counts.touchMisses += 1
        case .none: return
        }
    }

    /// Changes the counters of a class in a stripe.
    @inline(__always)
    func hits(_ stripe: Int, _ index: Int, _ change: (inout ClassHits) -> Void) {
        self.stripes[stripe].countHit(index, of: self.sizes.all.count, change)
    }
}
