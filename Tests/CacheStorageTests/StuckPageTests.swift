import Base
import TestSupport
import Testing

@testable import CacheStorage

/// What happens when somebody is at work on what should give way: values that are arriving, and
/// values that are being sent.
@Suite struct StuckPageTests {
    private static func value(_ count: Int) -> [UInt8] { [UInt8](repeating: 7, count: count) }

    private static func upload(
        _ key: String, _ byteCount: Int, to test: TestStore
    ) -> PendingItem? {
        let bytes = Array(key.utf8)
        let request = CacheStore.StoreRequest(mode: .set, flags: 0, expiry: 0)
        return test.store.begin(bytes.span, byteCount: byteCount, request, now: 10).item
    }

    private static func pin(_ key: String, in test: TestStore) -> PinnedValue? {
        let bytes = Array(key.utf8)
        var pinned: PinnedValue?
        _ = test.store.read(bytes.span, now: 10) { pinned = $0.pin() }
        return pinned
    }

    /// A join pins the old value; when there is no room for the joined one, the pin is let go of
    /// while the stripe is locked.
    @Test func aLargeJoinWithoutRoomIsRefused() throws {
        let test = try TestStore {
            $0.evicts = false
            $0.itemByteCountMax = 8 << 20
            $0.memoryLimit = 8 << 20
        }
        test.store("k", Self.value(2 << 20))
        var index = 0
        while test.store("s\(index)", Self.value(5)) == .stored { index += 1 }
        let key = Array("k".utf8)
        let request = CacheStore.StoreRequest(mode: .append, flags: 0, expiry: 0)
        let join = test.store.beginJoin(
            key.span, byteCount: 10, arrived: nil, request, now: 10)
        #expect(join == nil)
        #expect(test.read("k")?.value.count == 2 << 20)
    }

    /// The page of a class is being given back, and the class wants it after all.
    @Test(arguments: [150_000, 500_000])
    func aClassThatWantsItsPageKeepsIt(byteCount: Int) throws {
        let test = try TestStore { $0.memoryLimit = 24 << 20 }
        test.store("a", Self.value(5_000))
        var count = 0
        while test.pageCount < 24 {
            test.store("f\(count)", Self.value(byteCount))
            count += 1
        }
        _ = test.delete("a")
        test.store.setMemoryLimit(23 << 20)
        #expect(test.store.advancePages(now: 10))
        #expect(test.store("b", Self.value(5_000)) == .stored)
        #expect(test.store.currentStatistics().evictionCount == 0)
    }

    /// In each page of a class stands a value that is still arriving: others give theirs instead.
    @Test func uploadsThatStandStillHoldUpNoLimit() throws {
        let test = try TestStore()
        let index = test.store.sizes.index(for: Item.headerByteCount + 7 + 2_000)
        var uploads: [PendingItem] = []
        var count = 0
        while test.store.slabs.classes[index].pageCount < 2 {
            if count % 500 == 0, let upload = Self.upload("up\(count)", 2_000, to: test) {
                uploads.append(upload)
            }
            test.store("s\(count)", Self.value(2_000))
            count += 1
        }
        if let upload = Self.upload("last", 2_000, to: test) { uploads.append(upload) }
        for number in 0..<count { _ = test.delete("s\(number)") }
        count = 0
        while test.pageCount < 64 {
            test.store("big\(count)", Self.value(500_000))
            count += 1
        }
        test.store.setMemoryLimit(30 << 20)
        for second in 0..<60 {
            for _ in 0..<20 { _ = test.store.advancePages(now: 10 + UInt32(second)) }
        }
        #expect(test.pageCount == 30)
        withExtendedLifetime(uploads) {}
    }

    /// All chunks of a class belong to values that are arriving, and large ones are being sent: a
    /// set for that class drives few of them out.
    @Test func aRefusedSetDrivesFewOut() throws {
        let test = try TestStore {
            $0.memoryLimit = 128 << 20
            $0.itemByteCountMax = 4 << 20
        }
        let index = test.store.sizes.index(for: Item.headerByteCount + 4 + 75_000)
        var uploads: [PendingItem] = []
        for number in 0..<test.store.slabs.classes[index].chunksPerPage {
            if let upload = Self.upload("u\(number)", 75_000, to: test) { uploads.append(upload) }
        }
        var count = 0
        while test.pageCount < 128 {
            test.store("big\(count)", Self.value(500_000))
            count += 1
        }
        var pins: [PinnedValue] = []
        for number in stride(from: 0, to: count, by: 2) {
            if let pin = Self.pin("big\(number)", in: test) { pins.append(pin) }
        }
        func survivors() -> Int { (0..<count).count { test.read("big\($0)", bumps: false) != nil } }
        let before = survivors()
        for number in 0..<3 { test.store("s\(number)", Self.value(75_000)) }
        #expect(survivors() >= before - 3 * 8)
        #expect(pins.allSatisfy { $0.remaining == 500_000 })
        withExtendedLifetime(uploads) {}
    }

    /// The process dies while a chain is given a new version.
    @Test(arguments: [0, 1, 2])
    func aChainThatWasHalfStampedIsWhole(stampedCount: Int) throws {
        var settings = StorageSettings()
        settings.itemByteCountMax = 8 << 20
        let memory = try TestMemory(settings)
        let before = memory.open()
        let value = Self.value(1_300_000)
        before.store("key", value)
        let key = Array("key".utf8)
        let hash = before.store.hash(key.span)
        let reference = before.store.stripes[Stripes.index(of: hash)].table
            .find(key.span, hash, before.store.arena)
        let version = before.store.versions.next()
        var chunk = Item(before.store.arena, reference).firstExtra
        for _ in 0..<stampedCount {
            Item(before.store.arena, chunk).version = version
            chunk = Item(before.store.arena, chunk).nextInBucket
        }
        let after = memory.open()
        #expect(after.store.recovery.brokenCount == 0)
        let isSame = after.read("key")?.value == value
        #expect(isSame)
        #expect(after.store.versions.next() > version)
        #expect(memory.open().store.recovery.itemCount == 1)
    }
}
