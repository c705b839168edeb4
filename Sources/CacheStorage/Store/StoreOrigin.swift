import Synchronization

/// What a store is told about the world when it is made.
package struct StoreOrigin: Sendable {
    /// The secret of the hash of keys, random; a store that is taken up keeps its own.
    package var secret: UInt64
    /// The Unix second of the store's second 0; a store that is taken up keeps its own.
    package var epoch: Int64
    /// The Unix second of this moment, for what expired while nobody was there.
    package var unixNow: Int64

    /// As given.
    package init(secret: UInt64 = 0, epoch: Int64 = 0, unixNow: Int64 = 0) {
        self.secret = secret
        self.epoch = epoch
        self.unixNow = unixNow
    }
}

/// Where the versions of items come from: numbers that only rise, by one in a store of its own.
///
/// In a store that is replicated they are the clock's: at least `floor`, which who replicates
/// raises with the time, and different from all other nodes' in their lowest bits.
package final class VersionSource: Sendable {
    private let superblock: Superblock
    private let floor = Atomic<UInt64>(0)
    private let step = Atomic<UInt64>(1)
    private let tag = Atomic<UInt64>(0)

    init(_ superblock: Superblock) { self.superblock = superblock }

    /// The version that was given out last.
    package var last: UInt64 { self.superblock.lastVersion }

    /// Whether versions are those of a clock that others share.
    package var isClock: Bool { self.step.load(ordering: .relaxed) != 1 }

    /// Makes versions multiples of `step` with `tag` added, which is below it.
    package func distinguish(step: UInt64, tag: UInt64) {
        precondition(step > 0 && tag < step)
        self.tag.store(tag, ordering: .relaxed)
        self.step.store(step, ordering: .relaxed)
    }

    /// Makes the next versions at least this.
    package func raise(to floor: UInt64) { self.floor.max(floor, ordering: .relaxed) }

    /// A version beyond all that were given out.
    @inline(__always)
    func next() -> UInt64 {
        let step = self.step.load(ordering: .relaxed)
        if step == 1 {
            return self.superblock.countVersion()
        }
        return self.nextOfClock(step)
    }

    /// The version of a deletion or a flush: the last one of what it removes, and where others are
    /// told of it one of its own.
    @inline(__always)
    func ofRemoval() -> UInt64 { self.isClock ? self.next() : self.last }

    private func nextOfClock(_ step: UInt64) -> UInt64 {
        let tag = self.tag.load(ordering: .relaxed)
        var last = self.superblock.lastVersion
        while true {
            let floor = max(last + 1, self.floor.load(ordering: .relaxed))
            let next = (floor / step + (floor % step > tag ? 1 : 0)) * step + tag
            let (exchanged, original) = self.superblock.exchangeLastVersion(
                expected: last, desired: next)
            if exchanged { return next }
            last = original
        }
    }

    /// Remembers a version that came from elsewhere.
    func observe(_ version: UInt64) {
        self.superblock.raiseLastVersion(to: version)
    }
}
