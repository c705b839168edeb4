import Base

/// A large value that grows by an append or a prepend: the joined value is made beside the old one,
/// in steps, and takes its place when nobody has changed that meanwhile. It is gone when it is let
/// go before. One user at a time.
///
/// So a join takes no loop for long, however large the value is.
package final class PendingJoin {
    /// Joins that make a value of at least so many bytes are made in steps.
    package static let byteCountMin = Arena.pageByteCount
    /// How many bytes one step copies.
    private static let stepByteCount = 128 << 10

    /// What a step came to.
    package enum Progress: Sendable {
        /// More is to be copied.
        case more
        /// All is there.
        case done
        /// There is no memory for it.
        case outOfMemory
    }

    private let store: CacheStore
    private let joined: PendingItem
    private let old: PinnedValue
    private let oldReference: UInt32
    /// The bytes that are joined, where they have come into an item of their own.
    private let arrived: PendingItem?
    private var arrivedReader: ValueReader?
    private let isAppend: Bool
    private let addedByteCount: Int
    private var hasAdded = false

    fileprivate init(
        _ store: CacheStore, _ joined: PendingItem, old: PinnedValue, _ oldReference: UInt32,
        arrived: PendingItem?, isAppend: Bool, addedByteCount: Int
    ) {
        self.store = store
        self.joined = joined
        self.old = old
        self.oldReference = oldReference
        self.arrived = arrived
        self.arrivedReader = arrived?.reader
        self.isAppend = isAppend
        self.addedByteCount = addedByteCount
    }

    /// Copies the next bytes. `added` are those that are joined, at each step the same, where they
    /// have not arrived in an item.
    package func step(_ added: Span<UInt8>, now: UInt32) -> Progress {
        var left = Self.stepByteCount
        while left > 0, self.joined.missingByteCount > 0 {
            let isAddedsTurn = self.isAppend ? self.old.remaining == 0 : !self.hasAdded
            let count =
                isAddedsTurn
                ? self.add(added, atMost: left, now: now) : self.copyOld(atMost: left, now: now)
            guard let count else { return .outOfMemory }
            left -= count
        }
        return self.joined.missingByteCount == 0 ? .done : .more
    }

    /// Copies bytes of the old value; how many, nil without memory.
    private func copyOld(atMost byteCount: Int, now: UInt32) -> Int? {
        var copied: Int?
        self.old.send(atMost: byteCount) { piece in
            guard self.joined.append(piece, now: now) else { return 0 }
            copied = piece.count
            return piece.count
        }
        return copied
    }

    /// Copies bytes that are joined; how many, nil without memory.
    private func add(_ added: Span<UInt8>, atMost byteCount: Int, now: UInt32) -> Int? {
        guard self.arrivedReader != nil else {
            self.hasAdded = true
            return self.joined.append(added, now: now) ? added.count : nil
        }
        var copied: Int?
        let joined = self.joined
        self.arrivedReader?.next(atMost: byteCount) { piece in
            guard joined.append(piece, now: now) else { return 0 }
            copied = piece.count
            return piece.count
        }
        self.hasAdded = self.arrivedReader?.remaining == 0
        return copied
    }

    /// Stores the joined value in the place of the old one.
    ///
    /// - Returns: nil when the old one is no longer there: then nothing is stored.
    package func commit(
        _ request: CacheStore.StoreRequest, now: UInt32
    ) -> (outcome: CacheStore.StoreOutcome, cas: UInt64)? {
        precondition(self.joined.missingByteCount == 0, "all was copied")
        return self.joined.commit(
            request, over: self.oldReference, now: now, countedByteCount: self.addedByteCount)
    }
}

extension CacheStore {
    /// Begins a join that is too large to be made at once; nil when it is not, or when it will not
    /// be stored: the ordinary way says so.
    ///
    /// - Parameters:
    ///   - byteCount: how many bytes are joined.
    ///   - arrived: the item that holds them, if one does.
    package func beginJoin(
        _ key: Span<UInt8>, byteCount: Int, arrived: PendingItem?, _ request: StoreRequest,
        now: UInt32
    ) -> PendingJoin? {
        let hash = self.hash(key)
        return self.withStripe(of: hash) { stripe in
            let old = self.find(key, hash, stripe, now: now)
            guard old != 0 else { return nil }
            let oldItem = Item(self.arena, old)
            let whole = oldItem.valueByteCount + byteCount
            guard whole >= PendingJoin.byteCountMin else { return nil }
            var draft = ItemDraft(
                hash: hash, valueByteCount: whole, flags: oldItem.clientFlags,
                expiry: oldItem.expiry,
                state: request.conditions.hasBinaryKey ? Item.State.hasBinaryKey : 0)
            guard self.refusal(request, old, &draft, stripe) == nil,
                self.settings.takes(
                    keyByteCount: key.count, valueByteCount: whole, flags: draft.flags),
                // The pin last: who lets go of one takes the stripe's lock.
                let joined = self.beginItem(
                    key, draft, Room(stripe: stripe, kept: old, now: now)),
                let pinned = ItemView(oldItem, old, self).pin()
            else { return nil }
            return PendingJoin(
                self, joined, old: pinned, old, arrived: arrived,
                isAppend: request.mode == .append, addedByteCount: byteCount)
        }
    }
}
