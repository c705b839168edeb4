package import Base

/// The items and what can be done with them. One user at a time; see `SharedStore`.
package final class CacheStore {
    /// How a store ended.
    package enum StoreOutcome: Equatable, Sendable {
        case stored, notStored, exists, notFound, tooLarge, outOfMemory
    }

    /// What a change of a number gave.
    package enum ArithmeticOutcome: Equatable, Sendable {
        case number(UInt64)
        case notFound, notANumber, outOfMemory
    }

    /// How an item is stored.
    package enum Mode: Equatable, Sendable {
        case set, add, replace, append, prepend
        case compareAndSet(UInt64)
    }

    /// How many items of a class's old end eviction looks at before it takes one that was hit.
    private static let evictionLooksMax = 64
    /// Longest decimal number.
    private static let numberByteCountMax = 20

    let arena: Arena
    var slabs: SlabClasses
    var table = ItemTable()
    let settings: StorageSettings
    /// What was counted.
    package private(set) var statistics = StorageStatistics()
    private var lastCAS: UInt64 = 0
    /// Items with this CAS number or a lower one are flushed.
    private var flushedCAS: UInt64 = 0
    private var flushAt: UInt32 = 0
    private var crawlBucket = 0

    /// Makes an empty store in `memory`, of which `owner` takes care.
    package init(
        _ settings: StorageSettings, memory: UnsafeMutableRawBufferPointer, owner: AnyObject
    ) {
        self.settings = settings
        // SAFETY: handed on as it came.
        unsafe self.arena = Arena(memory, owner: owner, pageByteCount: settings.pageByteCount)
        self.slabs = SlabClasses(settings, pageByteCount: settings.pageByteCount)
    }

    // MARK: Reading

    /// Finds an item that lives; counts as a hit. 0 when there is none.
    func find(_ key: Span<UInt8>, _ hash: UInt32, now: UInt32) -> UInt32 {
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

    private func isGone(_ item: Item, now: UInt32) -> Bool {
        if self.flushAt != 0, now >= self.flushAt {
            self.flushedCAS = self.lastCAS
            self.flushAt = 0
        }
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
        now: UInt32
    ) -> (outcome: StoreOutcome, cas: UInt64) {
        let hash = ItemTable.hash(key)
        let old = self.find(key, hash, now: now)
        switch mode {
        case .set: break
        case .add where old != 0:
            Item(self.arena, old).state |= Item.State.wasHit
            return (.notStored, 0)
        case .replace where old == 0, .append where old == 0, .prepend where old == 0:
            return (.notStored, 0)
        case .compareAndSet(let cas):
            if old == 0 { return (.notFound, 0) }
            if Item(self.arena, old).cas != cas { return (.exists, 0) }
        default: break
        }
        var joined: Int = 0
        if mode == .append || mode == .prepend { joined = Item(self.arena, old).valueByteCount }
        let byteCount = Item.headerByteCount + key.count + value.count + joined
        guard let index = self.slabs.index(for: byteCount),
            byteCount <= max(self.settings.itemByteCountMax, 1 << 10)
        else {
            if old != 0, mode == .set { self.discard(old, Item(self.arena, old)) }
            return (.tooLarge, 0)
        }
        let chunk = self.allocate(index, now: now, keeping: old)
        guard chunk != 0 else {
            if old != 0, mode == .set { self.discard(old, Item(self.arena, old)) }
            return (.outOfMemory, 0)
        }
        let item = Item(self.arena, chunk)
        item.hash = hash
        item.classIndex = index
        item.keyByteCount = key.count
        item.valueByteCount = value.count + joined
        item.clientFlags = flags
        item.expiry = expiry
        item.state = 0
        item.lastAccess = now
        item.write(key, at: 0)
        self.fill(item, value, mode, old, key.count)
        if old != 0 { self.discard(old, Item(self.arena, old)) }
        self.insert(chunk, item)
        return (.stored, item.cas)
    }

    private func fill(
        _ item: Item, _ value: Span<UInt8>, _ mode: Mode, _ old: UInt32, _ keyByteCount: Int
    ) {
        guard mode == .append || mode == .prepend else {
            return item.write(value, at: keyByteCount)
        }
        let other = Item(self.arena, old)
        item.clientFlags = other.clientFlags
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

    private func insert(_ reference: UInt32, _ item: Item) {
        self.lastCAS += 1
        item.cas = self.lastCAS
        self.table.insert(reference, item, self.arena)
        self.slabs.link(reference, item, self.arena)
        self.statistics.itemCount += 1
        self.statistics.totalItemCount += 1
        self.statistics.byteCount += item.byteCount
    }

    /// Takes an item out and frees its chunk.
    private func discard(_ reference: UInt32, _ item: Item) {
        self.table.remove(reference, item, self.arena)
        self.slabs.unlink(reference, item, self.arena)
        self.statistics.itemCount -= 1
        self.statistics.byteCount -= item.byteCount
        self.slabs.release(reference, to: item.classIndex, self.arena)
    }

    // MARK: Room

    /// A chunk of a class: free, from a fresh page, or taken from an old item. 0 when there is
    /// none.
    private func allocate(_ index: Int, now: UInt32, keeping kept: UInt32) -> UInt32 {
        let chunk = self.slabs.take(from: index, self.arena)
        if chunk != 0 { return chunk }
        // memcached gives each class one page even when that is beyond the limit; here the limit
        // holds.
        if let page = self.arena.takePage() {
            self.slabs.addPage(page, to: index, self.arena)
            return self.slabs.take(from: index, self.arena)
        }
        if self.makeRoom(index, now: now, keeping: kept) {
            return self.slabs.take(from: index, self.arena)
        }
        self.slabs.classes[index].outOfMemoryCount += 1
        self.statistics.outOfMemoryCount += 1
        return 0
    }

    private func makeRoom(_ index: Int, now: UInt32, keeping kept: UInt32) -> Bool {
        for look in 0..<Self.evictionLooksMax {
            let reference = self.slabs.classes[index].oldest
            guard reference != 0 else { return false }
            let item = Item(self.arena, reference)
            let isGone = self.isGone(item, now: now)
            let isLast = look == Self.evictionLooksMax - 1
            let mayGo = item.state & Item.State.wasHit == 0 || isLast
            if reference == kept || (!isGone && self.settings.evicts && !mayGo) {
                // A second chance: to the new end, with the bit taken.
                item.state &= ~Item.State.wasHit
                self.slabs.unlink(reference, item, self.arena)
                self.slabs.link(reference, item, self.arena)
                continue
            }
            if !isGone, !self.settings.evicts { return false }
            self.countRemoval(item, index, isGone: isGone)
            self.discard(reference, item)
            return true
        }
        return false
    }

    private func countRemoval(_ item: Item, _ index: Int, isGone: Bool) {
        let wasFetched = item.state & Item.State.wasFetched != 0
        if isGone {
            self.slabs.classes[index].reclaimedCount += 1
            self.statistics.reclaimedCount += 1
            if !wasFetched { self.statistics.expiredUnfetchedCount += 1 }
        } else {
            self.slabs.classes[index].evictionCount += 1
            self.statistics.evictionCount += 1
            if !wasFetched { self.statistics.evictedUnfetchedCount += 1 }
        }
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
    package func change(
        _ key: Span<UInt8>, by delta: UInt64, isIncrement: Bool, now: UInt32
    ) -> ArithmeticOutcome {
        let reference = self.find(key, ItemTable.hash(key), now: now)
        guard reference != 0 else { return .notFound }
        let item = Item(self.arena, reference)
        var digits = item.value
        while digits.count > 0, digits[digits.count - 1] == 0x20 {
            digits = digits.extracting(droppingLast: 1)
        }
        guard digits.count <= Self.numberByteCountMax, let old = digits.decimalValue() else {
            return .notANumber
        }
        let new = isIncrement ? old &+ delta : (delta > old ? 0 : old - delta)
        let text = ByteBuffer()
        text.append(decimal: new)
        if text.count <= item.valueByteCount {
            // In place, padded with spaces as memcached does it.
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

    /// Sets the counters back that `stats reset` sets back.
    package func resetStatistics() {
        let kept = self.statistics
        self.statistics = StorageStatistics()
        self.statistics.itemCount = kept.itemCount
        self.statistics.byteCount = kept.byteCount
    }

    /// Fills in what is known only now.
    package func currentStatistics() -> StorageStatistics {
        var current = self.statistics
        current.hashPower = self.table.power
        return current
    }

    /// What the classes hold, those without pages left out.
    package func classStatistics(now: UInt32) -> [ClassStatistics] {
        self.slabs.classes.enumerated().compactMap { index, entry in
            guard entry.pageCount > 0 else { return nil }
            var statistics = ClassStatistics()
            statistics.number = index + 1
            statistics.chunkSize = entry.chunkByteCount
            statistics.chunksPerPage = entry.chunksPerPage
            statistics.pageCount = entry.pageCount
            statistics.usedChunkCount = entry.usedCount
            statistics.freeChunkCount = entry.freeCount
            statistics.evictionCount = entry.evictionCount
            statistics.outOfMemoryCount = entry.outOfMemoryCount
            statistics.reclaimedCount = entry.reclaimedCount
            statistics.requestedByteCount = entry.requestedByteCount
            if entry.oldest != 0 {
                statistics.age = Int(now &- Item(self.arena, entry.oldest).lastAccess)
            }
            return statistics
        }
    }

    /// Pages that no class has taken yet.
    package var freePageCount: Int { self.arena.freePageCount }
}

/// An item as a reader sees it, for the length of one call.
package struct ItemView {
    private let item: Item

    init(_ item: Item) { self.item = item }

    /// The client's flag bits.
    package var flags: UInt32 { self.item.clientFlags }
    /// The number of this state of the item.
    package var cas: UInt64 { self.item.cas }
    /// The second from which on it is gone; 0 for never.
    package var expiry: UInt32 { self.item.expiry }
    /// The second of the last hit or store.
    package var lastAccess: UInt32 { self.item.lastAccess }
    /// Whether it was hit since it was stored.
    package var wasFetched: Bool { self.item.state & Item.State.wasFetched != 0 }
    /// How many bytes the value has.
    package var valueByteCount: Int { self.item.valueByteCount }

    /// Appends the value to a buffer.
    package func appendValue(to buffer: ByteBuffer) {
        let item = self.item
        buffer.append(item.value)
    }
}
