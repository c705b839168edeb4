// What a store tells of itself.
extension CacheStore {
    /// Sets the counters back that `stats reset` sets back.
    package func resetStatistics() {
        let kept = self.statistics
        self.statistics = StorageStatistics()
        self.statistics.itemCount = kept.itemCount
        self.statistics.byteCount = kept.byteCount
        self.commandCounts = CommandCounts()
    }

    /// Fills in what is known only now.
    package func currentStatistics() -> StorageStatistics {
        var current = self.statistics
        current.hashPower = self.table.power
        return current
    }

    /// What the classes hold, those without pages left out.
    package func classStatistics(now: UInt32) -> [ClassStatistics] {
        self.slabs.classes.enumerated().compactMap { index, entry in
            guard entry.pageCount > 0 else { return nil }
            var statistics = ClassStatistics()
            statistics.number = index + 1
            statistics.chunkSize = entry.chunkByteCount
            statistics.chunksPerPage = entry.chunksPerPage
            statistics.pageCount = entry.pageCount
            statistics.usedChunkCount = entry.usedCount
            statistics.freeChunkCount = entry.freeCount
            statistics.evictionCount = entry.evictionCount
            statistics.outOfMemoryCount = entry.outOfMemoryCount
            statistics.reclaimedCount = entry.reclaimedCount
            statistics.requestedByteCount = entry.requestedByteCount
            if entry.oldest != 0 {
                statistics.age = Int(now &- Item(self.arena, entry.oldest).lastAccess)
            }
            return statistics
        }
    }

    /// Pages that no class has taken yet.
    package var freePageCount: Int { self.arena.freePageCount }
}
