import Base
import TestSupport
import Testing

@testable import CacheStorage

/// What gives way when memory is full, and what does not.
struct EvictionTests {
    private static func value(_ count: Int) -> [UInt8] { [UInt8](repeating: 7, count: count) }

    @Test(arguments: [[100], [100, 900, 5_000, 60_000], [400_000], [700_000, 20]])
    func memoryStaysWithinTheLimit(sizes: [Int]) throws {
        let test = try TestStore { $0.memoryLimit = 8 << 20 }
        for index in 0..<60_000 / sizes.count {
            let size = sizes[index % sizes.count]
            #expect(test.store("key\(index)", Self.value(size)) != .tooLarge)
        }
        let statistics = test.store.currentStatistics()
        #expect(statistics.byteCount <= 8 << 20)
        #expect(test.pageCount <= 8)
        #expect(statistics.evictionCount > 0)
        let held = test.store.classStatistics(now: 10).reduce(0) {
            $0 + $1.pageCount * $1.chunksPerPage * $1.chunkSize
        }
        #expect(held <= 8 << 20)
    }

    @Test func whatWasHitStaysAndTheOldestGoes() throws {
        let test = try TestStore { $0.memoryLimit = 2 << 20 }
        for index in 0..<100 { test.store("hot\(index)", Self.value(1_000)) }
        var missCount = 0
        for index in 0..<20_000 {
            test.store("cold\(index)", Self.value(1_000))
            guard test.read("hot\(index % 100)") == nil else { continue }
            // One of 64 hit in a row goes all the same: a store does not look for ever.
            missCount += 1
            test.store("hot\(index % 100)", Self.value(1_000))
        }
        #expect(missCount <= 20)
        #expect(test.read("cold0") == nil)
        #expect(test.read("cold19999") != nil)
    }

    @Test func withoutHitsTheFirstStoredGoFirst() throws {
        let test = try TestStore { $0.memoryLimit = 1 << 20 }
        var index = 0
        while test.store.currentStatistics().evictionCount == 0 {
            test.store("key\(index)", Self.value(10_000))
            index += 1
        }
        #expect(test.read("key0") == nil && test.read("key1") != nil)
    }

    @Test func withoutEvictionAStoreIsRefusedAndTheOldValueIsGone() throws {
        let test = try TestStore {
            $0.memoryLimit = 1 << 20
            $0.evicts = false
        }
        var index = 0
        while test.store("key\(index)", Self.value(10_000)) == .stored { index += 1 }
        #expect(index > 90)
        #expect(test.store("key0", Self.value(10_000)) == .outOfMemory)
        #expect(test.read("key0") == nil)
        #expect(test.store("again", Self.value(10_000)) == .stored)
        #expect(test.store.currentStatistics().evictionCount == 0)
    }

    @Test func expiredItemsMakeRoomBeforeAnyIsEvicted() throws {
        let test = try TestStore { $0.memoryLimit = 1 << 20 }
        for index in 0..<50 { test.store("old\(index)", Self.value(10_000), expiry: 20, now: 10) }
        for index in 0..<80 { test.store("new\(index)", Self.value(10_000), now: 30) }
        let statistics = test.store.currentStatistics()
        #expect(statistics.evictionCount == 0 && statistics.reclaimedCount > 0)
    }

    @Test func theCrawlerFreesWhatExpired() throws {
        let test = try TestStore()
        for index in 0..<1_000 { test.store("key\(index)", [1], expiry: 20) }
        for _ in 0..<1_000 { test.store.crawl(bucketCount: 256, now: 25) }
        #expect(test.store.currentStatistics().itemCount == 0)
    }

    @Test func theTableGrowsAndLosesNothing() throws {
        let test = try TestStore { $0.memoryLimit = 64 << 20 }
        for index in 0..<150_000 { test.store("key\(index)", [UInt8(index % 256)]) }
        #expect(test.store.currentStatistics().hashPower > 16)
        for index in 0..<150_000 {
            #expect(test.read("key\(index)")?.value == [UInt8(index % 256)])
        }
    }

    @Test(arguments: [12, 16, 20])
    func theTableBeginsAndStaysAsItIsTold(power: Int) throws {
        let test = try TestStore {
            $0.hashPower = power
            $0.hashTableGrows = false
        }
        for index in 0..<20_000 { test.store("key\(index)", [UInt8(index % 256)]) }
        #expect(test.store.currentStatistics().hashPower == power)
        for index in 0..<20_000 {
            #expect(test.read("key\(index)")?.value == [UInt8(index % 256)])
        }
    }

    @Test func theLargestItemIsTheLimitAndNotMore() throws {
        let test = try TestStore { $0.itemByteCountMax = 64 << 10 }
        let most = (64 << 10) - 59 - 1
        #expect(test.store("k", Self.value(most)) == .stored)
        #expect(test.read("k")?.value.count == most)
        #expect(test.store("k", Self.value(most + 1)) == .tooLarge)
        #expect(test.read("k") == nil)
        #expect(test.store("k", Self.value(most), flags: 1) == .tooLarge)
        test.store("k", Self.value(most))
        #expect(test.store("k", [1], .append) == .notStored)
        #expect(test.read("k")?.value.count == most)
    }

    @Test func theClassesAreThoseOfMemcached() throws {
        let test = try TestStore()
        let sizes = test.store.sizes.all.prefix(8)
        #expect(Array(sizes) == [96, 120, 152, 192, 240, 304, 384, 480])
    }
}
