import Base

extension CacheStore {
    /// Stores a number where there is nothing yet, which counts as no command of its own.
    ///
    /// - Returns: `notStored` when there is something by now.
    package func makeNumber(
        _ key: Span<UInt8>, _ number: UInt64, expiry: UInt32, explicitCAS: UInt64? = nil,
        now: UInt32
    ) -> (outcome: StoreOutcome, cas: UInt64) {
        let hash = self.hash(key)
        return self.withStripe(of: hash) { stripe in
            guard self.find(key, hash, stripe, now: now) == 0 else { return (.notStored, 0) }
            let text = ByteBuffer()
            text.append(decimal: number)
            let draft = ItemDraft(
                hash: hash, valueByteCount: text.count, flags: 0, expiry: expiry, state: 0)
            let new = self.make(key, draft, Room(stripe: stripe, kept: 0, now: now))
            guard new != 0 else { return (.outOfMemory, 0) }
            var writer = ValueWriter(Item(self.arena, new), new, self.arena)
            writer.write(text.bytes)
            return (.stored, self.commit(new, over: 0, stripe, explicitCAS: explicitCAS))
        }
    }

    /// Counts a delete that was done otherwise.
    package func countDelete(_ key: Span<UInt8>, isFound: Bool, valueByteCount: Int = 0) {
        let index =
            self.classNumber(keyByteCount: key.count, valueByteCount: valueByteCount) - 1
        self.withStripe(of: self.hash(key)) { stripe in
            if isFound {
                self.hits(stripe, index) { $0.delete += 1 }
            } else {
                self.stripes[stripe].counts.deleteMisses += 1
            }
        }
    }

    /// Counts stores that this did not see, or takes back those that are no commands.
    package func countStores(
        _ count: Int, _ key: Span<UInt8>, valueByteCount: Int, haveCompared: Bool = false
    ) {
        let index =
            self.classNumber(keyByteCount: key.count, valueByteCount: valueByteCount) - 1
        self.withStripe(of: self.hash(key)) { stripe in
            self.hits(stripe, index) {
                $0.set += count
                if haveCompared { $0.cas += count }
            }
        }
    }
}
