import Base

/// The items and what can be done with them. One user at a time; see `SharedStore`.
package final class CacheStore {
    /// How a store ended.
    package enum StoreOutcome: Equatable, Sendable {
        case stored, notStored, exists, notFound, tooLarge, outOfMemory
    }

    /// What a change of a number gave.
    package enum ArithmeticOutcome: Equatable, Sendable {
        case number(UInt64)
        case notFound, notANumber, outOfMemory, exists
    }

    /// How an item is stored.
    package enum Mode: Equatable, Sendable {
        case set, add, replace, append, prepend, compareAndSet
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

        /// None.
        package init() {}
    }

    let arena: Arena
    var slabs: SlabClasses
    var table = ItemTable()
    /// How the store was made.
    package let settings: StorageSettings
    /// What was counted.
    package internal(set) var statistics = StorageStatistics()
    /// What was asked of it; who executes commands adds to it.
    package var commandCounts = CommandCounts()
    var lastCAS: UInt64 = 0
    /// Items with this CAS number or a lower one are flushed.
    private var flushedCAS: UInt64 = 0
    private var flushAt: UInt32 = 0
    private var crawlBucket = 0

    /// Makes an empty store in `memory`, of which `owner` takes care. What it has beyond the
    /// settings' limit is used when the limit is raised.
    ///
    /// - Parameter giveBack: called with the offsets of pages that the store has done with, so that
    ///   the owner may return them to the system. Their contents do not matter any more.
    package init(
        _ settings: StorageSettings, memory: UnsafeMutableRawBufferPointer, owner: AnyObject,
        giveBack: @escaping (Range<Int>) -> Void = { _ in }
    ) {
        self.settings = settings
        // SAFETY: handed on as it came.
        unsafe self.arena = Arena(
            memory, owner: owner, pageByteCount: settings.pageByteCount, giveBack: giveBack)
        self.arena.setLimit(memoryLimit: settings.memoryLimit)
        self.slabs = SlabClasses(settings, pageByteCount: settings.pageByteCount)
    }

    // MARK: Reading

    /// Finds an item that lives; counts as a hit. 0 when there is none.
    func find(_ key: Span<UInt8>, _ hash: UInt32, now: UInt32) -> UInt32 {
        // Before anything is stored: what comes after the flush's second is not flushed by it.
        if self.flushAt != 0 { self.settleFlush(now: now) }
        let reference = self.table.find(key, hash, self.arena)
        guard reference != 0 else { return 0 }
        let item = Item(self.arena, reference)
        if self.isGone(item, now: now) {
            if item.cas <= self.flushedCAS {
                self.statistics.getFlushedCount += 1
            } else {
                self.statistics.getExpiredCount += 1
            }
            self.discard(reference, item)
            return 0
        }
        return reference
    }

    /// Flushes what is there when the second of a flush to come has come.
    private func settleFlush(now: UInt32) {
        guard now >= self.flushAt else { return }
        self.flushedCAS = self.lastCAS
        self.flushAt = 0
    }

    func isGone(_ item: Item, now: UInt32) -> Bool {
        if self.flushAt != 0 { self.settleFlush(now: now) }
        return item.cas <= self.flushedCAS || (item.expiry != 0 && item.expiry <= now)
    }

    /// Calls `body` with flags, CAS number, value and expiry of the item with a key.
    ///
    /// - Parameters:
    ///   - bumps: whether this counts as a hit for eviction.
    ///   - expiry: a new expiry, or nil to leave it.
    /// - Returns: whether there is such an item.
    @inline(__always)
    package func read(
        _ key: Span<UInt8>, now: UInt32, bumps: Bool = true, expiry: UInt32? = nil,
        _ body: (ItemView) -> Void
    ) -> Bool {
        let reference = self.find(key, ItemTable.hash(key), now: now)
        guard reference != 0 else { return false }
        let item = Item(self.arena, reference)
        if let expiry { item.expiry = expiry }
        body(ItemView(item))
        if bumps {
            item.state |= Item.State.wasHit | Item.State.wasFetched
            item.lastAccess = now
        }
        return true
    }

    // MARK: Storing

    /// Stores a value. `cas` gets the new CAS number.
    package func store(
        _ key: Span<UInt8>, _ value: Span<UInt8>, mode: Mode, flags: UInt32, expiry: UInt32,
        now: UInt32, _ conditions: Conditions = Conditions()
    ) -> (outcome: StoreOutcome, cas: UInt64) {
        let hash = ItemTable.hash(key)
        let old = self.find(key, hash, now: now)
        var state: UInt16 = conditions.hasBinaryKey ? Item.State.hasBinaryKey : 0
        var newExpiry = expiry
        if let refusal = self.refusal(mode, old, conditions, &state, &newExpiry) {
            return (refusal, 0)
        }
        let isJoined = mode == .append || mode == .prepend
        let joined = isJoined ? Item(self.arena, old).valueByteCount : 0
        let newFlags = isJoined ? Item(self.arena, old).clientFlags : flags
        let (chunk, index) = self.room(key.count, value.count + joined, newFlags, now, old)
        guard chunk != 0 else {
            // memcached says no more of a value that has grown too large.
            if isJoined { return (.notStored, 0) }
            if old != 0, mode == .set { self.discard(old, Item(self.arena, old)) }
            return (index == nil ? .tooLarge : .outOfMemory, 0)
        }
        let item = Item(self.arena, chunk)
        item.hash = hash
        item.classIndex = index ?? 0
        item.keyByteCount = key.count
        item.valueByteCount = value.count + joined
        item.clientFlags = newFlags
        item.expiry = newExpiry
        item.state = state
        item.lastAccess = now
        item.write(key, at: 0)
        self.fill(item, value, mode, old, key.count)
        if old != 0 { self.discard(old, Item(self.arena, old)) }
        self.insert(chunk, item)
        return (.stored, item.cas)
    }

    /// Why a value is not stored over the old one, if there is one; nil to store it.
    @inline(__always)
    private func refusal(
        _ mode: Mode, _ old: UInt32, _ conditions: Conditions, _ state: inout UInt16,
        _ expiry: inout UInt32
    ) -> StoreOutcome? {
        guard old != 0 else {
            switch mode {
            case .set, .add: return nil
            case .replace, .append, .prepend: return .notStored
            case .compareAndSet: return .notFound
            }
        }
        switch mode {
        case .set, .replace: return nil
        case .add:
            Item(self.arena, old).state |= Item.State.wasHit
            return .notStored
        case .append, .prepend:
            return conditions.cas == 0 || conditions.cas == Item(self.arena, old).cas
                ? nil : .exists
        case .compareAndSet:
            let item = Item(self.arena, old)
            if conditions.cas != 0, conditions.cas == item.cas { return nil }
            guard conditions.takesOlder, conditions.cas != 0, conditions.cas < item.cas else {
                return .exists
            }
            expiry = item.expiry
            state |= Item.State.isStale | item.state & Item.State.isPromised
            return nil
        }
    }

    /// A chunk for an item; without a class when no chunk is large enough.
    func room(
        _ keyByteCount: Int, _ valueByteCount: Int, _ flags: UInt32, _ now: UInt32, _ old: UInt32
    ) -> (chunk: UInt32, index: Int?) {
        let byteCount = Item.headerByteCount + keyByteCount + valueByteCount
        guard
            self.settings.takes(
                keyByteCount: keyByteCount, valueByteCount: valueByteCount, flags: flags),
            let index = self.slabs.index(for: byteCount)
        else { return (0, nil) }
        return (self.allocate(index, now: now, keeping: old), index)
    }

    private func fill(
        _ item: Item, _ value: Span<UInt8>, _ mode: Mode, _ old: UInt32, _ keyByteCount: Int
    ) {
        guard mode == .append || mode == .prepend else {
            return item.write(value, at: keyByteCount)
        }
        let other = Item(self.arena, old)
        item.expiry = other.expiry
        let oldValue = other.value
        if mode == .append {
            item.write(oldValue, at: keyByteCount)
            item.write(value, at: keyByteCount + oldValue.count)
        } else {
            item.write(value, at: keyByteCount)
            item.write(oldValue, at: keyByteCount + value.count)
        }
    }

    func insert(_ reference: UInt32, _ item: Item) {
        self.lastCAS += 1
        item.cas = self.lastCAS
        item.state |= Item.State.isLinked
        self.table.insert(reference, item, self.arena)
        self.slabs.link(reference, item, self.arena)
        self.statistics.itemCount += 1
        self.statistics.totalItemCount += 1
        self.statistics.byteCount += item.byteCount
    }

    /// Takes an item out and frees its chunk.
    func discard(_ reference: UInt32, _ item: Item) {
        self.table.remove(reference, item, self.arena)
        self.slabs.unlink(reference, item, self.arena)
        self.statistics.itemCount -= 1
        self.statistics.byteCount -= item.byteCount
        self.slabs.release(reference, to: item.classIndex, self.arena)
    }

    // MARK: Changing

    /// Deletes; with a CAS number only that state of the item.
    package func delete(_ key: Span<UInt8>, cas: UInt64? = nil, now: UInt32) -> StoreOutcome {
        let reference = self.find(key, ItemTable.hash(key), now: now)
        guard reference != 0 else { return .notFound }
        let item = Item(self.arena, reference)
        if let cas, item.cas != cas { return .exists }
        self.discard(reference, item)
        return .stored
    }

    /// Adds to or takes from a decimal number; adding wraps at 64 bits, taking stops at 0.
    ///
    /// A number that gets shorter is padded with blanks. memcached does so too, but for an item
    /// that an answer it has not sent yet still holds.
    package func change(
        _ key: Span<UInt8>, by delta: UInt64, isIncrement: Bool, now: UInt32, cas: UInt64 = 0
    ) -> ArithmeticOutcome {
        let reference = self.find(key, ItemTable.hash(key), now: now)
        guard reference != 0 else { return .notFound }
        let item = Item(self.arena, reference)
        if cas != 0, item.valueByteCount > 0, item.cas != cas { return .exists }
        guard let old = item.value.unsignedNumber() else { return .notANumber }
        let new = isIncrement ? old &+ delta : (delta > old ? 0 : old - delta)
        let text = ByteBuffer()
        text.append(decimal: new)
        if text.count <= item.valueByteCount {
            while text.count < item.valueByteCount { text.append(0x20) }
            item.write(text.bytes, at: item.keyByteCount)
            self.lastCAS += 1
            item.cas = self.lastCAS
            item.state |= Item.State.wasHit
            return .number(new)
        }
        let outcome = self.store(
            key, text.bytes, mode: .set, flags: item.clientFlags, expiry: item.expiry, now: now)
        return outcome.outcome == .stored ? .number(new) : .outOfMemory
    }

    /// Flushes all items now, or what is there at a second to come.
    package func flush(at second: UInt32, now: UInt32) {
        // One that is due and that nobody has noticed yet is not to be forgotten.
        if self.flushAt != 0 { self.settleFlush(now: now) }
        if second <= now {
            self.flushedCAS = self.lastCAS
            self.flushAt = 0
        } else {
            self.flushAt = second
        }
    }

    /// Frees what has expired in some buckets; call it again and again, it goes round.
    package func crawl(bucketCount: Int, now: UInt32) {
        let (references, next) = self.table.references(
            from: self.crawlBucket, bucketCount: bucketCount, self.arena)
        self.crawlBucket = next
        for reference in references {
            let item = Item(self.arena, reference)
            self.statistics.crawledCount += 1
            if self.isGone(item, now: now) {
                self.countRemoval(item, item.classIndex, isGone: true)
                self.discard(reference, item)
            }
        }
    }
}
