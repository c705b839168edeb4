import Base
import TestSupport
import Testing

@testable import CacheStorage

/// Joins that are made in steps, and what happens to the old value meanwhile.
struct PendingJoinTests {
    private static let size = 3 << 20
    private static let old = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 5 &+ $0 >> 9) }
    private static let added = [UInt8]("added".utf8)

    private let store: TestStore

    init() throws {
        self.store = try TestStore {
            $0.itemByteCountMax = 16 << 20
            $0.memoryLimit = 64 << 20
        }
        self.store.store("k", Self.old, flags: 3, expiry: 500)
    }

    private func request(_ mode: CacheStore.Mode) -> CacheStore.StoreRequest {
        CacheStore.StoreRequest(mode: mode, flags: 9, expiry: 900)
    }

    private func begin(
        _ mode: CacheStore.Mode, _ byteCount: Int, arrived: PendingItem? = nil
    ) -> PendingJoin? {
        let key = [UInt8]("k".utf8)
        return self.store.store.beginJoin(
            key.span, byteCount: byteCount, arrived: arrived, self.request(mode), now: 10)
    }

    /// Steps to the end; how many there were.
    private func finish(_ join: PendingJoin, _ added: [UInt8]) -> Int {
        var count = 1
        while case .more = join.step(added.span, now: 10) { count += 1 }
        return count
    }

    @Test(arguments: [CacheStore.Mode.append, .prepend])
    func theJoinedValueTakesTheOldOnesPlace(mode: CacheStore.Mode) throws {
        let join = try #require(self.begin(mode, Self.added.count))
        #expect(self.finish(join, Self.added) >= 12, "no step copies more than 256 KB")
        #expect(self.store.read("k")?.value.count == Self.size, "nobody sees it before")
        #expect(join.commit(self.request(mode), now: 10)?.outcome == .stored)
        let found = try #require(self.store.read("k"))
        #expect(found.value == (mode == .append ? Self.old + Self.added : Self.added + Self.old))
        #expect(found.flags == 3 && found.expiry == 500)
    }

    @Test(arguments: [CacheStore.Mode.append, .prepend])
    func whatHasArrivedInAnItemIsJoined(mode: CacheStore.Mode) throws {
        let key = [UInt8]("k".utf8)
        let more = Array(Self.old.reversed())
        let (item, _) = self.store.store.begin(
            key.span, byteCount: more.count, self.request(mode), now: 10)
        let arrived = try #require(item)
        let isTaken = arrived.append(more.span, now: 10)
        #expect(isTaken)
        let join = try #require(self.begin(mode, more.count, arrived: arrived))
        #expect(self.finish(join, []) >= 24)
        #expect(join.commit(self.request(mode), now: 10)?.outcome == .stored)
        let joined = mode == .append ? Self.old + more : more + Self.old
        #expect(self.store.read("k")?.value == joined)
    }

    @Test func anOldValueThatIsGoneIsNotJoined() throws {
        for change in [
            { _ = $0.delete("k") }, { $0.store("k", [1]) }, { $0.store("k", Self.old) },
        ] as [(TestStore) -> Void] {
            self.store.store("k", Self.old)
            let join = try #require(self.begin(.append, Self.added.count))
            _ = join.step(Self.added.span, now: 10)
            change(self.store)
            _ = self.finish(join, Self.added)
            let before = self.store.read("k")
            #expect(join.commit(self.request(.append), now: 10) == nil)
            #expect(self.store.read("k") == before)
        }
    }

    @Test func anExpiryThatIsSetMeanwhileStays() throws {
        let join = try #require(self.begin(.append, Self.added.count))
        _ = join.step(Self.added.span, now: 10)
        #expect(self.store.read("k", expiry: 700) != nil)
        _ = self.finish(join, Self.added)
        #expect(join.commit(self.request(.append), now: 10)?.outcome == .stored)
        #expect(self.store.read("k")?.expiry == 700)
    }

    @Test func smallOnesAndThoseThatFailAreLeftToTheOrdinaryWay() throws {
        #expect(self.begin(.append, 14 << 20) == nil, "too large together")
        var request = self.request(.append)
        request.conditions.cas = 12_345
        let key = [UInt8]("k".utf8)
        let other = self.store.store.beginJoin(
            key.span, byteCount: 1, arrived: nil, request, now: 10)
        #expect(other == nil)
        self.store.store("k", [1, 2, 3])
        #expect(self.begin(.append, 10) == nil)
        _ = self.store.delete("k")
        #expect(self.begin(.append, 2 << 20) == nil)
    }

    @Test func whatIsLetGoLeavesNothing() throws {
        let used = {
            self.store.store.classStatistics(now: 10).reduce(0) { $0 + $1.usedChunkCount }
        }
        let before = used()
        do {
            let join = try #require(self.begin(.append, Self.added.count))
            _ = join.step(Self.added.span, now: 10)
            #expect(used() > before)
        }
        #expect(used() == before)
        _ = self.store.delete("k")
        #expect(used() == 0)
    }

    @Test func withoutMemoryItSaysSo() throws {
        let small = try TestStore {
            $0.itemByteCountMax = 8 << 20
            $0.memoryLimit = 8 << 20
            $0.evicts = false
        }
        small.store("k", Self.old)
        let key = [UInt8]("k".utf8)
        let begun = small.store.beginJoin(
            key.span, byteCount: 4 << 20, arrived: nil, self.request(.prepend), now: 10)
        let join = try #require(begun)
        let added = [UInt8](repeating: 7, count: 4 << 20)
        var progress = PendingJoin.Progress.more
        for _ in 0..<100 {
            guard case .more = progress else { break }
            progress = join.step(added.span, now: 10)
        }
        guard case .outOfMemory = progress else {
            Issue.record("there is memory for it")
            return
        }
        #expect(small.read("k")?.value == Self.old)
    }
}
