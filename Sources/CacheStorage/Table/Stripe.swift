import Synchronization

/// A part of the items, by their hash, with what is counted of them. `Stripes` has the lock that
/// guards it.
struct Stripe: ~Copyable {
    /// The upper bits of a hash choose the stripe.
    static let count = 64

    /// What `classHits` does not have yet: gets and sets of one class. Most are like the one
    /// before, and then they are counted in the line of memory that has the lock.
    private var recentGets: UInt32 = 0
    private var recentSets: UInt32 = 0
    /// Values that were stored over others in their place, beside those in `counts`.
    private var recentOverwrites: UInt32 = 0
    private var recentClass: UInt8 = 0
    var table: ItemTable
    /// What was asked for.
    var counts = CommandCounts()
    /// The same by class, for what was found; made when it is first needed.
    private var classHits: [ClassHits] = []
    /// Deletions, where other stores must be told of them.
    var tombstones = Tombstones()
    /// Before this second none of its items is over.
    private(set) var dueFrom = UInt32.max

    /// All stripes together begin with 2^26 buckets at the most, 256 MB, whatever is asked for.
    private static let initialPowerMax = 20

    /// An empty one.
    init(_ settings: StorageSettings) {
        let wanted = settings.hashPower - Self.count.trailingZeroBitCount
        let power = min(max(wanted, 0), ItemTable.hashBitCount)
        self.table = ItemTable(
            power: min(power, Self.initialPowerMax),
            powerMax: settings.hashTableGrows ? ItemTable.hashBitCount : power)
    }

    /// Takes note of when an item will be over; 0 for never.
    @inline(__always)
    mutating func noteExpiry(_ second: UInt32) {
        if second != 0, second < self.dueFrom { self.dueFrom = second }
    }

    /// Begins to find out anew when the first item will be over: all are looked at from here on.
    mutating func forgetExpiries() { self.dueFrom = .max }

    /// Counts a get that found an item of a class.
    @inline(__always)
    mutating func countGet(_ index: Int, of classCount: Int) {
        self.chooseRecent(index, classCount)
        self.recentGets &+= 1
    }

    /// Counts a set of a class.
    @inline(__always)
    mutating func countSet(_ index: Int, of classCount: Int) {
        self.chooseRecent(index, classCount)
        self.recentSets &+= 1
    }

    /// Counts a value that was stored over another one in its place; its set is counted too.
    @inline(__always)
    mutating func countOverwrite() { self.recentOverwrites &+= 1 }

    /// Values that were stored over others in their place.
    var overwriteCount: Int { self.counts.overwrites + Int(self.recentOverwrites) }

    @inline(__always)
    private mutating func chooseRecent(_ index: Int, _ classCount: Int) {
        let isFull = (self.recentGets | self.recentSets) >> 31 != 0
        if isFull || self.recentClass != UInt8(truncatingIfNeeded: index) {
            self.settleRecent(classCount)
            self.recentClass = UInt8(truncatingIfNeeded: index)
        }
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
        if self.recentGets == 0, self.recentSets == 0 { return }
        let (gets, sets) = (self.recentGets, self.recentSets)
        self.recentGets = 0
        self.recentSets = 0
        self.counts.overwrites += Int(self.recentOverwrites)
        self.recentOverwrites = 0
        self.countHit(Int(self.recentClass), of: classCount) {
            $0.get += Int(gets)
            $0.set += Int(sets)
        }
    }

    /// Adds what was found and stored to sums by class.
    func appendHits(to sums: inout [ClassHits]) {
        for (index, hits) in self.classHits.enumerated() { sums[index] += hits }
        sums[Int(self.recentClass)].get += Int(self.recentGets)
        sums[Int(self.recentClass)].set += Int(self.recentSets)
    }

    /// Begins to count again.
    mutating func resetCounts() {
        self.counts = CommandCounts()
        self.classHits = []
        self.recentGets = 0
        self.recentSets = 0
        self.recentOverwrites = 0
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
