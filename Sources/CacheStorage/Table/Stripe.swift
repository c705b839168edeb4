import Synchronization

/// A part of the items, by their hash, with the lock that guards them and what is counted of them.
struct Stripe: ~Copyable {
    /// The upper bits of a hash choose the stripe.
    static let count = 64
    /// All stripes together begin with as many buckets as memcached, 2^16.
    private static let initialPower = 10

    let lock = StoreLock()
    var table = ItemTable(power: Self.initialPower)
    /// What was asked for.
    var counts = CommandCounts()
    /// The same by class, for what was found; made when it is first needed.
    var classHits: [ClassHits] = []
    /// Deletions, where other stores must be told of them.
    var tombstones = Tombstones()
}

/// What was found in one class.
package struct ClassHits: Sendable {
    /// Keys found by get, set at all, deleted, raised, lowered, compared and set, touched.
    package var get = 0, set = 0, delete = 0, increment = 0, decrement = 0, cas = 0, touch = 0
    /// Keys that had changed when they were to be compared and set.
    package var badCAS = 0

    static func += (sum: inout ClassHits, other: ClassHits) {
        sum.get += other.get
        sum.set += other.set
        sum.delete += other.delete
        sum.increment += other.increment
        sum.decrement += other.decrement
        sum.cas += other.cas
        sum.touch += other.touch
        sum.badCAS += other.badCAS
    }
}

/// All stripes: memory of their own, so that taking a lock counts no references.
// SAFETY: `stripes` has `Stripe.count` entries for as long as this lives; an index is the upper
// bits of a hash or below that count. What is reached through `subscript` is used with the lock
// held, which is why this may be shared.
@safe final class Stripes: @unchecked Sendable {
    private let stripes: UnsafeMutablePointer<Stripe>

    init() {
        unsafe self.stripes = .allocate(capacity: Stripe.count)
        for index in 0..<Stripe.count { unsafe (self.stripes + index).initialize(to: Stripe()) }
    }

    deinit {
        unsafe self.stripes.deinitialize(count: Stripe.count)
        unsafe self.stripes.deallocate()
    }

    /// The stripe of a hash.
    @inline(__always)
    static func index(of hash: UInt32) -> Int {
        Int(hash >> UInt32(ItemTable.hashBitCount))
    }

    @inline(__always)
    subscript(index: Int) -> Stripe {
        unsafeAddress { unsafe UnsafePointer(self.stripes + index) }
        unsafeMutableAddress { unsafe self.stripes + index }
    }

    /// Waits for a stripe's lock. No two are waited for at once.
    @inline(__always)
    func lock(_ index: Int) { unsafe self.stripes[index].lock.lock() }

    /// Takes a stripe's lock when nobody has it.
    @inline(__always)
    func tryLock(_ index: Int) -> Bool { unsafe self.stripes[index].lock.tryLock() }

    @inline(__always)
    func unlock(_ index: Int) { unsafe self.stripes[index].lock.unlock() }
}
