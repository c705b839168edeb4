import Synchronization

/// What was asked of the server beside what the store counts, by the connections of a loop.
final class CommandCounters: Sendable {
    private let flushes = Atomic<Int>(0)
    private let metas = Atomic<Int>(0)
    private let tooLarge = Atomic<Int>(0)
    private let noMemory = Atomic<Int>(0)
    private let bytesRead = Atomic<Int>(0)
    private let bytesWritten = Atomic<Int>(0)
    private let yields = Atomic<Int>(0)

    /// Adds what one connection counted since it was last added.
    func add(_ batch: BatchCounts) {
        self.bytesRead.wrappingAdd(batch.bytesRead, ordering: .relaxed)
        self.bytesWritten.wrappingAdd(batch.bytesWritten, ordering: .relaxed)
        // Most batches have nothing of these.
        if batch.flushCount != 0 { self.flushes.wrappingAdd(batch.flushCount, ordering: .relaxed) }
        if batch.metaCount != 0 { self.metas.wrappingAdd(batch.metaCount, ordering: .relaxed) }
        if batch.tooLargeCount != 0 {
            self.tooLarge.wrappingAdd(batch.tooLargeCount, ordering: .relaxed)
        }
        if batch.noMemoryCount != 0 {
            self.noMemory.wrappingAdd(batch.noMemoryCount, ordering: .relaxed)
        }
        if batch.yieldCount != 0 { self.yields.wrappingAdd(batch.yieldCount, ordering: .relaxed) }
        batch.clear()
    }

    /// Adds what was counted up to now to a total. Any thread.
    func append(to total: BatchCounts) {
        total.flushCount += self.flushes.load(ordering: .relaxed)
        total.metaCount += self.metas.load(ordering: .relaxed)
        total.tooLargeCount += self.tooLarge.load(ordering: .relaxed)
        total.noMemoryCount += self.noMemory.load(ordering: .relaxed)
        total.bytesRead += self.bytesRead.load(ordering: .relaxed)
        total.bytesWritten += self.bytesWritten.load(ordering: .relaxed)
        total.yieldCount += self.yields.load(ordering: .relaxed)
    }

    /// Begins again at zero.
    func reset() {
        self.flushes.store(0, ordering: .relaxed)
        self.metas.store(0, ordering: .relaxed)
        self.tooLarge.store(0, ordering: .relaxed)
        self.noMemory.store(0, ordering: .relaxed)
        self.bytesRead.store(0, ordering: .relaxed)
        self.bytesWritten.store(0, ordering: .relaxed)
        self.yields.store(0, ordering: .relaxed)
    }
}

/// The flush that a client asked for last, for `stats settings`.
final class LastFlush: Sendable {
    /// When it counts, 0 before the first.
    let second = Atomic<UInt32>(0)
}

/// What is counted between two times that it is added to the rest. One user at a time.
final class BatchCounts {
    /// Keys to count to the next one that is looked at (`HotKeys`).
    var untilLook: Int
    /// `flush_all`, meta commands, values refused for their size and for want of memory.
    var flushCount = 0, metaCount = 0, tooLargeCount = 0, noMemoryCount = 0
    /// Bytes of commands executed and of answers made.
    var bytesRead = 0, bytesWritten = 0
    /// How often a connection let others go first.
    var yieldCount = 0
    /// Keys of gets beyond the first of each; it is never cleared.
    var furtherKeyCount = 0

    init(untilLook: Int) { self.untilLook = untilLook }

    fileprivate func clear() {
        self.flushCount = 0
        self.metaCount = 0
        self.tooLargeCount = 0
        self.noMemoryCount = 0
        self.bytesRead = 0
        self.bytesWritten = 0
        self.yieldCount = 0
    }
}
