import Base
import CacheStorage
import EventLoop

/// Goes through the items for who asks on the control socket: in steps, on the main loop, which
/// serves no client. A client's loop waits for one bucket's lock at the most.
struct KeyWalk {
    /// Items of a step; between two the main loop does its other work.
    static let itemsAStep = 256
    /// Items that one request goes through. As they lie in the order of their hashes, these are as
    /// good as any others.
    static let itemCountMax = 10_000_000

    /// An item that was met.
    struct Found: Sendable {
        var key: [UInt8]
        /// The bytes of the value, and those the item takes.
        var valueByteCount = 0, byteCount = 0
        /// The Unix seconds of its end, nil for never, and of its last use.
        var expires: Int64?, lastUsed: Int64 = 0
        /// Its class of chunks, its client's flags, whether it was read.
        var classNumber = 0, flags: UInt32 = 0, wasFetched = false
    }

    let service: CacheService
    let loop: Loop
    var place = CacheStore.WalkPlace()
    /// Items met so far.
    private(set) var metCount = 0
    /// Whether all items were met.
    private(set) var isDone = false

    init(_ service: CacheService, on loop: Loop, from place: CacheStore.WalkPlace = .init()) {
        self.service = service
        self.loop = loop
        self.place = place
    }

    /// Calls `body` with items until all were met, or as many as one request goes through.
    ///
    /// - Parameters:
    ///   - first: how many are wanted at the most to begin with.
    ///   - body: answers how many more are wanted at the most; after 0 it may still be called for
    ///     the rest of a bucket.
    mutating func run(
        wanting first: Int = Self.itemsAStep, _ body: (Span<UInt8>, ItemView) -> Int
    ) async {
        var wanted = first
        while wanted > 0, self.metCount < Self.itemCountMax {
            let now = self.service.clock.second(self.loop.now)
            var met = 0
            let hasMore = self.service.store.walk(
                &self.place, itemCount: min(wanted, Self.itemsAStep), now: now
            ) { key, item in
                met += 1
                wanted = body(key, item)
            }
            self.metCount += met
            guard hasMore else {
                self.isDone = true
                return
            }
            await self.loop.yield()
        }
    }

    /// What is told of an item.
    static func found(
        _ key: Span<UInt8>, _ item: ItemView, _ clock: CacheClock
    ) -> Found {
        return Found(
            key: key.makeArray(), valueByteCount: item.valueByteCount, byteCount: item.byteCount,
            expires: item.expiry == 0 ? nil : clock.unixSeconds(item.expiry),
            lastUsed: clock.unixSeconds(item.lastAccess), classNumber: item.classNumber,
            flags: item.flags, wasFetched: item.wasFetched)
    }
}
