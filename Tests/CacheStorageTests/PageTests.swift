import Base
import TestSupport
import Testing

@testable import CacheStorage

/// How pages go from class to class, and what a new memory limit does.
@Suite struct PageTests {
    private static func value(_ count: Int) -> [UInt8] { [UInt8](repeating: 7, count: count) }

    /// The pages of the class whose chunks take values of so many bytes.
    private static func pageCount(_ test: TestStore, valuesOf byteCount: Int) -> Int {
        let index = test.store.sizes.index(for: Item.headerByteCount + 8 + byteCount)
        return test.store.slabs.classes[index].pageCount
    }

    @Test func aClassThatComesLateGetsAPageOfAnother() throws {
        let test = try TestStore { $0.memoryLimit = 4 << 20 }
        for index in 0..<60_000 { test.store("key\(index)", Self.value(100)) }
        #expect(test.store.freePageCount == 0)
        #expect(test.store("large", Self.value(10_000)) == .stored)
        #expect(test.store("larger", Self.value(200_000)) == .stored)
        #expect(test.read("large")?.value == Self.value(10_000))
        #expect(test.read("key59999") != nil)
        // As in memcached a class begins with a page beyond the limit; another one gives one back.
        #expect(test.pageCount == 6)
        while test.store.advancePages(now: 10) {}
        #expect(test.pageCount == 4)
        #expect(test.read("large") != nil && test.read("larger") != nil)
        try Self.checkCounts(test)
    }

    @Test func withoutEvictionNothingGivesWay() throws {
        let test = try TestStore {
            $0.memoryLimit = 2 << 20
            $0.evicts = false
        }
        var index = 0
        while test.store("key\(index)", Self.value(100)) == .stored { index += 1 }
        var largeCount = 0
        while test.store("large\(largeCount)", Self.value(10_000)) == .stored { largeCount += 1 }
        while test.store.advancePages(now: 10) {}
        for index in 0..<index { #expect(test.read("key\(index)") != nil) }
        for index in 0..<largeCount { #expect(test.read("large\(index)") != nil) }
        for index in 0..<index { #expect(test.delete("key\(index)") == .stored) }
        #expect(test.store("large", Self.value(10_000)) == .stored)
        #expect(test.store.currentStatistics().evictionCount == 0)
        try Self.checkCounts(test)
    }

    @Test func pagesFollowTheSizesThatAreUsed() throws {
        let test = try TestStore { $0.memoryLimit = 16 << 20 }
        for index in 0..<100_000 { test.store("small\(index)", Self.value(100), now: 10) }
        #expect(Self.pageCount(test, valuesOf: 100) == 16)
        for index in 0..<20_000 {
            test.store("large\(index)", Self.value(5_000), now: 100 + UInt32(index / 100))
        }
        #expect(Self.pageCount(test, valuesOf: 5_000) >= 14)
        while test.store.advancePages(now: 300) {}
        #expect(test.pageCount == 16)
        try Self.checkCounts(test)
    }

    /// `-o slab_automove`: none moves by itself, one in a page's worth of evictions, or one for
    /// each; more slowly for values that nobody reads.
    @Test(arguments: [
        (false, false, true, 1...1), (true, false, false, 3...5), (true, false, true, 8...15),
        (true, true, true, 12...16), (true, true, false, 12...16),
    ])
    func pagesMoveAsFastAsTheyMay(
        isOn: Bool, isEager: Bool, isRead: Bool, expected: ClosedRange<Int>
    ) throws {
        let test = try TestStore {
            $0.memoryLimit = 16 << 20
            $0.pageMoves.isOn = isOn
            $0.pageMoves.isEager = isEager
        }
        for index in 0..<100_000 { test.store("small\(index)", Self.value(100), now: 10) }
        for index in 0..<3_000 {
            test.store("large\(index)", Self.value(5_000), now: 100 + UInt32(index / 100))
            if isRead { _ = test.read("large\(index)", now: 100 + UInt32(index / 100)) }
        }
        #expect(expected.contains(Self.pageCount(test, valuesOf: 5_000)))
        while test.store.advancePages(now: 200) {}
        #expect(test.pageCount == 16)
        try Self.checkCounts(test)
    }

    /// With a ratio near 0 no class is old enough to give a page.
    @Test func theRatioOfAgesIsKept() throws {
        let test = try TestStore { $0.memoryLimit = 16 << 20 }
        var moves = PageMoves()
        moves.ageRatio = 0.001
        test.store.setPageMoves(moves)
        for index in 0..<100_000 { test.store("small\(index)", Self.value(100), now: 10) }
        for index in 0..<3_000 {
            test.store("large\(index)", Self.value(5_000), now: 100 + UInt32(index / 100))
        }
        #expect(Self.pageCount(test, valuesOf: 5_000) < 4)
    }

    @Test func aLowerLimitGivesPagesBackAndAHigherOneTakesThem() throws {
        let test = try TestStore { $0.memoryLimit = 16 << 20 }
        for index in 0..<3_000 { test.store("key\(index)", Self.value(5_000)) }
        #expect(test.pageCount > 12)
        test.store.setMemoryLimit(4 << 20)
        var steps = 0
        while test.store.advancePages(now: 10) { steps += 1 }
        #expect(steps > 8 && test.pageCount == 4)
        try Self.checkCounts(test)
        for index in 0..<3_000 { test.store("key\(index)", Self.value(5_000)) }
        #expect(test.pageCount == 4)
        test.store.setMemoryLimit(64 << 20)
        for index in 0..<3_000 {
            #expect(test.store("key\(index)", Self.value(5_000)) == .stored)
        }
        #expect(test.pageCount > 12)
        for index in 0..<3_000 { #expect(test.read("key\(index)") != nil) }
        try Self.checkCounts(test)
    }

    /// A page of which only some chunks were ever used can be cleared like any other, and kept
    /// after all.
    @Test(arguments: [false, true])
    func aPageThatIsNotAllCutCanBeCleared(isKept: Bool) throws {
        let test = try TestStore { $0.memoryLimit = 4 << 20 }
        for index in 0..<10 { test.store("key\(index)", Self.value(100)) }
        let index = test.store.sizes.index(for: Item.headerByteCount + 4 + 100)
        #expect(!test.store.slabs.classes[index].uncut.isEmpty)
        let page = try #require(test.store.slabs.pages.pages(of: index).first)
        test.store.withSlabs { $0.beginClearing(page: page, of: index, for: nil) }
        #expect(test.store.slabs.classes[index].freeCount == 0)
        if isKept {
            let room = Room(stripe: 0, kept: 0, now: 10)
            test.store.withStripe(of: 0) { _ in
                test.store.withSlabs { slabs in
                    for _ in 0..<4 { _ = test.store.advanceClearing(slabs, room) }
                    slabs.cancelClearing()
                }
            }
            #expect(test.pageCount == 1)
        } else {
            while test.store.advancePages(now: 10) {}
            #expect(test.pageCount == 0)
        }
        try Self.checkCounts(test)
        for index in 0..<20_000 {
            #expect(test.store("key\(index)", Self.value(100)) == .stored)
        }
        try Self.checkCounts(test)
    }

    @Test func anItemThatGrowsKeepsItsBytesWhilePagesMove() throws {
        let test = try TestStore { $0.memoryLimit = 2 << 20 }
        for index in 0..<30_000 { test.store("key\(index)", Self.value(40)) }
        test.store("grows", [1])
        var expected: [UInt8] = [1]
        for step in 0..<40 {
            let more = [UInt8](repeating: UInt8(step), count: 1_000)
            #expect(test.store("grows", more, .append) == .stored, "step \(step)")
            expected += more
            let isSame = test.read("grows")?.value == expected
            #expect(isSame, "step \(step)")
        }
        try Self.checkCounts(test)
    }

    /// The second limit makes units of 64 bytes.
    @Test(arguments: [6, 200_000])
    func atRandomNothingIsTornOrCountedTwice(megabytes: Int) throws {
        let seed = TestSeed()
        var random = seed.generator
        func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        let test = try TestStore { $0.memoryLimit = megabytes << 20 }
        test.store.setMemoryLimit(6 << 20)
        for step in 0..<6_000 {
            let name = "key\(pick(0...2_000))"
            switch pick(0...19) {
            case 0: _ = test.delete(name)
            case 1: test.store(name, Self.value(pick(0...300)), .append)
            case 2 where step % 10 == 0: test.store.setMemoryLimit(pick(2...10) << 20)
            case 3: _ = test.store.advancePages(now: 10)
            default:
                let size = 1 << pick(4...15)
                test.store(name, Self.value(size), now: 10 + UInt32(step / 1_000))
            }
            if let found = test.read(name, now: 10) {
                #expect(found.value == Self.value(found.value.count), "\(seed), step \(step)")
            }
        }
        try Self.checkCounts(test)
    }

    /// What the classes count is what their lists hold.
    private static func checkCounts(_ test: TestStore) throws {
        var itemCount = 0
        let arena = test.store.arena
        for entry in test.store.slabs.classes {
            var free = 0
            var reference = entry.free
            var previous: UInt32 = 0
            while reference != 0 {
                free += 1
                if previous != 0 { #expect(Item(arena, reference).newer == previous) }
                previous = reference
                reference = Item(arena, reference).nextInBucket
            }
            let queued = Self.check(entry.small, arena) + Self.check(entry.main, arena)
            let units = Int(entry.unitCount)
            #expect(free + entry.uncut.count / units == entry.freeCount)
            for chunk in stride(
                from: entry.uncut.lowerBound, to: entry.uncut.upperBound, by: units)
            {
                let item = Item(arena, chunk)
                #expect(item.place == Item.Place.free && item.state == 0)
            }
            itemCount += queued
        }
        var chunkCounts = [Int](repeating: 0, count: test.store.sizes.all.count)
        test.store.withSlabs { slabs in
            for index in slabs.classes.indices {
                for page in slabs.pages.pages(of: index) {
                    for chunk in slabs.chunks(ofPage: page, index)
                    where Item(arena, chunk).place != Item.Place.free
                        && Item(arena, chunk).place != Item.Place.withdrawn
                    {
                        chunkCounts[index] += 1
                    }
                }
                let entry = slabs.classes[index]
                #expect(
                    chunkCounts[index] + entry.freeCount + slabs.withdrawnCount(of: index)
                        == entry.pageCount * entry.chunksPerPage)
            }
        }
        #expect(itemCount == test.store.currentStatistics().itemCount)
        #expect(test.pageCount == test.store.slabs.pages.count)
    }

    /// The items of a queue, whose links agree both ways.
    private static func check(_ queue: ItemQueue, _ arena: Arena) -> Int {
        var count = 0
        var previous: UInt32 = 0
        var reference = queue.oldest
        while reference != 0 {
            count += 1
            #expect(Item(arena, reference).older == previous)
            #expect(Item(arena, reference).isLinked)
            previous = reference
            reference = Item(arena, reference).newer
        }
        #expect(previous == queue.newest && count == queue.count)
        return count
    }
}
