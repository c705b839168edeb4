import Testing

@testable import CacheStorage

/// When a store looks for what is over by itself.
struct CrawlScheduleTests {
    private static func finding(_ examined: Int, _ reclaimed: Int) -> CrawlFinding {
        var finding = CrawlFinding()
        finding.examinedCount = examined
        finding.reclaimedCount = reclaimed
        return finding
    }

    /// The seconds at which stripe 5 is looked through when something in it is due all the time.
    private static func turns(examined: Int, reclaimed: Int) -> [UInt32] {
        var schedule = CrawlSchedule()
        var found: [UInt32] = []
        for now in UInt32(1)...600 {
            let next = schedule.next(now: now, flushedVersion: 0) { $0 == 5 ? 1 : .max }
            guard let next else { continue }
            #expect(next == 5)
            schedule.begin(next, flushedVersion: 0)
            let end = UInt32(next + 1) << UInt32(ItemTable.hashBitCount)
            schedule.note(finding(examined / 2, 0), next: end - 1, now: now)
            #expect(schedule.current == 5)
            schedule.note(finding(examined / 2, reclaimed), next: end, now: now)
            #expect(schedule.current == nil)
            found.append(now)
        }
        return found
    }

    @Test func itRestsTheLongerTheLessItFinds() {
        let much = Self.turns(examined: 800, reclaimed: 100)
        #expect(much.prefix(4) == [1, 3, 5, 7])
        let little = Self.turns(examined: 800, reclaimed: 24)
        #expect(little == [1, 5, 13, 29, 61, 125, 245, 365, 485])
        let some = Self.turns(examined: 800, reclaimed: 50)
        #expect(some.prefix(4) == [1, 3, 5, 7])
    }

    @Test func whatIsDueHasItsTurnInOrder() {
        var schedule = CrawlSchedule()
        var order: [Int] = []
        let dueFrom = { (stripe: Int) -> UInt32 in stripe % 20 == 3 ? 9 : 10 }
        while let next = schedule.next(now: 9, flushedVersion: 0, dueFrom: dueFrom) {
            schedule.begin(next, flushedVersion: 0)
            let end = UInt32(truncatingIfNeeded: (next + 1) << ItemTable.hashBitCount)
            schedule.note(Self.finding(0, 0), next: end, now: 9)
            order.append(next)
        }
        #expect(order == [3, 23, 43, 63])
        // A flush makes all due, but for those that rest.
        #expect(schedule.next(now: 9, flushedVersion: 1, dueFrom: { _ in .max }) == 0)
        #expect(schedule.next(now: 8, flushedVersion: 0, dueFrom: { _ in 9 }) == nil)
    }

    @Test(arguments: ["set", "overwrite", "touch", "read", "none"])
    func onlyWhatMayBeOverIsLookedAt(what: String) throws {
        let test = try TestStore()
        for number in 0..<1_000 { test.store("key:\(number)", [1]) }
        let key = Array("key:7".utf8)
        switch what {
        case "set": test.store("other", [1], expiry: 20)
        case "overwrite": test.store("key:7", [2], expiry: 20)
        case "touch": _ = test.store.markStale(key.span, cas: nil, expiry: 20, now: 10)
        case "read": _ = test.read("key:7", expiry: 20)
        default: break
        }
        #expect(test.store.crawl(bucketCount: 1 << 20, now: 19) == Self.over(0, 0))
        let found = test.store.crawl(bucketCount: 1 << 20, now: 20)
        #expect(found.isOver && found.reclaimedCount == (what == "none" ? 0 : 1))
        // Items of one stripe of 64.
        #expect(found.examinedCount < 60)
        #expect(test.store.crawl(bucketCount: 1 << 20, now: 2_000) == Self.over(0, 0))
    }

    private static func over(_ examined: Int, _ reclaimed: Int) -> CrawlFinding {
        var finding = Self.finding(examined, reclaimed)
        finding.isOver = true
        return finding
    }

    @Test func whatWasFlushedIsLookedAtOnce() throws {
        let test = try TestStore()
        for number in 0..<1_000 { test.store("key:\(number)", [1]) }
        test.store.flush(at: 10, now: 10)
        var sum = 0
        while true {
            let found = test.store.crawl(bucketCount: 100_000, itemCountMax: 100, now: 10)
            #expect(found.examinedCount <= 110)
            sum += found.reclaimedCount
            if found.isOver { break }
        }
        #expect(sum == 1_000)
    }

    @Test func whatWasTakenUpIsDueInItsTime() throws {
        let memory = try TestMemory(StorageSettings())
        memory.open().store("key", [1], expiry: 20)
        let after = memory.open()
        _ = after.store.crawl(bucketCount: 1 << 20, now: 10)
        #expect(after.read("key", now: 10) != nil)
        #expect(after.store.crawl(bucketCount: 1 << 20, now: 30).reclaimedCount == 1)
    }
}
