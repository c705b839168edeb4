import Base

extension CacheStore {
    /// What a change of a number gave.
    package enum ArithmeticOutcome: Equatable, Sendable {
        case number(UInt64)
        case notFound, notANumber, outOfMemory, exists
    }

    /// Deletes; with a CAS number only that state of the item.
    package func delete(_ key: Span<UInt8>, cas: UInt64? = nil, now: UInt32) -> StoreOutcome {
        let hash = self.hash(key)
        return self.withStripe(of: hash) { stripe in
            let reference = self.find(key, hash, stripe, now: now)
            guard reference != 0 else {
                self.stripes[stripe].counts.deleteMisses += 1
                return .notFound
            }
            let item = Item(self.arena, reference)
            if let cas, item.cas != cas { return .exists }
            self.hits(stripe, self.sizes.queueIndex(item)) { $0.delete += 1 }
            self.noteDeletion(key, stripe, self.versions.ofRemoval())
            self.discard(reference, item, stripe)
            return .stored
        }
    }

    /// Marks an item as stale, with a new CAS number; `expiry` is left when it is nil.
    package func markStale(
        _ key: Span<UInt8>, cas: UInt64?, explicitCAS: UInt64? = nil, expiry: UInt32?, now: UInt32
    ) -> StoreOutcome {
        let hash = self.hash(key)
        return self.withStripe(of: hash) { stripe in
            let reference = self.find(key, hash, stripe, now: now)
            guard reference != 0 else {
                self.stripes[stripe].counts.deleteMisses += 1
                return .notFound
            }
            let item = Item(self.arena, reference)
            if let cas, item.cas != cas { return .exists }
            if let expiry {
                item.expiry = expiry
                self.stripes[stripe].noteExpiry(expiry)
            }
            item.state = (item.state | Item.State.isStale) & ~Item.State.isPromised
            let version = self.versions.next()
            if item.isChained { self.stamp(item, version) }
            item.version = version
            item.cas = explicitCAS ?? (self.settings.hasCASNumbers ? version : 0)
            self.observer?.itemChanged(key, version: version, from: 0)
            return .stored
        }
    }

    /// Adds to or takes from a decimal number; adding wraps at 64 bits, taking stops at 0.
    ///
    /// A number that gets shorter is padded with blanks. memcached does so too, but for an item
    /// that an answer it has not sent yet still holds. Who makes a number that is missing wants no
    /// miss counted.
    package func change(
        _ key: Span<UInt8>, by delta: UInt64, isIncrement: Bool, now: UInt32, cas: UInt64 = 0,
        explicitCAS: UInt64? = nil, countsMiss: Bool = true
    ) -> ArithmeticOutcome {
        let hash = self.hash(key)
        return self.withStripe(of: hash) { stripe in
            let reference = self.find(key, hash, stripe, now: now)
            guard reference != 0 else {
                if !countsMiss { return .notFound }
                if isIncrement {
                    self.stripes[stripe].counts.incrementMisses += 1
                } else {
                    self.stripes[stripe].counts.decrementMisses += 1
                }
                return .notFound
            }
            let item = Item(self.arena, reference)
            if cas != 0, item.valueByteCount > 0, item.cas != cas { return .exists }
            guard !item.isChained, let old = item.value.unsignedNumber() else {
                return .notANumber
            }
            let new = isIncrement ? old &+ delta : (delta > old ? 0 : old - delta)
            guard self.write(new, into: reference, item, stripe, explicitCAS, now: now) else {
                return .outOfMemory
            }
            self.hits(stripe, self.sizes.queueIndex(item)) {
                if isIncrement { $0.increment += 1 } else { $0.decrement += 1 }
            }
            return .number(new)
        }
    }

    /// Writes a number into an item: in its place where it fits, else into a new one.
    private func write(
        _ number: UInt64, into reference: UInt32, _ item: Item, _ stripe: Int,
        _ explicitCAS: UInt64?, now: UInt32
    ) -> Bool {
        let text = ByteBuffer()
        text.append(decimal: number)
        while text.count < item.valueByteCount { text.append(0x20) }
        var draft = ItemDraft(
            hash: item.hash, valueByteCount: text.count, flags: item.clientFlags,
            expiry: item.expiry, state: item.state & Item.State.hasBinaryKey)
        if text.count == item.valueByteCount, self.canOverwrite(item, valueByteCount: text.count) {
            draft.state = item.state
            _ = self.overwrite(reference, item, text.bytes, draft, stripe, explicitCAS, now: now)
            return true
        }
        let new = self.make(item.key, draft, Room(stripe: stripe, kept: reference, now: now))
        guard new != 0 else { return false }
        var writer = ValueWriter(Item(self.arena, new), new, self.arena)
        writer.write(text.bytes)
        self.commit(new, over: reference, stripe, explicitCAS: explicitCAS)
        return true
    }

    /// Flushes all items now, or what is there at a second to come.
    package func flush(at second: UInt32, now: UInt32) {
        // One that is due and that nobody has noticed yet is not to be forgotten.
        if self.superblock.flushSecond != 0 { self.settleFlush(now: now) }
        guard second <= now else {
            self.withSlabs { _ in self.superblock.flushSecond = second }
            return
        }
        let version = self.withSlabs { _ in
            let version = self.versions.ofRemoval()
            self.superblock.raiseFlushedVersion(to: version)
            self.superblock.flushSecond = 0
            return version
        }
        self.observer?.flushed(upTo: version, from: 0)
    }
}
