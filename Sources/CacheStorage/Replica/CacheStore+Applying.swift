import Base

/// A state of an item that another store made, besides key and value.
package struct ReplicatedState: Equatable, Sendable {
    /// Which of two states of a key is the later one.
    package var version: UInt64
    /// The number that clients see.
    package var cas: UInt64
    /// The client's flag bits.
    package var flags: UInt32
    /// The second of this store's clock from which on it is gone; 0 for never.
    package var expiry: UInt32
    /// Whether its value is to be made anew.
    package var isStale: Bool
    /// Whether its key came as Base64.
    package var hasBinaryKey: Bool
    /// Who told it, for the observer.
    package var peer: UInt16

    /// As given.
    package init(
        version: UInt64, cas: UInt64, flags: UInt32, expiry: UInt32, isStale: Bool,
        hasBinaryKey: Bool, peer: UInt16
    ) {
        self.version = version
        self.cas = cas
        self.flags = flags
        self.expiry = expiry
        self.isStale = isStale
        self.hasBinaryKey = hasBinaryKey
        self.peer = peer
    }

    func draft(_ hash: UInt32, valueByteCount: Int) -> ItemDraft {
        ItemDraft(
            hash: hash, valueByteCount: valueByteCount, flags: self.flags, expiry: self.expiry,
            state: (self.isStale ? Item.State.isStale : 0)
                | (self.hasBinaryKey ? Item.State.hasBinaryKey : 0))
    }
}

// What other stores tell: the greater version wins, whatever comes first.
extension CacheStore {
    /// Whether a state that another store tells is not newer than what is known here. `old` is what
    /// `find` found. The stripe's lock is held.
    func isSuperseded(
        _ key: Span<UInt8>, _ old: UInt32, _ version: UInt64, _ stripe: Int
    ) -> Bool {
        version <= self.superblock.flushedVersion
            || (old != 0 && version <= Item(self.arena, old).version)
            || version <= self.stripes[stripe].tombstones.version(key)
            || (self.prefixFlushes.isActive && self.prefixFlushes.covers(key, version))
    }

    /// Begins to store a state from elsewhere, whose value is still to come.
    ///
    /// An older item here is deleted when the new one finds no room or is too large: better none
    /// than an old one. One whose time is over already is the same as a deletion.
    ///
    /// - Returns: nil when it is not to be stored.
    package func begin(
        _ key: Span<UInt8>, byteCount: Int, _ state: ReplicatedState, now: UInt32
    ) -> PendingItem? {
        self.versions.observe(state.version)
        let hash = self.hash(key)
        return self.withStripe(of: hash) { stripe in
            let old = self.find(key, hash, stripe, now: now)
            if self.isSuperseded(key, old, state.version, stripe) { return nil }
            if state.expiry != 0, state.expiry <= now {
                // Others may have an older state, and hear of this one from here alone.
                self.noteDeletion(key, stripe, state.version, from: state.peer)
                if old != 0 { self.discard(old, Item(self.arena, old), stripe) }
                return nil
            }
            let isTaken = self.settings.takes(
                keyByteCount: key.count, valueByteCount: byteCount, flags: state.flags)
            let draft = state.draft(hash, valueByteCount: byteCount)
            let room = Room(stripe: stripe, kept: old, now: now)
            if isTaken, let item = self.beginItem(key, draft, room) { return item }
            if old != 0 { self.discard(old, Item(self.arena, old), stripe) }
            return nil
        }
    }

    /// Deletes what is older than a deletion that was made elsewhere.
    ///
    /// - Returns: whether that is news.
    @discardableResult
    package func applyDeletion(
        _ key: Span<UInt8>, version: UInt64, from peer: UInt16, now: UInt32
    ) -> Bool {
        self.versions.observe(version)
        let hash = self.hash(key)
        return self.withStripe(of: hash) { stripe in
            let old = self.find(key, hash, stripe, now: now)
            if self.isSuperseded(key, old, version, stripe) { return false }
            self.noteDeletion(key, stripe, version, from: peer)
            if old != 0 { self.discard(old, Item(self.arena, old), stripe) }
            return true
        }
    }

    /// Flushes what is older than a flush that was made elsewhere.
    ///
    /// - Returns: whether that is news.
    @discardableResult
    package func applyFlush(upTo version: UInt64, from peer: UInt16) -> Bool {
        self.versions.observe(version)
        guard self.superblock.raiseFlushedVersion(to: version) else { return false }
        self.observer?.flushed(upTo: version, from: peer)
        return true
    }

    /// The newest version that was flushed; 0 for none.
    package var flushedVersion: UInt64 { self.superblock.flushedVersion }

    /// The remembered deletions of one of `deletionPartCount` parts.
    package func deletions(part: Int) -> [(key: [UInt8], version: UInt64)] {
        self.stripes.lock(part)
        defer { self.stripes.unlock(part) }
        return self.stripes[part].tombstones.all
    }

    /// How many parts `deletions` has.
    package static let deletionPartCount = Stripe.count

    /// Remembers that a state of a key is gone, so that none before it stays or rises again. The
    /// observer is not told.
    package func forget(_ key: Span<UInt8>, version: UInt64, now: UInt32) {
        let hash = self.hash(key)
        self.withStripe(of: hash) { stripe in
            self.stripes[stripe].tombstones.remember(key, version)
            let old = self.find(key, hash, stripe, now: now)
            guard old != 0, Item(self.arena, old).version <= version else { return }
            self.discard(old, Item(self.arena, old), stripe)
        }
    }

    /// Remembers an item whose time is over, so that an older state that comes late does not rise.
    /// The stripe's lock is held.
    func rememberExpiry(_ item: Item, _ stripe: Int) {
        guard self.versions.isClock, item.version > self.superblock.flushedVersion else { return }
        self.stripes[stripe].tombstones.remember(item.key, item.version)
    }

    /// Remembers an item that is gone and is taken out now. One that a prefix flush covers was
    /// deleted: the flush will not meet it, so it is told here. The stripe's lock is held.
    func rememberRemoval(_ item: Item, _ stripe: Int) {
        if self.prefixFlushes.isActive, let version = self.prefixFlushes.take(item) {
            self.noteDeletion(item.key, stripe, version)
        } else {
            self.rememberExpiry(item, stripe)
        }
    }

    /// Remembers and tells a deletion. The stripe's lock is held.
    func noteDeletion(
        _ key: Span<UInt8>, _ stripe: Int, _ version: UInt64, from peer: UInt16 = 0
    ) {
        if self.versions.isClock { self.stripes[stripe].tombstones.remember(key, version) }
        self.observer?.itemDeleted(key, version: version, from: peer)
    }

    /// Deletes an item because what was to replace it cannot be stored. The stripe's lock is held.
    func give(up reference: UInt32, _ stripe: Int) {
        let item = Item(self.arena, reference)
        self.noteDeletion(item.key, stripe, self.versions.ofRemoval())
        self.discard(reference, item, stripe)
    }
}
