import Base
import CacheStorage
import EventLoop

/// The items that take most memory, found by going through all when somebody asks.
///
/// Nothing is kept for it meanwhile. Of very many items as many are looked at as one request goes
/// through; as they lie in the order of their hashes, they are a fair sample.
struct BigKeys: Sendable {
    /// How many are told usually, and at the most.
    static let keyCountUsual = 20, keyCountMax = 1_000

    /// The largest items, the largest first.
    private(set) var keys: [KeyWalk.Found] = []
    /// How many items were looked at, and whether these were all.
    private(set) var examinedCount = 0, isComplete = false
    private let limit: Int

    init(limit: Int) {
        precondition(limit > 0, "somebody wants a key")
        self.limit = limit
    }

    /// Looks through the items of a cache.
    static func find(_ service: CacheService, on loop: Loop, limit: Int) async -> BigKeys {
        var walk = KeyWalk(service, on: loop)
        var big = BigKeys(limit: limit)
        let clock = service.clock
        await walk.run { key, item in
            if big.wants(item.byteCount) { big.add(KeyWalk.found(key, item, clock)) }
            return .max
        }
        big.examinedCount = walk.metCount
        big.isComplete = walk.isDone
        return big
    }

    /// Whether an item of this size would be among them.
    func wants(_ byteCount: Int) -> Bool {
        guard self.keys.count == self.limit, let least = self.keys.last else { return true }
        return byteCount > least.byteCount
    }

    /// Puts an item in its place; the smallest one goes when there are too many.
    mutating func add(_ item: KeyWalk.Found) {
        var low = 0, high = self.keys.count
        while low < high {
            let middle = (low + high) / 2
            if self.keys[middle].byteCount >= item.byteCount {
                low = middle + 1
            } else {
                high = middle
            }
        }
        self.keys.insert(item, at: low)
        if self.keys.count > self.limit { self.keys.removeLast() }
    }
}
