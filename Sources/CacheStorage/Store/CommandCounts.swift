/// What was asked of a store, in the words of memcached's `stats`.
package struct CommandCounts: Sendable {
    /// Keys asked for that were not there.
    package var getMisses = 0
    /// Keys deleted, and those that were not there.
    package var deleteMisses = 0
    /// Numbers raised and lowered that were not there.
    package var incrementMisses = 0, decrementMisses = 0
    /// Compare-and-set of a key that was not there.
    package var casMisses = 0
    /// Keys whose expiry was to be set anew that were not there.
    package var touchMisses = 0
    /// Gets that met an expired or flushed item.
    package var getExpiredCount = 0, getFlushedCount = 0
    /// Items that were looked at for their expiry.
    package var crawledCount = 0
    /// Values that were stored over others in their place.
    package var overwrites = 0
    /// What was found.
    package var hits = ClassHits()

    /// All zero.
    package init() {}

    /// Keys asked for.
    package var getCount: Int { self.hits.get + self.getMisses }
    /// Keys touched.
    package var touchCount: Int { self.hits.touch + self.touchMisses }

    static func += (sum: inout CommandCounts, other: CommandCounts) {
        sum.getMisses += other.getMisses
        sum.deleteMisses += other.deleteMisses
        sum.incrementMisses += other.incrementMisses
        sum.decrementMisses += other.decrementMisses
        sum.casMisses += other.casMisses
        sum.touchMisses += other.touchMisses
        sum.getExpiredCount += other.getExpiredCount
        sum.getFlushedCount += other.getFlushedCount
        sum.crawledCount += other.crawledCount
        sum.overwrites += other.overwrites
        sum.hits += other.hits
    }
}
