import Base
import SystemInterface
import Testing

@testable import CacheStorage

/// Stores whose limit is beyond what references to units of 8 bytes reach.
struct LargeLimitTests {
    private static func settings(megabytes: Int) -> StorageSettings {
        var settings = StorageSettings()
        settings.memoryLimit = megabytes << 20
        settings.itemByteCountMax = 8 << 20
        return settings
    }

    @Test(arguments: [
        (1, 8), (32_000, 8), (32_001, 16), (64_000, 16), (64_001, 32), (128_001, 64),
        (256_000, 64),
    ])
    func unitsGrowWithTheLimit(megabytes: Int, unitByteCount: Int) throws {
        let settings = Self.settings(megabytes: megabytes)
        #expect(settings.unitByteCount == unitByteCount)
        #expect(settings.chunkSizes().allSatisfy { $0 % unitByteCount == 0 })
        #expect(settings.raisedLimitMax == unitByteCount / 8 * 32_000 << 20)
        // Every page can be reached, and knows its number.
        let memory = try SharedMemory(byteCount: settings.addressSpaceByteCount)
        // SAFETY: the arena keeps the memory's owner.
        let arena = unsafe Arena(
            memory.bytes, unitByteCount: unitByteCount, owner: memory, giveBack: memory.giveBack)
        #expect(arena.pageCount >= settings.raisedLimitMax >> 20)
        for number in [0, 1, arena.pageCount / 2, arena.pageCount - 1] {
            let reference = arena.reference(ofPage: number)
            let last = reference + UInt32(arena.unitCount(Arena.pageByteCount)) - 1
            #expect(arena.pageNumber(of: reference) == number)
            #expect(arena.pageNumber(of: last) == number)
            #expect(arena.holds(reference, byteCount: Arena.pageByteCount))
            let offset = Arena.reservedByteCount + number * Arena.pageByteCount
            // SAFETY: the page lies in the memory.
            unsafe arena.pointer(reference).storeBytes(of: UInt64(number), as: UInt64.self)
            let found = unsafe memory.bytes.load(fromByteOffset: offset, as: UInt64.self)
            #expect(found == UInt64(number))
        }
    }

    @Test(arguments: [33_000, 100_000, 256_000])
    func whatWasStoredIsTakenUp(megabytes: Int) throws {
        let memory = try TestMemory(Self.settings(megabytes: megabytes))
        let before = memory.open()
        let sizes = [0, 1, 90, 1_000, 40_000, 700_000, 3_000_000]
        for size in sizes {
            let value = [UInt8](repeating: UInt8(size % 251), count: size)
            #expect(before.store("key:\(size)", value) == .stored)
        }
        let after = memory.open()
        #expect(after.store.recovery.itemCount == sizes.count)
        for size in sizes {
            let found = try #require(after.read("key:\(size)"))
            #expect(found.value == [UInt8](repeating: UInt8(size % 251), count: size))
        }
    }

    @Test func anotherUnitIsDroppedAndSaidSo() throws {
        let memory = try SharedMemory(
            byteCount: Self.settings(megabytes: 33_000).addressSpaceByteCount)
        func open(megabytes: Int) -> TestStore {
            // SAFETY: the store keeps the memory's owner.
            TestStore(
                unsafe CacheStore(
                    Self.settings(megabytes: megabytes), memory: memory.bytes, owner: memory,
                    origin: StoreOrigin(secret: 1, epoch: 0, unixNow: 2),
                    giveBack: memory.giveBack))
        }
        open(megabytes: 33_000).store("key", [1])
        #expect(open(megabytes: 64_000).read("key") != nil)
        let other = open(megabytes: 32_000)
        #expect(other.store.recovery.refusal?.contains("-m beyond 32000") == true)
        #expect(other.read("key") == nil)
    }
}
