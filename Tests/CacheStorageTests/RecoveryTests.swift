import Base
import Testing

@testable import CacheStorage

/// A store that takes up the memory of another one that died.
struct RecoveryTests {
    private let memory: TestMemory

    init() throws {
        var settings = StorageSettings()
        settings.memoryLimit = 64 << 20
        settings.itemByteCountMax = 8 << 20
        self.memory = try TestMemory(settings)
    }

    /// A store in the memory as it is.
    private func open() -> TestStore { self.memory.open() }

    @Test func whatWasStoredIsThere() throws {
        let before = self.open()
        for number in 0..<100 {
            before.store("key:\(number)", [UInt8](repeating: UInt8(number), count: number * 20))
            before.store("key:\(number)", [UInt8](repeating: 1, count: number * 20 + 1), flags: 3)
        }
        let after = self.open()
        #expect(after.store.recovery.itemCount == 100)
        #expect(after.store.recovery.brokenCount == 0)
        for number in 0..<100 {
            let found = try #require(after.read("key:\(number)"))
            #expect(found.value == [UInt8](repeating: 1, count: number * 20 + 1))
            #expect(found.flags == 3)
        }
    }

    /// What stands in a header may be damaged, as by a file that was copied in part.
    @Test func aPartOfAnUnknownClassIsFree() throws {
        let before = self.open()
        before.store("key", [UInt8](repeating: 1, count: 3_000_000))
        before.store("other", [2])
        let key = Array("key".utf8)
        let hash = before.store.hash(key.span)
        let stripe = Stripes.index(of: hash)
        let reference = before.store.stripes[stripe].table
            .find(key.span, hash, before.store.arena)
        let extra = Item(before.store.arena, reference).firstExtra
        Item(before.store.arena, extra).classIndex = 200
        let after = self.open()
        #expect(after.read("key") == nil)
        #expect(after.read("other")?.value == [2])
        #expect(after.store.recovery.brokenCount == 1)
        #expect(after.store("key", [UInt8](repeating: 3, count: 3_000_000)) == .stored)
    }

    @Test func anotherFormatIsDroppedAndSaidSo() throws {
        let before = self.open()
        before.store("key", [1, 2, 3])
        // SAFETY: the mark and the format stand at the start of the memory.
        let format = unsafe self.memory.bytes.load(fromByteOffset: 8, as: UInt32.self)
        unsafe self.memory.bytes.storeBytes(of: format - 1, toByteOffset: 8, as: UInt32.self)
        let after = self.open()
        #expect(
            after.store.recovery.refusal
                == "its format is \(format - 1), this program's is \(format)")
        #expect(after.read("key") == nil)
        #expect(after.store("key", [4]) == .stored)
        #expect(self.open().read("key")?.value == [4])
    }

    /// The process dies after the change was written down, with any number of the item's bytes
    /// written.
    @Test func aValueThatWasHalfWrittenIsTheNewOne() throws {
        let key = Array("key".utf8)
        for (oldCount, newCount) in [(100, 100), (100, 130), (130, 100), (0, 8), (960, 940)] {
            for written in Set([0, 1, newCount / 2, newCount]) {
                let before = self.open()
                before.store("key", [UInt8](repeating: 1, count: oldCount), flags: 5)
                let hash = before.store.hash(key.span)
                let reference = before.store.stripes[Stripes.index(of: hash)].table
                    .find(key.span, hash, before.store.arena)
                let item = Item(before.store.arena, reference)
                try #require(before.store.canOverwrite(item, valueByteCount: newCount))
                let value = [UInt8](repeating: 2, count: newCount)
                RedoRecord(before.store.arena, stripe: Stripes.index(of: hash)).writeDown(
                    reference, value.span,
                    ItemChange(
                        clientFlags: 6, expiry: 1_000, state: item.state, cas: 77,
                        version: before.store.versions.next()))
                item.write(value.span.extracting(first: written), at: item.keyByteCount)
                let after = self.open()
                let found = try #require(after.read("key"))
                #expect(found == .init(value: value, flags: 6, expiry: 1_000, cas: 77))
                #expect(after.delete("key") == .stored)
                #expect(self.open().store.recovery.itemCount == 0, "the record is done with")
            }
        }
    }

    /// Chained items whose heads and chunks have gone to other places are taken up from there.
    @Test func whatWasRelocatedIsThere() throws {
        let before = self.open()
        func value(_ number: Int) -> [UInt8] {
            [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 600_000 + number)
        }
        for number in 0..<80 { before.store("key:\(number)", value(number)) }
        for number in 0..<80 where number % 3 > 0 { _ = before.delete("key:\(number)") }
        before.store.setMemoryLimit(32 << 20)
        while before.store.advancePages(now: 10) {}
        #expect(before.store.currentStatistics().relocatedChunkCount > 0)
        let kept = (0..<80).filter { before.read("key:\($0)") != nil }
        #expect(kept.count > 20)
        let after = self.open()
        #expect(after.store.recovery.itemCount == kept.count)
        #expect(after.store.recovery.brokenCount == 0)
        for number in kept {
            let isSame = after.read("key:\(number)")?.value == value(number)
            #expect(isSame, "key:\(number)")
        }
    }

    /// The process dies while a head is on its way: its chunks name the new one, which is no item.
    @Test func aHeadThatWasHalfRelocatedIsWhereItWas() throws {
        let before = self.open()
        let value = [UInt8](repeating: 3, count: 1_500_000)
        before.store("key", value)
        let key = Array("key".utf8)
        let hash = before.store.hash(key.span)
        let arena = before.store.arena
        let reference = before.store.stripes[Stripes.index(of: hash)].table
            .find(key.span, hash, arena)
        let item = Item(arena, reference)
        let new = before.store.withSlabs { $0.take(from: item.classIndex) }
        let first = Item(arena, item.firstExtra)
        first.older = new
        Item(arena, first.nextInBucket).older = new
        let after = self.open()
        let isSame = after.read("key")?.value == value
        #expect(isSame)
        #expect(after.delete("key") == .stored)
        #expect(after.store.currentStatistics().itemCount == 0)
        #expect(after.store.classStatistics(now: 10).allSatisfy { $0.usedChunkCount == 0 })
    }

    /// What a record names need not be an item: memory of a file may be anything.
    @Test(arguments: [1, 16_444, UInt32.max, UInt32.max / 2])
    func aRecordOfNoItemChangesNothing(reference: UInt32) throws {
        let before = self.open()
        before.store("key", [1, 2, 3])
        let change = ItemChange(clientFlags: 0, expiry: 0, state: 64, cas: 0, version: 0)
        for stripe in 0..<Stripe.count {
            let record = RedoRecord(before.store.arena, stripe: stripe)
            record.writeDown(reference, [9, 9].span, change)
            record.beginExchange(of: reference, for: reference &+ 1)
        }
        #expect(self.open().read("key")?.value == [1, 2, 3])
    }
}
