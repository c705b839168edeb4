/// What this process holds of a session, for a look into the store.
package struct LocalCopy: Equatable, Sendable {
    /// The id it has here.
    package var id: SessionID
    /// The version it has here; higher than `storedVersion` when writes could not be stored.
    package var version: SessionVersion
    /// The version that the store had when it was last heard of; nil when it never had any.
    package var storedVersion: SessionVersion?
    /// Where the copies were then.
    package var copies: SessionCopies

    /// Describes a local copy.
    package init(
        id: SessionID, version: SessionVersion, storedVersion: SessionVersion?,
        copies: SessionCopies
    ) {
        self.id = id
        self.version = version
        self.storedVersion = storedVersion
        self.copies = copies
    }

    /// Whether it holds writes that the store has not.
    package var hasUnstoredWrites: Bool { self.version != self.storedVersion }
}

/// A session found in the store.
package struct FoundSession: Equatable, Sendable {
    /// What it holds.
    package var content: SessionContent
    /// Its id: with the node under whose name the newest copy is kept.
    package var id: SessionID
    /// Where its copies are.
    package var copies: SessionCopies
    /// Whether both copies are there and agree.
    package var isComplete: Bool
    /// Whether copies were found that were written without knowledge of each other.
    package var isDiverged: Bool

    /// Describes a session that was found.
    package init(
        content: SessionContent, id: SessionID, copies: SessionCopies, isComplete: Bool,
        isDiverged: Bool
    ) {
        self.content = content
        self.id = id
        self.copies = copies
        self.isComplete = isComplete
        self.isDiverged = isDiverged
    }
}

/// What a look into the store has shown.
package enum LookupOutcome: Equatable, Sendable {
    /// The local copy is current.
    case current(SessionCopies)
    /// Both copies in the store agree, and are not the local one (only when auditing).
    case healthy
    /// The store's is the one to use.
    case found(FoundSession)
    /// The local copy is newer than all in the store, or the nodes have lost theirs.
    case localIsNewest(SessionCopies, isDiverged: Bool)
    /// The session has ended; when not complete, a living copy may be left that must be
    /// overwritten.
    case ended(FoundSession)
    /// There is no such session; uncertain when a node could not be asked.
    case missing(isCertain: Bool)
    /// No node could be asked.
    case unreachable
}

/// An access to be recorded in the store.
package struct AccessRecord: Equatable, Sendable {
    /// The new expiry time of the items.
    package var expiry: UInt32
    /// The value of `validity:ID`.
    package var validity: SessionValidity

    /// Describes an access.
    package init(expiry: UInt32, validity: SessionValidity) {
        self.expiry = expiry
        self.validity = validity
    }

    /// The command that writes the access under a `validity:` key.
    package func store(_ key: String) -> StoreCommand {
        .store(
            StoredItem(
                key: key, value: self.validity.encoded(), flags: 0, expiry: self.expiry,
                condition: .any))
    }
}
