/// An item as a cache gave it.
package struct CacheItem: Equatable, Sendable {
    /// The 32 flag bits it was stored with.
    package var flags: UInt32
    /// The cache's number for this state of the item.
    package var cas: UInt64
    /// The value; empty when only flags and CAS number were asked for.
    package var value: [UInt8]

    /// Puts an item together, for tests and models.
    package init(flags: UInt32, cas: UInt64, value: [UInt8]) {
        self.flags = flags
        self.cas = cas
        self.value = value
    }
}

/// Why there is no answer.
package enum CacheFailure: Error, Equatable, Sendable {
    /// The cache is not there: refused, or known to be dead. Nothing was done.
    case unreachable
    /// The connection broke while the request was under way. It may have been done.
    case lost
    /// No answer in time. What was sent may have been done.
    case timedOut
    /// The cache refused, in its words (`SERVER_ERROR …`). Nothing was done.
    case refused(String)
}

/// A cache's answer.
package enum CacheAnswer: Equatable, Sendable {
    /// The item is there.
    case item(CacheItem)
    /// Nothing is there: `END`, `EN`, `NOT_FOUND`.
    case missing
    /// Done: `STORED`, `DELETED`, `TOUCHED`, `VERSION …`.
    case done
    /// Stored by a meta command, with the item's new CAS number when the cache says it: `HD c1`.
    case stored(cas: UInt64?)
    /// Not stored, because of what is or is not there: `NOT_STORED`.
    case notStored
    /// Not stored, because the item has changed: `EXISTS`.
    case changed
    /// There is no answer.
    case failed(CacheFailure)
}
