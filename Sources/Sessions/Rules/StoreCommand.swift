/// What a machine asks of one node of the store.
package enum StoreCommand: Equatable, Sendable {
    /// The item's flags and CAS number, without its value (`mg KEY f c`); with an expiry time its
    /// life is prolonged too (`T`).
    case flags(key: String, expiry: UInt32?)
    /// The item's flags, CAS number and value (`mg KEY f c v`).
    case load(key: String)
    /// Stores an item (`ms`).
    case store(StoredItem)
    /// Deletes an item.
    case delete(key: String)
}

/// An item to be stored.
package struct StoredItem: Equatable, Sendable {
    /// When it is stored.
    package enum Condition: Equatable, Sendable {
        /// In any case.
        case any
        /// Only when there is no item of this key.
        case absent
        /// Only when the item still has this CAS number.
        case unchanged(cas: UInt64)
    }

    /// The key.
    package var key: String
    /// The value.
    package var value: [UInt8]
    /// The item's flags.
    package var flags: UInt32
    /// The expiry time: 0, seconds up to thirty days, or a date in seconds since 1970.
    package var expiry: UInt32
    /// When it is stored.
    package var condition: Condition

    /// Describes an item.
    package init(
        key: String, value: [UInt8], flags: UInt32, expiry: UInt32, condition: Condition
    ) {
        self.key = key
        self.value = value
        self.flags = flags
        self.expiry = expiry
        self.condition = condition
    }
}

/// A command and the node it goes to.
package struct StoreRequest: Equatable, Sendable {
    /// Index of the node.
    package var node: Int
    /// The command.
    package var command: StoreCommand

    /// Addresses a command.
    package init(_ node: Int, _ command: StoreCommand) {
        self.node = node
        self.command = command
    }
}

/// What came of a command.
package enum StoreAnswer: Equatable, Sendable {
    /// There is no item of this key.
    case missing
    /// There is one; the value only when it was asked for.
    case found(flags: UInt32, cas: UInt64, value: [UInt8]?)
    /// It was stored; with its new CAS number when the node says it.
    case stored(cas: UInt64?)
    /// It was not: the item is there, or has another CAS number.
    case conflict
    /// It was deleted.
    case deleted
    /// The node said no: too large, out of memory.
    case refused(String)
    /// The connection broke while the command was under way: nobody knows whether it was executed.
    case lost
    /// No answer within the operation time-out: nobody knows whether it was executed.
    case timedOut
    /// The node is down; the command was not sent.
    case unavailable

    /// Whether the node gave no answer at all.
    package var isUnanswered: Bool {
        switch self {
        case .lost, .timedOut, .unavailable: true
        case .missing, .found, .stored, .conflict, .deleted, .refused: false
        }
    }
}

/// What a machine wants next.
package enum Step<Outcome: Sendable>: Sendable {
    /// Carry these out, at the same time, and come back with the answers in the same order.
    case ask([StoreRequest])
    /// Come back after this many milliseconds, with no answers.
    case wait(milliseconds: Int64)
    /// Try at once to reach these nodes, which are thought dead, and come back with no answers when
    /// it is known anew whether they live (or when that takes too long).
    case reach(NodeSet)
    /// Finished.
    case done(Outcome)
}

/// A copy that is known to be in the store.
package struct CopyPlace: Hashable, Sendable {
    /// The node.
    package var node: Int
    /// The node's epoch before this became known.
    package var epoch: UInt64
    /// The item's CAS number; it means nothing at another epoch.
    package var cas: UInt64?

    /// Describes a place.
    package init(node: Int, epoch: UInt64, cas: UInt64?) {
        self.node = node
        self.epoch = epoch
        self.cas = cas
    }
}

/// Where the two copies of a session are, as far as is known.
package struct SessionCopies: Hashable, Sendable {
    /// The copy on the node that the id names.
    package var primary: CopyPlace?
    /// The second copy.
    package var backup: CopyPlace?

    /// Nothing known, unless told.
    package init(primary: CopyPlace? = nil, backup: CopyPlace? = nil) {
        self.primary = primary
        self.backup = backup
    }

    /// Whether nothing has happened to the nodes since both copies were seen: then a look at the
    /// first copy is enough to know that it is the newest.
    package func isUndisturbed(for id: SessionID, in view: ClusterView) -> Bool {
        guard let primary = self.primary, view.primary(of: id) == primary.node,
            view.available.contains(primary.node), view.epochs[primary.node] == primary.epoch
        else { return false }
        let backup = view.backup(after: primary.node)
        guard let known = self.backup else { return backup == nil }
        return backup == known.node && view.epochs[known.node] == known.epoch
    }
}
