/// Is told of what happens to items, with their stripe's lock held: it must be quick, and may not
/// call the store. `peer` is whom a change was heard of, by the number that who applied it gave; 0
/// for one that was made here.
package protocol StoreObserver: AnyObject, Sendable {
    /// An item is new, has a new value or a new expiry, or is stale; its version is the given one.
    func itemChanged(_ key: Span<UInt8>, version: UInt64, from peer: UInt16)
    /// An item was deleted, not by time or for room. The version is that of the deletion.
    func itemDeleted(_ key: Span<UInt8>, version: UInt64, from peer: UInt16)
    /// All items up to a version were flushed.
    func flushed(upTo version: UInt64, from peer: UInt16)
    /// An item had to make room for others.
    func itemEvicted(_ key: Span<UInt8>, _ facts: EvictionFacts)
    /// A page of one class went to another, by their numbers, or could not.
    func pageMoved(from source: Int, to target: Int, isMoved: Bool)
}

/// What is known of an item that had to make room.
package struct EvictionFacts: Sendable {
    /// The number of its class.
    package let classNumber: Int
    /// Seconds that it had not been used for, and seconds it would have had; -1 for ever.
    package let idleSeconds: Int, secondsLeft: Int
    /// Whether it was ever fetched.
    package let wasFetched: Bool
    /// The bytes of its value.
    package let valueByteCount: Int
}
