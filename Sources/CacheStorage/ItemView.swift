package import Base

/// An item as a reader sees it, for the length of one call.
package struct ItemView {
    private let item: Item

    init(_ item: Item) { self.item = item }

    /// The client's flag bits.
    package var flags: UInt32 { self.item.clientFlags }
    /// The number of this state of the item.
    package var cas: UInt64 { self.item.cas }
    /// The second from which on it is gone; 0 for never.
    package var expiry: UInt32 {
        get { self.item.expiry }
        nonmutating set { self.item.expiry = newValue }
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
    package var classNumber: Int { self.item.classIndex + 1 }
    /// The bytes of its chunk that are used.
    package var byteCount: Int { self.item.byteCount }
    /// How many bytes the value has.
    package var valueByteCount: Int { self.item.valueByteCount }

    /// Appends the value to a buffer.
    package func appendValue(to buffer: ByteBuffer) {
        let item = self.item
        buffer.append(item.value)
    }

    /// Appends the key to a buffer.
    package func appendKey(to buffer: ByteBuffer) {
        let item = self.item
        buffer.append(item.key)
    }
}
