import Base
import CacheReplication
import CacheStorage

/// One peer's view of what has changed here: says it in frames, as much as the peer takes, and
/// remembers how far the peer has come. Knows no socket; one user at a time.
///
/// The peer gets the changes of the log from where it stands. When that is forgotten, or it has
/// heard nothing yet, it gets all items among the changes: their order does not matter, because a
/// state that is older than what the peer has is passed over there.
final class ChangeSource {
    /// What the peer was told so far.
    struct Counts: Sendable {
        var items = 0, deletions = 0, flushes = 0
        /// Full copies begun, and among them those because the log had forgotten what was missing.
        var copies = 0, overflows = 0
    }

    /// Items first: one whose time is over when it is met, or by then, is among the deletions.
    private enum Copy {
        case none
        case items(CacheStore.WalkPlace)
        case deletions(part: Int)
    }

    /// How many changes or items are looked at before others have their turn.
    private static let batchCount = 64
    /// Values up to this size are copied whole; larger ones are pinned and sent in pieces.
    static let wholeValueByteCountMax = 16 << 10

    private let node: ReplicaNode
    private let peer: UInt16
    private var copy = Copy.none
    private var copyNeedsBegin = false, copyNeedsEnd = false
    /// Keys of large values that the copy has met and not told yet.
    private var largeKeys: [[UInt8]] = []
    /// The value that is being sent: nothing else may come between.
    private var value: PinnedValue?
    /// The place in the log from which on nothing was told yet.
    private(set) var place: UInt64
    /// Up to where the peer has applied all.
    private(set) var acknowledged: UInt64
    /// The last position that was told.
    private var toldPlace: UInt64 = 0
    private(set) var counts = Counts()

    /// For a node that has heard all before `position`; 0 for nothing.
    init(_ node: ReplicaNode, peer: UInt64, position: UInt64) {
        self.node = node
        self.peer = node.peerNumber(of: peer)
        self.place = position
        self.acknowledged = position
        if position < node.log.start || position > node.log.end {
            self.beginCopy()
        }
    }

    /// Whether a full copy goes on.
    var isCopying: Bool {
        if case .none = self.copy { return self.copyNeedsEnd }
        return true
    }
    /// Whether all was told.
    var isIdle: Bool { self.value == nil && !self.isCopying && self.place == self.node.log.end }
    /// Whether the peer has applied all there is.
    var isCaughtUp: Bool { self.isIdle && self.acknowledged == self.place }
    /// How many changes the peer has not acknowledged.
    var waitingCount: Int { Int(self.node.log.end &- max(self.acknowledged, self.node.log.start)) }

    /// Begins a full copy, whatever the peer has.
    func beginCopy() {
        self.counts.copies += 1
        self.place = self.node.log.end
        self.copy = .items(.init())
        self.copyNeedsEnd = false
        self.copyNeedsBegin = true
        self.largeKeys = []
        self.acknowledged = 0
    }

    /// Takes an answer of the peer.
    func take(acknowledgement place: UInt64) {
        // One from before a copy began says nothing of what the copy brings.
        guard !self.isCopying, place <= self.place, place > self.acknowledged else { return }
        self.acknowledged = place
    }

    /// Appends frames until `output` has `byteCount` bytes or there is nothing more to say now.
    ///
    /// - Returns: whether anything was appended.
    func fill(_ output: ByteBuffer, upTo byteCount: Int, now: UInt32) -> Bool {
        let start = output.count
        while output.count < byteCount {
            if let value = self.value {
                value.append(atMost: byteCount - output.count, to: output)
                if value.remaining == 0 { self.value = nil }
            } else if !self.step(output, now: now) {
                break
            }
        }
        if output.count > start, !self.isCopying, self.place > self.toldPlace {
            self.sayPosition(output)
        }
        return output.count > start
    }

    /// Says where it stands, also when nothing has changed: a sign of life.
    func sayPosition(_ output: ByteBuffer) {
        // Before the peer knows of a copy it would take the position for that of what it has.
        guard self.value == nil, !self.copyNeedsBegin else { return }
        self.toldPlace = self.place
        ReplicationFrame.position(place: self.place, end: self.node.log.end).append(to: output)
    }

    /// Says some; false when there is nothing to say.
    private func step(_ output: ByteBuffer, now: UInt32) -> Bool {
        if self.copyNeedsBegin {
            self.copyNeedsBegin = false
            ReplicationFrame.copyBegins.append(to: output)
            if self.node.store.flushedVersion > 0 {
                self.tell(.flush(version: self.node.store.flushedVersion), output, now: now)
            }
            return true
        }
        let saidChanges = self.tellChanges(output, now: now)
        if self.value != nil { return true }
        return self.copySome(output, now: now) || saidChanges
    }

    private func tellChanges(_ output: ByteBuffer, now: UInt32) -> Bool {
        guard let changes = self.node.log.read(from: self.place, count: Self.batchCount) else {
            self.counts.overflows += 1
            self.beginCopy()
            return true
        }
        guard !changes.isEmpty else { return false }
        let (start, oldPlace) = (output.count, self.place)
        for entry in changes {
            self.place += 1
            // What was heard of the peer it need not be told.
            if entry.peer == self.peer { continue }
            self.tell(entry.change, output, now: now)
            if self.value != nil { return true }
        }
        if output.count == start, self.acknowledged == oldPlace { self.acknowledged = self.place }
        return true
    }

    private func tell(_ change: ChangeLog.Change, _ output: ByteBuffer, now: UInt32) {
        switch change {
        case .item(let key, let version):
            var isGone = true
            _ = self.node.store.read(key.span, now: now, as: .none, bumps: false) { item in
                isGone = item.version < version
                // A later state has a later place in the log.
                if item.version == version { self.tell(item, key, output) }
            }
            guard isGone else { return }
            // Expired or evicted before it was told: what the peer has is older, and must go too.
            // The state itself may stay with whoever has it, or gets it of another cache.
            let older = version - 1
            self.node.store.forget(key.span, version: older, now: now)
            self.tell(.deletion(key: key, version: older), output, now: now)
        case .deletion(let key, let version):
            self.counts.deletions += 1
            ReplicationFrame.deletion(key: key, version: version).append(to: output)
        case .flush(let version):
            self.counts.flushes += 1
            ReplicationFrame.flush(version: version).append(to: output)
        }
    }

    private func tell(_ item: ItemView, _ key: [UInt8], _ output: ByteBuffer) {
        self.counts.items += 1
        let head = ItemHead(
            key: key, version: item.version, cas: item.cas, flags: item.flags,
            expiry: self.node.unixSecond(item.expiry), isStale: item.isStale,
            hasBinaryKey: item.hasBinaryKey, valueByteCount: item.valueByteCount)
        ReplicationFrame.item(head).append(to: output)
        if item.valueByteCount > Self.wholeValueByteCountMax, let value = item.pin() {
            self.value = value
        } else {
            item.appendValue(to: output)
        }
    }

    // MARK: The full copy

    private func copySome(_ output: ByteBuffer, now: UInt32) -> Bool {
        if let key = self.largeKeys.popLast() {
            _ = self.node.store.read(key.span, now: now, as: .none, bumps: false) { item in
                self.tell(item, key, output)
            }
            return true
        }
        switch self.copy {
        case .none:
            guard self.copyNeedsEnd else { return false }
            self.copyNeedsEnd = false
            ReplicationFrame.copyEnds.append(to: output)
            self.sayPosition(output)
        case .deletions(let part):
            for (key, version) in self.node.store.deletions(part: part) {
                self.tell(.deletion(key: key, version: version), output, now: now)
            }
            let hasMore = part + 1 < CacheStore.deletionPartCount
            self.copy = hasMore ? .deletions(part: part + 1) : .none
            self.copyNeedsEnd = !hasMore
        case .items(var place):
            let hasMore = self.copyItems(&place, output, now: now)
            self.copy = hasMore ? .items(place) : .deletions(part: 0)
        }
        return true
    }

    private func copyItems(
        _ place: inout CacheStore.WalkPlace, _ output: ByteBuffer, now: UInt32
    ) -> Bool {
        self.node.store.walk(&place, itemCount: Self.batchCount, now: now) { key, item in
            // A value that is sent in pieces cannot be begun among others.
            if item.valueByteCount > Self.wholeValueByteCountMax {
                self.largeKeys.append(key.makeArray())
            } else {
                self.tell(item, key.makeArray(), output)
            }
        }
    }
}
