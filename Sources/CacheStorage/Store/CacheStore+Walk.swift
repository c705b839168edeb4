extension CacheStore {
    /// A place in a walk over all items: the hashes below it are done.
    package struct WalkPlace: Equatable, Sendable {
        /// The first hash that is not done; 0 again at the end.
        package internal(set) var hash: UInt32 = 0

        /// The start.
        package init() {}

        /// The place of a hash that was told before.
        package init(hash: UInt32) { self.hash = hash }
    }

    /// Calls `body` with the living items from a place on, the stripe's lock held, a few buckets at
    /// a time. Items that are there from the first call to the last are met once; others may be.
    ///
    /// - Parameters:
    ///   - place: where to begin; it is moved on.
    ///   - itemCount: after so many items it stops, at the end of a bucket.
    /// - Returns: whether there is more.
    package func walk(
        _ place: inout WalkPlace, itemCount: Int, now: UInt32,
        _ body: (Span<UInt8>, ItemView) -> Void
    ) -> Bool {
        var metCount = 0
        for _ in 0..<max(1, itemCount) * Self.bucketsAnItem where metCount < itemCount {
            let next = self.withStripe(of: place.hash) { stripe in
                self.walkBucket(place.hash, stripe, now: now) { reference, item in
                    metCount += 1
                    body(item.key, ItemView(item, reference, self))
                }
            }
            place.hash = next
            if next == 0 { return false }
        }
        return true
    }

    /// Empty buckets are walked over too, so many for an item that was asked for.
    private static let bucketsAnItem = 16

    private func walkBucket(
        _ hash: UInt32, _ stripe: Int, now: UInt32, _ body: (UInt32, Item) -> Void
    ) -> UInt32 {
        self.visitBucket(hash, stripe) { reference, item in
            if !self.isGone(item, now: now) { return body(reference, item) }
            // Who walks to tell others of all items tells them of the remembered ones afterwards.
            self.rememberExpiry(item, stripe)
        }
    }

    /// Calls `body` with all items of a bucket, which may take them out. The stripe's lock is held.
    ///
    /// - Returns: the first hash of the next bucket, which may be another stripe's; 0 at the end.
    func visitBucket(_ hash: UInt32, _ stripe: Int, _ body: (UInt32, Item) -> Void) -> UInt32 {
        let low = hash & ((1 << UInt32(ItemTable.hashBitCount)) - 1)
        let next = self.stripes[stripe].table.visit(at: low, self.arena, body)
        let base = UInt32(stripe) << UInt32(ItemTable.hashBitCount)
        // Beyond the last stripe it wraps to 0, which ends the walk.
        guard let next else { return base &+ (1 << UInt32(ItemTable.hashBitCount)) }
        return base | next
    }

    /// Calls `body` with up to `count` living items of a class, the oldest first.
    package func walkClass(
        number: Int, count: Int, now: UInt32, _ body: (Span<UInt8>, ItemView) -> Void
    ) {
        guard (1...self.sizes.all.count).contains(number) else { return }
        let references = self.withSlabs { slabs in
            self.oldest(slabs.classes[number - 1].small, count)
                + self.oldest(slabs.classes[number - 1].main, count)
        }
        for (reference, hash) in references.prefix(count) {
            self.withStripe(of: hash) { stripe in
                // It may have gone meanwhile, or another one may be in its place.
                guard self.stripes[stripe].table.holds(reference, hash, self.arena) else { return }
                let item = Item(self.arena, reference)
                guard !self.isGone(item, now: now) else { return }
                body(item.key, ItemView(item, reference, self))
            }
        }
    }

    private func oldest(_ queue: ItemQueue, _ count: Int) -> [(UInt32, UInt32)] {
        var found: [(UInt32, UInt32)] = []
        var reference = queue.oldest
        while reference != 0, found.count < count {
            found.append((reference, Item(self.arena, reference).hash))
            reference = Item(self.arena, reference).newer
        }
        return found
    }
}
