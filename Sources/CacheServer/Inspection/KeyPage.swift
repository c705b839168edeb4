import Base
import CacheStorage
import EventLoop

/// Some of the keys that fit a pattern, and where the others begin.
///
/// Pages follow the order of the keys' hashes. An item that is there from the first page to the
/// last is met once; what is stored meanwhile may be met or not, also when the table grows.
struct KeyPage: Sendable {
    /// How many keys a page has usually, and at the most.
    static let keyCountUsual = 100, keyCountMax = 1_000

    /// The keys of this page.
    var keys: [KeyWalk.Found] = []
    /// Where the next page begins; nil after the last one.
    var next: UInt32?
    /// How many items were looked at.
    var examinedCount = 0

    /// Gathers a page from `cursor` on, which is 0 for the first one.
    ///
    /// - Parameters:
    ///   - pattern: what keys are to fit; nil takes all.
    ///   - limit: after so many keys it ends; the keys of a bucket stay together, so there may be a
    ///     few more. It ends earlier after `KeyWalk.itemCountMax` items.
    init(
        _ service: CacheService, on loop: Loop, matching pattern: NamePattern?,
        from cursor: UInt32, limit: Int
    ) async {
        var walk = KeyWalk(service, on: loop, from: CacheStore.WalkPlace(hash: cursor))
        let clock = service.clock
        var keys: [KeyWalk.Found] = []
        await walk.run(wanting: limit) { key, item in
            if pattern?.matches(key) ?? true { keys.append(KeyWalk.found(key, item, clock)) }
            return limit - keys.count
        }
        self.keys = keys
        self.next = walk.isDone ? nil : walk.place.hash
        self.examinedCount = walk.metCount
    }
}
