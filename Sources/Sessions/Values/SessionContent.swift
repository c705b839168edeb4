/// What a session holds at one version: a value, the unit that is stored.
package struct SessionContent: Equatable, Sendable {
    /// Which write this is.
    package var version: SessionVersion
    /// When the session began, in milliseconds since 1970.
    package var creationMilliseconds: Int64
    /// When the last request known to this copy began, in milliseconds since 1970.
    package var lastAccessMilliseconds: Int64
    /// Seconds without a request after which it ends; 0 and below: never.
    package var maxInactiveSeconds: Int32
    /// Whether no request after the one that made it is known.
    package var isNew: Bool
    /// Whether this is the mark that the session has ended; it then has no attributes.
    package var isEnded: Bool
    /// The context it belongs to; another context does not see it.
    package var context: String
    /// The attributes.
    package var attributes: [String: SessionValue]

    /// Makes a new session's content.
    package init(
        version: SessionVersion, creationMilliseconds: Int64, maxInactiveSeconds: Int32,
        context: String = ""
    ) {
        self.version = version
        self.creationMilliseconds = creationMilliseconds
        self.lastAccessMilliseconds = creationMilliseconds
        self.maxInactiveSeconds = maxInactiveSeconds
        self.isNew = true
        self.isEnded = false
        self.context = context
        self.attributes = [:]
    }

    /// The flags this content is stored with.
    package var flags: VersionFlags { VersionFlags(self.version, isEnded: self.isEnded) }

    /// The mark that the session has ended.
    package func ended(stamp: UInt64) -> SessionContent {
        var mark = self
        mark.version = self.version.next(stamp: stamp)
        mark.isEnded = true
        mark.attributes = [:]
        return mark
    }

    /// Whether this one is to be kept and `other` to be dropped: the end of a session wins over
    /// every version (an id is never used again), else the higher version does.
    package func wins(over other: SessionContent) -> Bool {
        if self.isEnded != other.isEnded { return self.isEnded }
        return self.version > other.version
    }
}

/// What requests have changed in a session since the version they began with.
///
/// Changes are kept by attribute, so that they can be laid over a newer version which another
/// application server has stored meanwhile: writers of different attributes both win.
package struct SessionChanges: Equatable, Sendable {
    /// The new value of an attribute, or that it was removed.
    package enum Change: Equatable, Sendable {
        /// It has this value now.
        case set(SessionValue)
        /// It is there no more.
        case removed
    }

    /// The changed attributes.
    package var attributes: [String: Change] = [:]
    /// The new time-out, when it was changed.
    package var maxInactiveSeconds: Int32?

    /// No changes.
    package init() {}

    /// Whether there is nothing to store.
    package var isEmpty: Bool { self.attributes.isEmpty && self.maxInactiveSeconds == nil }

    /// Lays the changes over `content`; its version stays as it is.
    package func apply(to content: inout SessionContent) {
        for (name, change) in self.attributes {
            switch change {
            case .set(let value): content.attributes[name] = value
            case .removed: content.attributes[name] = nil
            }
        }
        if let seconds = self.maxInactiveSeconds { content.maxInactiveSeconds = seconds }
    }

    /// Forgets those changes that `stored` holds in the same form; later ones stay.
    package mutating func subtract(_ stored: SessionChanges) {
        for (name, change) in stored.attributes where self.attributes[name] == change {
            self.attributes[name] = nil
        }
        if self.maxInactiveSeconds == stored.maxInactiveSeconds { self.maxInactiveSeconds = nil }
    }
}
