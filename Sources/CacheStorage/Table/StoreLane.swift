import Synchronization

/// What one thread has of a store for itself, so that what it does often touches nothing that
/// others touch: locks to read with, counters, a redo record.
///
/// Who reads a stripe through a lane takes the lane's lock of it; who wants the stripe for himself
/// takes its own lock and those of all lanes. So reading costs what it cost and disturbs nobody,
/// and changing costs a lock more for each thread.
///
/// One thread at a time uses a lane, and only with the store that made it, while that lives.
// SAFETY: `memory` belongs to the store's stripes. It has an entry for each stripe and two for each
// counter, initialized; numbers of stripes are below `Stripe.count`, those of counters below
// `counterCount`. It is no object, as counting references to it would be work for each get.
@safe package struct StoreLane: @unchecked Sendable {
    /// A line of the processor's cache for each stripe, so that taking one disturbs no other.
    private static var byteCountEach: Int { 64 }
    private static let missIndex = 64
    /// Hits by class, of which there are at most 63, then the misses.
    private static let counterCount = StoreLane.missIndex + 1
    private static let countersOffset = Stripe.count * 64
    private static let baselinesOffset = StoreLane.countersOffset + StoreLane.counterCount * 8

    private let memory: UnsafeMutableRawPointer
    /// Which one of its store's lanes it is.
    let number: Int

    /// Makes a lane, to be ended with `free`.
    init(number: Int) {
        self.number = number
        unsafe self.memory = .allocate(
            byteCount: Self.baselinesOffset + Self.counterCount * 8, alignment: 128)
        for stripe in 0..<Stripe.count {
            let place = unsafe self.memory + stripe * Self.byteCountEach
            unsafe place.bindMemory(to: StoreLock.self, capacity: 1).initialize(to: StoreLock())
        }
        let counters = unsafe (self.memory + Self.countersOffset)
            .bindMemory(to: Atomic<Int>.self, capacity: 2 * Self.counterCount)
        for index in 0..<2 * Self.counterCount {
            unsafe (counters + index).initialize(to: Atomic(0))
        }
    }

    /// Gives its memory back; nobody may use it any more.
    func free() {
        for stripe in 0..<Stripe.count { unsafe self.lock(of: stripe).deinitialize(count: 1) }
        unsafe self.memory.deallocate()
    }

    // MARK: The lock of a stripe

    @inline(__always)
    private func lock(of stripe: Int) -> UnsafeMutablePointer<StoreLock> {
        unsafe (self.memory + stripe &* Self.byteCountEach)
            .assumingMemoryBound(to: StoreLock.self)
    }

    /// Takes the lane's lock of a stripe.
    @inline(__always)
    func lock(_ stripe: Int) { unsafe self.lock(of: stripe).pointee.lock() }

    /// Takes the lane's lock of a stripe when nobody has it.
    @inline(__always)
    func tryLock(_ stripe: Int) -> Bool { unsafe self.lock(of: stripe).pointee.tryLock() }

    /// Gives it back.
    @inline(__always)
    func unlock(_ stripe: Int) { unsafe self.lock(of: stripe).pointee.unlock() }

    // MARK: What was read

    @inline(__always)
    private func counter(_ index: Int) -> UnsafeMutablePointer<Atomic<Int>> {
        unsafe (self.memory + Self.countersOffset).assumingMemoryBound(to: Atomic<Int>.self)
            + index
    }

    /// What a counter was when counting began again.
    private func baseline(_ index: Int) -> UnsafeMutablePointer<Atomic<Int>> {
        unsafe self.counter(Self.counterCount + index)
    }

    /// Counts; only the lane's thread does.
    @inline(__always)
    private func add(_ index: Int) {
        let count = unsafe self.counter(index).pointee.load(ordering: .relaxed)
        unsafe self.counter(index).pointee.store(count &+ 1, ordering: .relaxed)
    }

    /// Counts a get that found an item of a class.
    @inline(__always)
    func countHit(_ index: Int) { self.add(index) }

    /// Counts a get that found nothing.
    @inline(__always)
    func countMiss() { self.add(Self.missIndex) }

    private func count(_ index: Int) -> Int {
        unsafe self.counter(index).pointee.load(ordering: .relaxed)
            - self.baseline(index).pointee.load(ordering: .relaxed)
    }

    /// Adds the hits to sums by class.
    func appendHits(to sums: inout [ClassHits]) {
        for index in sums.indices { sums[index].get += self.count(index) }
    }

    /// Gets that found nothing.
    var missCount: Int { self.count(Self.missIndex) }

    /// Begins to count again.
    func resetCounts() {
        for index in 0..<Self.counterCount {
            let count = unsafe self.counter(index).pointee.load(ordering: .relaxed)
            unsafe self.baseline(index).pointee.store(count, ordering: .relaxed)
        }
    }
}
