package import Base

/// An item as a reader sees it, for the length of one call in which nobody changes
/// it.
package struct ItemView {
    private let item: Item
    private let reference: UInt32
    // SAFETY: a view lives as long as the call of the store that made it. Counting a reference for
    // each hit would be the one thing that processors fight for.
    private unowned(unsafe) let lender: CacheStore

    @inline(__always)
    init(_ item: Item, _ reference: UInt32, _ store: CacheStore) {
        self.item = item
        self.reference = reference
        // SAFETY: see `lender`.
        unsafe self.lender = store
    }

    // SAFETY: see `lender`.
    @inline(__always)
    private var store: CacheStore { unsafe self.lender }

    /// The client's flag bits.
    package var flags: UInt32 { self.item.clientFlags }
    /// The number of this state of the item.
    package var cas: UInt64 { self.item.cas }
    /// Orders all states of all items; see `Item.version`.
    package var version: UInt64 { self.item.version }
    /// The second from which on it is gone; 0 for never.
    package var expiry: UInt32 {
        get { self.item.expiry }
        nonmutating set {
            guard self.item.expiry != newValue else { return }
            self.item.expiry = newValue
            self.store.stripes[Stripes.index(of: self.item.hash)].noteExpiry(newValue)
            self.store.touched(self.item)
        }
    }
    /// The second of the last hit or store.
    package var lastAccess: UInt32 { self.item.lastAccess }
    /// Whether it was hit since it was stored.
    package var wasFetched: Bool { self.item.state & Item.State.wasFetched != 0 }
    /// Whether its value is old and to be made anew.
    package var isStale: Bool { self.item.state & Item.State.isStale != 0 }
    /// Whether somebody was told to make it anew.
    package var isPromised: Bool {
        get { self.item.state & Item.State.isPromised != 0 }
        nonmutating set {
            let others = self.item.state & ~Item.State.isPromised
            self.item.state = newValue ? others | Item.State.isPromised : others
        }
    }
    /// Whether its key came as Base64.
    package var hasBinaryKey: Bool { self.item.state & Item.State.hasBinaryKey != 0 }
    /// The number of its class of chunks.
    package var classNumber: Int { self.store.sizes.queueIndex(self.item) + 1 }
    /// The bytes that it takes in memcached: header, CAS number, flags where there are any, key and
    /// value with their ends.
    package var byteCount: Int {
        self.item.byteCount + 1 + 2 + (self.item.clientFlags != 0 ? 4 : 0)
            + (self.store.settings.hasCASNumbers ? 8 : 0)
    }
    /// How many bytes the value has.
    package var valueByteCount: Int { self.item.valueByteCount }

    /// Appends the value to a buffer.
    @inline(__always)
    package func appendValue(to buffer: ByteBuffer) {
        if self.item.isChained { return self.appendChainedValue(to: buffer) }
        let item = self.item
        buffer.append(item.value)
    }

    @inline(never)
    private func appendChainedValue(to buffer: ByteBuffer) {
        self.item.forEachPiece(self.store.arena) { buffer.append($0) }
    }

    /// Appends the key to a buffer.
    package func appendKey(to buffer: ByteBuffer) {
        let item = self.item
        buffer.append(item.key)
    }

    /// Whether the key begins with these bytes.
    package func hasKey(prefix: Span<UInt8>) -> Bool {
        self.item.hasKey(prefix: prefix)
    }

    /// Keeps the value as it is until it was sent, without the lock; nil when too many do so.
    package func pin() -> PinnedValue? {
        guard self.item.pin() else { return nil }
        return PinnedValue(self.store, self.item, self.reference)
    }
}
