import Base
import SystemInterface

@testable import CacheStorage

/// A store with memory of its own, used with strings.
struct TestStore {
    let store: CacheStore

    init(_ change: (inout StorageSettings) -> Void = { _ in }) throws {
        var settings = StorageSettings()
        change(&settings)
        let memory = try SharedMemory(byteCount: settings.addressSpaceByteCount)
        // SAFETY: the store keeps the memory's owner.
        self.store = unsafe CacheStore(
            settings, memory: memory.bytes, owner: memory,
            origin: StoreOrigin(secret: 1, epoch: 0, unixNow: 2), giveBack: memory.giveBack)
    }

    /// Uses a store that is there.
    init(_ store: CacheStore) { self.store = store }

    struct Found: Equatable {
        var value: [UInt8]
        var flags: UInt32
        var expiry: UInt32
        var cas: UInt64
    }

    func read(_ key: String, now: UInt32 = 10, expiry: UInt32? = nil, bumps: Bool = true) -> Found?
    {
        let bytes = Array(key.utf8)
        var found: Found?
        _ = self.store.read(bytes.span, now: now, bumps: bumps, expiry: expiry) { item in
            let value = ByteBuffer()
            item.appendValue(to: value)
            found = Found(
                value: value.bytes.makeArray(), flags: item.flags, expiry: item.expiry,
                cas: item.cas)
        }
        return found
    }

    @discardableResult
    func store(
        _ key: String, _ value: [UInt8], _ mode: CacheStore.Mode = .set, flags: UInt32 = 0,
        expiry: UInt32 = 0, now: UInt32 = 10, cas: UInt64 = 0
    ) -> CacheStore.StoreOutcome {
        let bytes = Array(key.utf8)
        var conditions = CacheStore.Conditions()
        conditions.cas = cas
        return self.store.store(
            bytes.span, value.span, mode: mode, flags: flags, expiry: expiry, now: now, conditions
        ).outcome
    }

    func delete(_ key: String, now: UInt32 = 10) -> CacheStore.StoreOutcome {
        let bytes = Array(key.utf8)
        return self.store.delete(bytes.span, now: now)
    }

    func change(
        _ key: String, by delta: UInt64, isIncrement: Bool, now: UInt32 = 10
    ) -> CacheStore.ArithmeticOutcome {
        let bytes = Array(key.utf8)
        return self.store.change(bytes.span, by: delta, isIncrement: isIncrement, now: now)
    }

    /// The pages in use, and what the classes count of them, which must agree.
    var pageCount: Int {
        self.store.classStatistics(now: 10).reduce(0) { $0 + $1.pageCount }
    }
}

/// Memory in which one store after another is opened, as processes do that die.
struct TestMemory {
    private let memory: SharedMemory
    private let settings: StorageSettings

    init(_ settings: StorageSettings) throws {
        self.settings = settings
        self.memory = try SharedMemory(byteCount: settings.byteCount)
    }

    /// What lies in it.
    var bytes: UnsafeMutableRawBufferPointer { unsafe self.memory.bytes }

    /// A store in the memory as it is.
    func open() -> TestStore {
        // SAFETY: the store keeps the memory's owner.
        let store = unsafe CacheStore(
            self.settings, memory: self.memory.bytes, owner: self.memory,
            origin: StoreOrigin(secret: 1, epoch: 0, unixNow: 2), giveBack: self.memory.giveBack)
        return TestStore(store)
    }
}
