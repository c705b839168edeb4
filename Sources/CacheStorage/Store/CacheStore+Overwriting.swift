import Base

// A small value that takes an old one's place in its chunk: no chunk is taken or freed, no queue
// changes. So no lock but the stripe's is taken, unless the sum of the sizes changes, and other
// processors lose few lines of memory.
extension CacheStore {
    /// Whether a value can be written over that of an item: it would get a chunk of the same class,
    /// nobody is sending the old one, and a redo record holds the new one.
    @inline(__always)
    func canOverwrite(_ item: Item, valueByteCount: Int) -> Bool {
        guard valueByteCount <= RedoRecord.valueByteCountMax, !item.isChained, item.pinCount == 0
        else { return false }
        let whole = Item.headerByteCount + item.keyByteCount + valueByteCount
        return self.sizes.index(for: whole) == item.classIndex
    }

    /// Writes a value over that of an item, for which `canOverwrite` was asked. The stripe's lock
    /// is held. The item stays where it is in its queue; that it was stored again counts as a use.
    ///
    /// - Returns: the CAS number.
    @inline(__always)
    func overwrite(
        _ reference: UInt32, _ item: Item, _ value: Span<UInt8>, _ draft: ItemDraft,
        _ stripe: Int, _ explicitCAS: UInt64?, now: UInt32, through lane: StoreLane? = nil
    ) -> UInt64 {
        let version = self.versions.next()
        let cas = explicitCAS ?? (self.settings.hasCASNumbers ? version : 0)
        let grown = value.count - item.valueByteCount
        let kept = item.state & (Item.State.uses | Item.State.isLinked)
        RedoRecord(self.arena, stripe: stripe, lane: lane).overwrite(
            reference, item, value,
            ItemChange(
                clientFlags: draft.flags, expiry: draft.expiry, state: draft.state | kept,
                cas: cas, version: version))
        self.stripes[stripe].noteExpiry(draft.expiry)
        item.countUse()
        item.lastAccess = now
        if grown != 0 { self.countGrowth(of: item, by: grown) }
        self.observer?.itemChanged(item.key, version: version, from: 0)
        return cas
    }

    private func countGrowth(of item: Item, by byteCount: Int) {
        self.withSlabs { slabs in
            slabs.classes[item.classIndex].requestedByteCount += byteCount
            slabs.statistics.byteCount += byteCount
        }
    }
}
