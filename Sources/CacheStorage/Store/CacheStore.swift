import Base
import Synchronization

/// The items and what can be done with them, by any thread at any time.
///
/// A key's hash names one of 64 stripes; a command holds its lock for as long as it reads or
/// changes the item, a get of a thread that has a lane only the lane's. Chunks and queues have one
/// lock of their own, which a store and a deletion take in addition, a hit and most stores over an
/// old value do not. Who makes room wants the stripe of the item that goes: it is only tried for,
/// so that no two locks are waited for in two orders.
// SAFETY: stripes and classes are reached with their locks held; all else is constant or atomic.
package final class CacheStore: @unchecked Sendable {
    let arena: Arena
    let superblock: Superblock
    let stripes: Stripes
    let slabs: Slabs
    let sizes: ChunkSizes
    let secret: UInt64
    /// How the store was made.
    package let settings: StorageSettings
    /// Who is told of changes; set before the store is used.
    package var observer: (any StoreObserver)?
    /// What was taken up of the memory when the store was made.
    package let recovery: RecoveryReport
    /// Where versions come from.
    package let versions: VersionSource
    /// Prefixes of keys that are being flushed.
    let prefixFlushes = PrefixFlushes()
    let crawlLock = StoreLock()
    var crawlSchedule = CrawlSchedule()

    /// Makes a store in `memory`, of which `owner` takes care: what lies there is taken up when it
    /// is a store's of the same settings, else the store is empty. What the memory has beyond the
    /// settings' limit is used when the limit is raised.
    ///
    /// - Parameters:
    ///   - origin: what only the owner knows.
    ///   - giveBack: called with the offsets of pages that the store has done with, so that the
    ///     owner may return them to the system, as their contents do not matter any more; answers
    ///     whether they read as zero then.
    package init(
        _ settings: StorageSettings, memory: UnsafeMutableRawBufferPointer, owner: AnyObject,
        origin: StoreOrigin = StoreOrigin(),
        giveBack: @escaping (Range<Int>) -> Bool = { _ in false }
    ) {
        self.settings = settings
        self.stripes = Stripes(settings)
        // SAFETY: handed on as it came.
        unsafe self.arena = Arena(
            memory, unitByteCount: settings.unitByteCount, owner: owner, giveBack: giveBack)
        self.superblock = Superblock(self.arena)
        let wasEmpty = self.superblock.isEmpty
        var isZero = false
        let refusal = wasEmpty ? nil : self.superblock.refusal(settings)
        if wasEmpty || refusal != nil {
            isZero = self.arena.forgetPages()
            self.superblock.begin(settings, secret: origin.secret, epoch: origin.epoch)
        }
        self.secret = self.superblock.secret
        self.versions = VersionSource(self.superblock)
        self.slabs = Slabs(self.arena, settings, isZero: isZero)
        self.sizes = self.slabs.sizes
        if wasEmpty || refusal != nil {
            self.recovery = RecoveryReport(wasEmpty: wasEmpty, refusal: refusal)
        } else {
            var recovery = Recovery(self.arena, self.slabs, self.stripes, self.superblock)
            self.recovery = recovery.run(unixNow: origin.unixNow)
        }
    }

    /// The Unix second of the store's second 0. Of a store that was taken up it is the first
    /// process's.
    package var epoch: Int64 { self.superblock.epoch }

    /// The hash of a key.
    @inline(__always)
    func hash(_ key: Span<UInt8>) -> UInt32 { KeyHash.hash(key, secret: self.secret) }

    /// Runs `body` with the classes and pages, alone.
    @inline(__always)
    func withSlabs<Result>(_ body: (Slabs) -> Result) -> Result {
        let slabs = self.slabs
        slabs.lock.lock()
        defer { slabs.lock.unlock() }
        return body(slabs)
    }

    /// Runs `body` with the lock of a hash's stripe, whose number it gets.
    @inline(__always)
    func withStripe<Result>(of hash: UInt32, _ body: (Int) -> Result) -> Result {
        let stripe = Stripes.index(of: hash)
        self.stripes.lock(stripe)
        defer { self.stripes.unlock(stripe) }
        return body(stripe)
    }

    // MARK: What the others are made of; the stripe's lock is held

    /// Finds an item that lives; 0 when there is none.
    @inline(__always)
    func find(_ key: Span<UInt8>, _ hash: UInt32, _ stripe: Int, now: UInt32) -> UInt32 {
        // Before anything is stored: what comes after the flush's second is not flushed by it.
        if self.superblock.flushSecond != 0 { self.settleFlush(now: now) }
        let reference = self.stripes[stripe].table.find(key, hash, self.arena)
        guard reference != 0 else { return 0 }
        let item = Item(self.arena, reference)
        guard self.isGone(item, now: now) else { return reference }
        self.removeGone(reference, item, stripe)
        return 0
    }

    private func removeGone(_ reference: UInt32, _ item: Item, _ stripe: Int) {
        if item.version <= self.superblock.flushedVersion {
            self.stripes[stripe].counts.getFlushedCount += 1
        } else {
            self.stripes[stripe].counts.getExpiredCount += 1
            self.rememberRemoval(item, stripe)
        }
        self.discard(reference, item, stripe)
    }

    /// Flushes what is there when the second of a flush to come has come.
    func settleFlush(now: UInt32) {
        guard now >= self.superblock.flushSecond else { return }
        let version = self.withSlabs { _ -> UInt64? in
            guard self.superblock.flushSecond != 0, now >= self.superblock.flushSecond else {
                return nil
            }
            let version = self.versions.ofRemoval()
            self.superblock.raiseFlushedVersion(to: version)
            self.superblock.flushSecond = 0
            return version
        }
        if let version { self.observer?.flushed(upTo: version, from: 0) }
    }

    /// Whether an item's time is over or it was flushed.
    @inline(__always)
    func isGone(_ item: Item, now: UInt32) -> Bool {
        if item.expiry != 0, item.expiry <= now { return true }
        if item.version <= self.superblock.flushedVersion { return true }
        return self.prefixFlushes.isActive && self.prefixFlushes.covers(item)
    }

    /// Takes an item out and frees its chunks, unless somebody is still sending them.
    func discard(_ reference: UInt32, _ item: Item, _ stripe: Int) {
        item.retract()
        self.stripes[stripe].table.remove(reference, item, self.arena)
        self.withSlabs { slabs in
            slabs.dequeue(reference, item)
            if item.pinCount == 0 { slabs.releaseAll(reference) }
        }
    }
}
