package import Base

/// A large value that is being sent, piece by piece and without a lock. The item may go meanwhile;
/// its bytes stay until this does. One user at a time.
package final class PinnedValue {
    private let store: CacheStore
    private let reference: UInt32
    private let hash: UInt32
    private var reader: ValueReader

    init(_ store: CacheStore, _ item: Item, _ reference: UInt32) {
        self.store = store
        self.reference = reference
        self.hash = item.hash
        self.reader = ValueReader(item, reference, store.arena)
    }

    deinit { self.store.unpin(self.reference, self.hash) }

    /// Bytes that were not appended yet.
    package var remaining: Int { self.reader.remaining }

    /// Calls `send` with further bytes that lie in one piece, at most `byteCount`, and passes over
    /// as many as it answers. At least one byte remains.
    package func send<Failure: Error>(
        atMost byteCount: Int, _ send: (Span<UInt8>) throws(Failure) -> Int
    ) throws(Failure) {
        try self.reader.next(atMost: byteCount, send)
    }

    /// Appends up to `byteCount` of the remaining bytes to a buffer.
    package func append(atMost byteCount: Int, to buffer: ByteBuffer) {
        var missing = min(byteCount, self.reader.remaining)
        while missing > 0 {
            self.reader.next(atMost: missing) { piece in
                buffer.append(piece)
                missing -= piece.count
                return piece.count
            }
        }
    }
}

extension CacheStore {
    /// Lets go of a value; the last one frees the chunks of an item that has gone meanwhile.
    func unpin(_ reference: UInt32, _ hash: UInt32) {
        let stripe = Stripes.index(of: hash)
        self.stripes.lock(stripe)
        defer { self.stripes.unlock(stripe) }
        let item = Item(self.arena, reference)
        item.pinCount -= 1
        guard item.pinCount == 0, !item.isLinked else { return }
        self.withSlabs { $0.releaseAll(reference) }
    }
}
