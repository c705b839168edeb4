import Synchronization

/// All stripes: memory of their own, so that taking a lock counts no references, and each in lines
/// of the processor's cache of its own, so that nobody waits for a neighbour.
///
/// A stripe is locked by one thread at a time, or read by several through lanes; see `StoreLane`.
// SAFETY: `memory` has `Stripe.count` entries, `byteCountEach` apart, for as long as this lives;
// each is a lock and, `stripeOffset` behind it, a stripe. An index is the upper bits of a hash or
// below that count. What is reached through `subscript` is used with the lock held, or only read
// with that of a lane, which is why this may be shared. `lanes` has `laneCountMax` entries, of
// which the first `laneCount` are there.
@safe final class Stripes: @unchecked Sendable {
    /// A multiple of two lines of 64 bytes, which processors fetch together.
    @inline(__always)
    private static var byteCountEach: Int { 256 }
    /// The lock is no part of the stripe: while one thread changes that, others try for the lock.
    @inline(__always)
    private static var stripeOffset: Int {
        max(MemoryLayout<StoreLock>.size, MemoryLayout<Stripe>.alignment)
    }
    /// With more, who changes something would take more locks than readers save.
    static let laneCountMax = 8

    private let memory: UnsafeMutableRawPointer
    private let lanes: UnsafeMutablePointer<StoreLane>
    private let laneCount = Atomic<Int>(0)

    init(_ settings: StorageSettings) {
        precondition(
            Self.stripeOffset + MemoryLayout<Stripe>.size <= Self.byteCountEach,
            "a stripe has grown")
        unsafe self.memory = .allocate(
            byteCount: Self.byteCountEach * Stripe.count, alignment: Self.byteCountEach)
        for index in 0..<Stripe.count {
            let place = unsafe self.memory + index * Self.byteCountEach
            unsafe place.bindMemory(to: StoreLock.self, capacity: 1).initialize(to: StoreLock())
            let stripe = unsafe place + Self.stripeOffset
            unsafe stripe.bindMemory(to: Stripe.self, capacity: 1).initialize(
                to: Stripe(settings))
        }
        unsafe self.lanes = .allocate(capacity: Self.laneCountMax)
    }

    deinit {
        for index in 0..<Stripe.count {
            unsafe self.place(index).deinitialize(count: 1)
            unsafe self.lock(of: index).deinitialize(count: 1)
        }
        unsafe self.memory.deallocate()
        for number in 0..<self.laneCount.load(ordering: .acquiring) {
            unsafe self.lanes[number].free()
        }
        unsafe self.lanes.deallocate()
    }

    @inline(__always)
    private func place(_ index: Int) -> UnsafeMutablePointer<Stripe> {
        unsafe (self.memory + (index &* Self.byteCountEach + Self.stripeOffset))
            .assumingMemoryBound(to: Stripe.self)
    }

    @inline(__always)
    private func lock(of index: Int) -> UnsafeMutablePointer<StoreLock> {
        unsafe (self.memory + index &* Self.byteCountEach).assumingMemoryBound(to: StoreLock.self)
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

    // MARK: A stripe for one thread alone

    /// Waits for a stripe's lock, and for who reads it through a lane. No two stripes are waited
    /// for at once.
    @inline(__always)
    func lock(_ index: Int) {
        unsafe self.lock(of: index).pointee.lock()
        self.forEachLane { $0.lock(index) }
    }

    /// Takes a stripe's lock when nobody has it and nobody reads it.
    @inline(__always)
    func tryLock(_ index: Int) -> Bool {
        guard unsafe self.lock(of: index).pointee.tryLock() else { return false }
        var takenCount = 0
        var isFree = true
        self.forEachLane { lane in
            isFree = isFree && lane.tryLock(index)
            if isFree { takenCount += 1 }
        }
        if isFree { return true }
        self.forEachLane(of: takenCount) { $0.unlock(index) }
        unsafe self.lock(of: index).pointee.unlock()
        return false
    }

    @inline(__always)
    func unlock(_ index: Int) {
        self.forEachLane { $0.unlock(index) }
        unsafe self.lock(of: index).pointee.unlock()
    }

    // MARK: Lanes

    /// Calls `body` with each lane, or with the first ones. The count changes with all stripes'
    /// locks held, so it is the same from a lock to its unlock.
    @inline(__always)
    private func forEachLane(of count: Int? = nil, _ body: (StoreLane) -> Void) {
        for number in 0..<(count ?? self.laneCount.load(ordering: .relaxed)) {
            unsafe body(self.lanes[number])
        }
    }

    /// A lane for a thread that reads much; nil when there are too many. Not for a thread that has
    /// a stripe's lock.
    func makeLane() -> StoreLane? {
        // Who has one stripe never waits for another, so waiting for all in a row comes to an end.
        for index in 0..<Stripe.count { unsafe self.lock(of: index).pointee.lock() }
        defer { for index in 0..<Stripe.count { unsafe self.lock(of: index).pointee.unlock() } }
        let count = self.laneCount.load(ordering: .relaxed)
        guard count < Self.laneCountMax else { return nil }
        let lane = StoreLane(number: count)
        unsafe (self.lanes + count).initialize(to: lane)
        self.laneCount.store(count + 1, ordering: .releasing)
        return lane
    }

    /// All lanes there are.
    var allLanes: [StoreLane] {
        (0..<self.laneCount.load(ordering: .acquiring)).map { unsafe self.lanes[$0] }
    }
}
