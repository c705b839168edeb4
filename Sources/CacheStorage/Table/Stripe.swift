import Synchronization

/// A part of the items, by their hash, with the lock that guards them and what is counted of them.
struct Stripe: ~Copyable {
    /// The upper bits of a hash choose the stripe.
    static let count = 64
    /// All stripes together begin with as many buckets as memcached, 2^16.
    private static let initialPower = 10

    let lock = StoreLock()
    /// Hits that `classHits` does not have yet: gets of one class. Most hits are like the one
    /// before, and then they are counted in the line of memory that has the lock.
    private(set) var recentClass: UInt32 = 0
    private(set) var recentGets = 0
    var table = ItemTable(power: Self.initialPower)
    /// What was asked for.
    var counts = CommandCounts()
    /// The same by class, for what was found; made when it is first needed.
    private var classHits: [ClassHits] = []
    /// Deletions, where other stores must be told of them.
    var tombstones = Tombstones()

    /// Counts a get that found an item of a class.
    @inline(__always)
    mutating func countGet(_ index: Int, of classCount: Int) {
        if self.recentClass != UInt32(truncatingIfNeeded: index) {
            self.settleRecent(classCount)
            self.recentClass = UInt32(truncatingIfNeeded: index)
        }
        self.recentGets &+= 1
    }

    /// Changes the counters of a class.
    mutating func countHit(_ index: Int, of classCount: Int, _ change: (inout ClassHits) -> Void) {
        if self.classHits.isEmpty {
            self.classHits = [ClassHits](repeating: ClassHits(), count: classCount)
        }
        change(&self.classHits[index])
    }

    @inline(never)
    private mutating func settleRecent(_ classCount: Int) {
        if self.recentGets == 0 { return }
        let gets = self.recentGets
        self.recentGets = 0
        self.countHit(Int(self.recentClass), of: classCount) { $0.get += gets }
    }

    /// Adds what was found to sums by class.
    func appendHits(to sums: inout [ClassHits]) {
        for (index, hits) in self.classHits.enumerated() { sums[index] += hits }
        if self.recentGets > 0 { sums[Int(self.recentClass)].get += self.recentGets }
    }

    /// Begins to count again.
    mutating func resetCounts() {
        self.counts = CommandCounts()
        self.classHits = []
        self.recentGets = 0
    }
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

/// All stripes: memory of their own, so that taking a lock counts no references, and each in lines
/// of the processor's cache of its own, so that nobody waits for a neighbour.
// SAFETY: `memory` has `Stripe.count` entries, `byteCountEach` apart, for as long as this lives; an
// index is the upper bits of a hash or below that count. What is reached through `subscript` is
// used with the lock held, which is why this may be shared.
@safe final class Stripes: @unchecked Sendable {
    /// A multiple of two lines of 64 bytes, which processors fetch together.
    @inline(__always)
    private static var byteCountEach: Int { 256 }

    private let memory: UnsafeMutableRawPointer

    init() {
        precondition(MemoryLayout<Stripe>.size <= Self.byteCountEach, "a stripe has grown")
        unsafe self.memory = .allocate(
            byteCount: Self.byteCountEach * Stripe.count, alignment: Self.byteCountEach)
        for index in 0..<Stripe.count {
            let place = unsafe self.memory + index * Self.byteCountEach
            unsafe place.bindMemory(to: Stripe.self, capacity: 1).initialize(to: Stripe())
        }
    }

    deinit {
        for index in 0..<Stripe.count { unsafe self.place(index).deinitialize(count: 1) }
        unsafe self.memory.deallocate()
    }

    @inline(__always)
    private func place(_ index: Int) -> UnsafeMutablePointer<Stripe> {
        unsafe (self.memory + index &* Self.byteCountEach).assumingMemoryBound(to: Stripe.self)
    }

    /// The stripe of a hash.
    @inline(__always)
    static func index(of hash: UInt32) -> Int {
        Int(hash >> UInt32(ItemTable.hashBitCount))
    }

    @inline(__always)
    subscript(index: Int) -> Stripe {
        unsafeAddress { unsafe UnsafePointer(self.place(index)) }
        unsafeMutableAddress { unsafe self.place(index) }
    }

    /// Waits for a stripe's lock. No two are waited for at once.
    @inline(__always)
    func lock(_ index: Int) { unsafe self.place(index).pointee.lock.lock() }

    /// Takes a stripe's lock when nobody has it.
    @inline(__always)
    func tryLock(_ index: Int) -> Bool { unsafe self.place(index).pointee.lock.tryLock() }

    @inline(__always)
    func unlock(_ index: Int) { unsafe self.place(index).pointee.lock.unlock() }
}
