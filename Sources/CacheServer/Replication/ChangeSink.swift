import Base
import CacheReplication
import CacheStorage

/// Applies what one peer tells, and answers how far it came. Knows no socket; one user at a time.
final class ChangeSink {
    /// What was heard so far.
    struct Counts: Sendable {
        /// Items, deletions and flushes that were news.
        var items = 0, deletions = 0, flushes = 0
        /// What was told and known already, or older than what is here, or not to be stored.
        var passedOver = 0
        /// Full copies that came to their end.
        var copies = 0
    }

    /// A value that is arriving.
    private struct Arrival {
        var key: [UInt8]
        var state: ReplicatedState
        /// Nil when the value is not wanted.
        var item: PendingItem?
        var missing: Int
    }

    private let node: ReplicaNode
    private let source: UInt64
    /// The source's number here.
    private let peer: UInt16
    private var arrival: Arrival?
    /// Whether a full copy goes on.
    private(set) var isCopying = false
    /// The last position that was heard, the end of the peer's log then, and how many were heard.
    private(set) var place: UInt64 = 0, end: UInt64 = 0, positionCount = 0
    private(set) var counts = Counts()

    /// For what the node `source` tells.
    init(_ node: ReplicaNode, source: UInt64) {
        self.node = node
        self.source = source
        self.peer = node.peerNumber(of: source)
    }

    /// Whether all that the peer had at its last sign of life is here.
    var isCaughtUp: Bool { !self.isCopying && self.positionCount > 0 && self.place == self.end }

    /// Takes what has come, as far as it is whole, and appends answers.
    ///
    /// - Throws: what is wrong with it; the link is to be closed.
    func take(
        _ input: ByteBuffer, _ output: ByteBuffer, now: UInt32, unixMicroseconds: Int64
    ) throws(FrameProblem) {
        while true {
            if self.arrival != nil {
                guard self.takeValue(input, now: now) else { return }
                continue
            }
            let bytes = input.bytes
            guard let (frame, byteCount) = try ReplicationFrame.read(bytes) else { return }
            input.consume(byteCount)
            try self.take(frame, output, now: now, unixMicroseconds: unixMicroseconds)
        }
    }

    private func take(
        _ frame: ReplicationFrame, _ output: ByteBuffer, now: UInt32, unixMicroseconds: Int64
    ) throws(FrameProblem) {
        switch frame {
        case .item(let head):
            try self.check(head.version, unixMicroseconds)
            self.begin(head, now: now)
        case .deletion(let key, let version):
            try self.check(version, unixMicroseconds)
            let isNews = self.node.store.applyDeletion(
                key.span, version: version, from: self.peer, now: now)
            self.count(isNews, \.deletions)
        case .flush(let version):
            try self.check(version, unixMicroseconds)
            self.count(self.node.store.applyFlush(upTo: version, from: self.peer), \.flushes)
        case .copyBegins: self.isCopying = true
        case .copyEnds:
            self.isCopying = false
            self.counts.copies += 1
        case .position(let place, let end):
            self.heard(place, end)
            ReplicationFrame.acknowledgement(self.node.position(in: self.source)).append(to: output)
        case .refusal(let text): throw FrameProblem("it refused: \(text)")
        case .greeting, .proof, .acknowledgement:
            throw FrameProblem("a frame that has no place among changes")
        }
    }

    private func check(_ version: UInt64, _ unixMicroseconds: Int64) throws(FrameProblem) {
        guard self.node.isPlausible(version, unixMicroseconds: unixMicroseconds) else {
            throw FrameProblem("its clock is more than a day ahead of this one's")
        }
    }

    private func heard(_ place: UInt64, _ end: UInt64) {
        self.place = place
        self.end = end
        self.positionCount += 1
        if !self.isCopying { self.node.remember(place, in: self.source) }
    }

    private func count(_ isNews: Bool, _ what: WritableKeyPath<Counts, Int>) {
        if isNews {
            self.counts[keyPath: what] += 1
        } else {
            self.counts.passedOver += 1
        }
    }

    private func begin(_ head: ItemHead, now: UInt32) {
        let state = ReplicatedState(
            version: head.version, cas: head.cas, flags: head.flags,
            expiry: self.node.second(unix: head.expiry), isStale: head.isStale,
            hasBinaryKey: head.hasBinaryKey, peer: self.peer)
        let item = self.node.store.begin(
            head.key.span, byteCount: head.valueByteCount, state, now: now)
        self.arrival = Arrival(
            key: head.key, state: state, item: item, missing: head.valueByteCount)
    }

    /// Takes bytes of the value that is arriving; false when more must come.
    private func takeValue(_ input: ByteBuffer, now: UInt32) -> Bool {
        guard var arrival = self.arrival else { return true }
        let count = min(arrival.missing, input.count)
        let bytes = input.bytes
        if let item = arrival.item, !item.append(bytes.extracting(0..<count), now: now) {
            arrival.item = nil
            // An old value is not to stay where a new one found no room.
            self.node.store.forget(arrival.key.span, version: arrival.state.version, now: now)
        }
        input.consume(count)
        arrival.missing -= count
        guard arrival.missing == 0 else {
            self.arrival = arrival
            return false
        }
        self.arrival = nil
        let isNews = arrival.item?.commit(arrival.state, now: now) ?? false
        self.count(isNews, \.items)
        return true
    }
}
