import Base

extension CacheStore {
    /// How a store ended.
    package enum StoreOutcome: Equatable, Sendable {
        case stored, notStored, exists, notFound, tooLarge, outOfMemory
    }

    /// How an item is stored.
    package enum Mode: Equatable, Sendable {
        case set, add, replace, append, prepend, compareAndSet

        /// Whether the bytes are joined to a value that is there.
        package var isJoin: Bool { self == .append || self == .prepend }
    }

    /// What else holds for a store.
    package struct Conditions: Sendable {
        /// The CAS number that the item must have, for `compareAndSet`, `append` and `prepend`; 0
        /// is none.
        package var cas: UInt64 = 0
        /// Whether an older CAS number will do, with the new item marked as stale.
        package var takesOlder = false
        /// Whether the key came as Base64.
        package var hasBinaryKey = false
        /// The CAS number that the new item is to have, instead of the next one.
        package var explicitCAS: UInt64?

        /// None.
        package init() {}
    }

    /// What a client wants stored, besides key and value.
    package struct StoreRequest: Sendable {
        /// Whether and where the value goes.
        package var mode: Mode
        /// The client's flag bits.
        package var flags: UInt32
        /// The second from which on it is gone; 0 for never.
        package var expiry: UInt32
        /// What else holds.
        package var conditions: Conditions

        /// As given.
        package init(
            mode: Mode, flags: UInt32, expiry: UInt32, _ conditions: Conditions = Conditions()
        ) {
            self.mode = mode
            self.flags = flags
            self.expiry = expiry
            self.conditions = conditions
        }
    }

    /// Stores a value. `cas` gets the new CAS number.
    package func store(
        _ key: Span<UInt8>, _ value: Span<UInt8>, mode: Mode, flags: UInt32, expiry: UInt32,
        now: UInt32, through lane: StoreLane? = nil, _ conditions: Conditions = Conditions()
    ) -> (outcome: StoreOutcome, cas: UInt64) {
        let request = StoreRequest(mode: mode, flags: flags, expiry: expiry, conditions)
        return self.store(key, value, request, now: now, through: lane)
    }

    /// Stores a value. `cas` gets the new CAS number. `lane` is the thread's own.
    package func store(
        _ key: Span<UInt8>, _ value: Span<UInt8>, _ request: StoreRequest, now: UInt32,
        through lane: StoreLane? = nil
    ) -> (outcome: StoreOutcome, cas: UInt64) {
        let hash = self.hash(key)
        return self.withStripe(of: hash) { stripe in
            let result = self.place(key, value, hash, stripe, request, now, lane)
            self.countStore(key, value.count, stripe)
            return result
        }
    }

    /// Stores a value over the old one in its place where that can be, else in a new item.
    @inline(__always)
    private func place(
        _ key: Span<UInt8>, _ value: Span<UInt8>, _ hash: UInt32, _ stripe: Int,
        _ request: StoreRequest, _ now: UInt32, _ lane: StoreLane?
    ) -> (outcome: StoreOutcome, cas: UInt64) {
        let old = self.find(key, hash, stripe, now: now)
        var draft = ItemDraft(hash: hash, valueByteCount: value.count, request)
        if let refusal = self.refusal(request, old, &draft, stripe) { return (refusal, 0) }
        if old != 0, !request.mode.isJoin {
            let item = Item(self.arena, old)
            if self.canOverwrite(item, valueByteCount: value.count),
                self.settings.takes(
                    keyByteCount: key.count, valueByteCount: value.count, flags: draft.flags)
            {
                let cas = self.overwrite(
                    old, item, value, draft, stripe, request.conditions.explicitCAS, now: now,
                    through: lane)
                self.stripes[stripe].countOverwrite()
                return (.stored, cas)
            }
        }
        return self.placeAnew(key, draft, stripe, request, over: old, now) { $0.write(value) }
    }

    /// Joins what `write` writes to the old value, if the request's conditions hold. The stripe's
    /// lock is held.
    func join(
        _ key: Span<UInt8>, _ hash: UInt32, _ stripe: Int, _ request: StoreRequest,
        _ byteCount: Int, _ now: UInt32, write: (inout ValueWriter) -> Void
    ) -> (outcome: StoreOutcome, cas: UInt64) {
        let old = self.find(key, hash, stripe, now: now)
        var draft = ItemDraft(hash: hash, valueByteCount: byteCount, request)
        if let refusal = self.refusal(request, old, &draft, stripe) { return (refusal, 0) }
        return self.placeAnew(key, draft, stripe, request, over: old, now, write: write)
    }

    /// Stores what `write` writes in an item of its own, with the old value where it is joined.
    private func placeAnew(
        _ key: Span<UInt8>, _ wanted: ItemDraft, _ stripe: Int, _ request: StoreRequest,
        over old: UInt32, _ now: UInt32, write: (inout ValueWriter) -> Void
    ) -> (outcome: StoreOutcome, cas: UInt64) {
        var draft = wanted
        if request.mode.isJoin {
            let oldItem = Item(self.arena, old)
            draft.flags = oldItem.clientFlags
            draft.expiry = oldItem.expiry
            draft.valueByteCount += oldItem.valueByteCount
        }
        let isTaken = self.settings.takes(
            keyByteCount: key.count, valueByteCount: draft.valueByteCount, flags: draft.flags)
        let new = isTaken ? self.make(key, draft, Room(stripe: stripe, kept: old, now: now)) : 0
        guard new != 0 else {
            // memcached says no more of a value that has grown too large.
            if request.mode.isJoin { return (.notStored, 0) }
            if old != 0, request.mode == .set { self.give(up: old, stripe) }
            return (isTaken ? .outOfMemory : .tooLarge, 0)
        }
        var writer = ValueWriter(Item(self.arena, new), new, self.arena)
        if request.mode == .append { writer.copy(old) }
        write(&writer)
        if request.mode == .prepend { writer.copy(old) }
        let cas = self.commit(
            new, over: old, stripe, explicitCAS: request.conditions.explicitCAS)
        return (.stored, cas)
    }

    /// Why a value is not stored over the old one, if there is one; nil to store it. A comparison
    /// is counted in the old one's class, as memcached does.
    @inline(__always)
    func refusal(
        _ request: StoreRequest, _ old: UInt32, _ draft: inout ItemDraft, _ stripe: Int
    ) -> StoreOutcome? {
        guard old != 0 else {
            switch request.mode {
            case .set, .add: return nil
            case .replace, .append, .prepend: return .notStored
            case .compareAndSet:
                self.stripes[stripe].counts.casMisses += 1
                return .notFound
            }
        }
        let cas = request.conditions.cas
        let item = Item(self.arena, old)
        switch request.mode {
        case .set, .replace: return nil
        case .add:
            item.countUse()
            return .notStored
        case .append, .prepend: return cas == 0 || cas == item.cas ? nil : .exists
        case .compareAndSet:
            let isTaken = cas != 0
                && (cas == item.cas || request.conditions.takesOlder && cas < item.cas)
            self.hits(stripe, self.sizes.queueIndex(item)) {
                if isTaken { $0.cas += 1 } else { $0.badCAS += 1 }
            }
            guard isTaken else { return .exists }
            if cas != item.cas {
                draft.expiry = item.expiry
                draft.state |= Item.State.isStale | item.state & Item.State.isPromised
            }
            return nil
        }
    }

    /// The number of the class that an item of this size is counted in.
    @inline(__always)
    package func classNumber(keyByteCount: Int, valueByteCount: Int) -> Int {
        let whole = Item.headerByteCount + keyByteCount + valueByteCount
        return self.sizes.index(for: min(whole, self.sizes.largest)) + 1
    }

    /// Counts a store, whatever came of it.
    func countStore(_ key: Span<UInt8>, _ byteCount: Int, _ stripe: Int) {
        let index = self.classNumber(keyByteCount: key.count, valueByteCount: byteCount) - 1
        self.stripes[stripe].countSet(index, of: self.sizes.all.count)
    }
}
