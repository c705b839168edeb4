import Synchronization

// Takes what lies in a page that is being cleared to other chunks of its class, while it has free
// ones. The lock of the item's stripe is held, and that of the classes; nobody is sending it.
extension CacheStore {
    /// Moves an item, or the head of a chained one, to another chunk.
    ///
    /// A process that dies in the middle leaves one of both: the new chunk is whole before it is an
    /// item, and the stripe's record tells which of two is the old one.
    ///
    /// - Returns: false when the class has no free chunk.
    func relocate(_ slabs: Slabs, _ reference: UInt32, _ item: Item, _ stripe: Int) -> Bool {
        let new = slabs.take(from: item.classIndex)
        guard new != 0 else { return false }
        let copy = Item(self.arena, new)
        copy.copy(item)
        if item.isChained {
            var chunk = item.firstExtra
            while chunk != 0 {
                let extra = Item(self.arena, chunk)
                extra.older = new
                chunk = extra.nextInBucket
            }
        }
        let record = RedoRecord(self.arena, stripe: stripe)
        record.beginExchange(of: reference, for: new)
        copy.publish()
        self.stripes[stripe].table.exchange(reference, for: new, self.arena)
        item.retract()
        record.endExchange()
        slabs.exchange(reference, item, for: new, copy)
        slabs.release(reference)
        slabs.statistics.relocatedItemCount += 1
        return true
    }

    /// Moves a further chunk of a chained item.
    ///
    /// - Returns: false when the class has no free chunk.
    func relocate(_ slabs: Slabs, extra reference: UInt32, of head: Item) -> Bool {
        let old = Item(self.arena, reference)
        let new = slabs.take(from: old.classIndex)
        guard new != 0 else { return false }
        let copy = Item(self.arena, new)
        copy.copy(extra: old)
        // The new chunk is whole before the chain names it.
        atomicMemoryFence(ordering: .acquiringAndReleasing)
        if head.firstExtra == reference {
            head.firstExtra = new
        } else {
            var chunk = head.firstExtra
            while chunk != 0, Item(self.arena, chunk).nextInBucket != reference {
                chunk = Item(self.arena, chunk).nextInBucket
            }
            precondition(chunk != 0, "a further chunk is in its item's chain")
            Item(self.arena, chunk).nextInBucket = new
        }
        slabs.release(reference)
        slabs.statistics.relocatedChunkCount += 1
        return true
    }
}

extension Item {
    /// Becomes what another item is, but for its place in table and queue, and for being an item.
    fileprivate func copy(_ other: Item) {
        self.hash = other.hash
        self.keyByteCount = other.keyByteCount
        self.valueByteCount = other.valueByteCount
        self.clientFlags = other.clientFlags
        self.expiry = other.expiry
        self.cas = other.cas
        self.version = other.version
        self.lastAccess = other.lastAccess
        self.state = other.state & ~State.isLinked
        let count =
            other.isChained
            ? Self.chainedByteCount(keyByteCount: other.keyByteCount) - Self.headerByteCount
            : other.keyByteCount + other.valueByteCount
        self.write(other.bytes(at: 0, count: count), at: 0)
    }

    /// Becomes what another further chunk is. The lock of the classes guards its place.
    fileprivate func copy(extra other: Item) {
        self.valueByteCount = other.valueByteCount
        self.version = other.version
        self.nextInBucket = other.nextInBucket
        self.older = other.older
        self.write(other.bytes(at: 0, count: other.valueByteCount), at: 0)
        self.place = Place.extra
        self.state = other.state
    }
}
