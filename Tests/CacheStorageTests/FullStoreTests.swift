import Base
import TestSupport
import Testing

@testable import CacheStorage

/// A store that is full, with sizes that share no class: what gives way for what.
@Suite struct FullStoreTests {
    private static func value(_ count: Int) -> [UInt8] { [UInt8](repeating: 7, count: count) }

    private static func survivors(_ test: TestStore, _ prefix: String, _ count: Int) -> Int {
        (0..<count).count { test.read("\(prefix)\($0)") != nil }
    }

    /// The heads of chained items lie in a class of which they are no items; it is in use all the
    /// same.
    @Test(arguments: [0, 1, 2])
    func aSmallItemDoesNotDriveAllLargeOnesOut(automove: Int) throws {
        let test = try TestStore {
            $0.pageMoves.isOn = automove > 0
            $0.pageMoves.isEager = automove == 2
        }
        for index in 0..<130 { test.store("big\(index)", Self.value(600_000)) }
        let before = Self.survivors(test, "big", 130)
        #expect(test.store("mid", Self.value(5_000)) == .stored)
        while test.store.advancePages(now: 10) {}
        // Two at the most: of the page that was given back.
        #expect(Self.survivors(test, "big", 130) >= before - 2)
        #expect(before > 90)
    }

    @Test func withoutEvictionNothingIsLost() throws {
        let test = try TestStore { $0.evicts = false }
        var count = 0
        while test.store("big\(count)", Self.value(800_000)) == .stored { count += 1 }
        test.store("mid", Self.value(5_000))
        test.store("small", Self.value(5))
        while test.store.advancePages(now: 10) {}
        #expect(Self.survivors(test, "big", count) == count)
        #expect(test.store.currentStatistics().evictionCount == 0)
        #expect(count > 60)
    }

    @Test func aLowerLimitTakesNoMoreThanItMust() throws {
        let test = try TestStore()
        for index in 0..<70 { test.store("big\(index)", Self.value(700_000), now: 10) }
        for index in 0..<2_000 { test.store("small\(index)", Self.value(100), now: 10) }
        test.store.setMemoryLimit(40 << 20)
        while test.store.advancePages(now: 10) {}
        #expect(test.pageCount == 40)
        #expect(Self.survivors(test, "big", 70) > 30)
        #expect(Self.survivors(test, "small", 2_000) == 2_000)
    }

    /// A class with one page keeps it while something is in it, however busy another one is.
    @Test func aClassKeepsItsOnlyPage() throws {
        let test = try TestStore()
        for index in 0..<1_000 { test.store("small\(index)", Self.value(5), now: 10) }
        for index in 0..<400 { test.store("large\(index)", Self.value(150_000), now: 11) }
        for index in 0..<1_000 {
            let now = 20 + UInt32(index / 50)
            #expect(test.store("more\(index)", Self.value(150_000), now: now) == .stored)
            #expect(test.store("little\(index)", Self.value(5), now: now) == .stored)
            _ = test.store.advancePages(now: now)
        }
        #expect(Self.survivors(test, "small", 1_000) == 1_000)
        #expect(Self.survivors(test, "little", 1_000) == 1_000)
    }

    /// Values that are still arriving hold most of the memory; a class without a page gets one.
    @Test func uploadsThatStandStillStarveNobody() throws {
        let test = try TestStore()
        var pending: [PendingItem] = []
        for index in 0..<100 {
            let key = Array("upload\(index)".utf8)
            let (item, _) = test.store.begin(
                key.span, byteCount: 900_000,
                CacheStore.StoreRequest(mode: .set, flags: 0, expiry: 0), now: 10)
            guard let item, item.append(Self.value(450_000).span, now: 10) else { continue }
            pending.append(item)
        }
        for index in 0..<50 {
            #expect(test.store("key\(index)", Self.value(5_000)) == .stored)
            while test.store.advancePages(now: 10) {}
        }
        #expect(Self.survivors(test, "key", 50) == 50)
    }

    /// Sizes from a byte to a megabyte, more than fit: nothing is refused, and the memory is used.
    @Test(arguments: [64, 256])
    func noSizeIsRefused(megabytes: Int) throws {
        let seed = TestSeed()
        var random = seed.generator
        let test = try TestStore { $0.memoryLimit = megabytes << 20 }
        var refusedCount = 0
        for index in 0..<megabytes * 8 {
            let size = Int.random(in: 1...1_040_000, using: &random)
            if test.store("key\(index)", Self.value(size), now: 10 + UInt32(index / 100))
                != .stored
            {
                refusedCount += 1
            }
            if index % 4 == 0 { _ = test.store.advancePages(now: 10 + UInt32(index / 100)) }
        }
        while test.store.advancePages(now: 100) {}
        #expect(refusedCount == 0, "\(seed)")
        let statistics = test.store.currentStatistics()
        #expect(statistics.byteCount > megabytes << 20 * 6 / 10, "\(seed)")
        #expect(test.pageCount <= megabytes, "\(seed)")
    }

    /// A page whose items all have room elsewhere in their class goes without losing any.
    @Test(arguments: [100, 5_000, 600_000])
    func whatHasRoomElsewhereIsTakenThere(byteCount: Int) throws {
        let seed = TestSeed()
        var random = seed.generator
        let test = try TestStore { $0.evicts = false }
        var count = 0
        while test.store("key\(count)", Self.value(byteCount), flags: UInt32(count)) == .stored {
            count += 1
        }
        var kept: [Int] = []
        for index in 0..<count {
            if Int.random(in: 0..<10, using: &random) < 4 {
                kept.append(index)
            } else {
                #expect(test.delete("key\(index)") == .stored)
            }
        }
        test.store.setMemoryLimit(40 << 20)
        while test.store.advancePages(now: 10) {}
        #expect(test.pageCount == 40, "\(seed)")
        for index in kept {
            let found = test.read("key\(index)")
            #expect(found?.value == Self.value(byteCount) && found?.flags == UInt32(index))
        }
        let statistics = test.store.currentStatistics()
        #expect(statistics.relocatedItemCount + statistics.relocatedChunkCount > 0)
        #expect(statistics.evictionCount == 0 && statistics.itemCount == kept.count)
        // Queues and table hold them where they are now.
        for index in kept { #expect(test.delete("key\(index)") == .stored) }
        #expect(test.store.currentStatistics().itemCount == 0)
    }
}
