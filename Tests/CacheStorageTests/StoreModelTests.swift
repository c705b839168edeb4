import Base
import TestSupport
import Testing

@testable import CacheStorage

/// Random commands on a store and on a model of it, compared after each.
struct StoreModelTests {
    @Test func whatIsStoredAfterALaterFlushStays() throws {
        let store = try TestStore()
        store.store("before", [1])
        store.store.flush(at: 20, now: 10)
        store.store("after", [2], now: 20)
        #expect(store.read("before", now: 20) == nil)
        #expect(store.read("after", now: 20)?.value == [2])
    }

    @Test func aFlushThatIsDueOutlivesTheNextOne() throws {
        let store = try TestStore()
        store.store("before", [1])
        store.store.flush(at: 20, now: 10)
        store.store.flush(at: 40, now: 30)
        #expect(store.read("before", now: 30) == nil)
    }

    @Test func doesWhatTheModelDoes() throws {
        let seed = TestSeed()
        var run = ModelRun(seed: seed, store: try TestStore(), random: seed.generator)
        for _ in 0..<60_000 { run.step() }
        run.checkAll()
    }
}

/// One run: the store, the model, and the time.
private struct ModelRun {
    let seed: TestSeed
    let store: TestStore
    var random: SeededGenerator
    var model = StoreModel()
    var now: UInt32 = 2
    let modes: [CacheStore.Mode] = [.set, .set, .add, .replace, .append, .prepend, .compareAndSet]

    mutating func pick(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self.random)
    }

    mutating func step() {
        if self.pick(0...50) == 0 { self.now += UInt32(self.pick(1...5)) }
        self.model.advance(to: self.now)
        let key = "key\(self.pick(0...300))"
        switch self.pick(0...9) {
        case 0...4: self.storeOne(key)
        case 5:
            let expected: CacheStore.StoreOutcome =
                self.model.entries.removeValue(forKey: key) == nil ? .notFound : .stored
            #expect(self.store.delete(key, now: self.now) == expected, "\(self.seed)")
        case 6:
            let (delta, isIncrement) = (UInt64(self.pick(0...2_000)), self.pick(0...1) == 0)
            let expected = self.model.change(key, by: delta, isIncrement: isIncrement)
            let found = self.store.change(
                key, by: delta, isIncrement: isIncrement, now: self.now)
            #expect(found == expected, "\(self.seed)")
        case 7:
            let expiry = self.expiry()
            self.model.entries[key]?.expiry = expiry
            let found = self.store.read(key, now: self.now, expiry: expiry)
            #expect(found?.value == self.model.entries[key]?.value, "\(self.seed)")
            self.model.advance(to: self.now)
        case 8 where self.pick(0...100) == 0: self.flush()
        case 8: self.store.store.crawl(bucketCount: 4_096, now: self.now)
        default: self.check(key)
        }
    }

    /// Never, past, or soon.
    mutating func expiry() -> UInt32 {
        switch self.pick(0...5) {
        case 0: 1
        case 1, 2: self.now + UInt32(self.pick(1...30))
        default: 0
        }
    }

    mutating func storeOne(_ key: String) {
        let size = self.pick(0...20) == 0 ? self.pick(0...9_000) : self.pick(0...60)
        var value = [UInt8](repeating: UInt8(self.pick(0...255)), count: size)
        if self.pick(0...2) == 0 { value = Array("\(self.pick(0...9_999))".utf8) }
        if (self.model.entries[key]?.value.count ?? 0) > 100_000 {
            self.model.entries[key] = nil
            _ = self.store.delete(key, now: self.now)
        }
        let mode = self.modes[self.pick(0...6)]
        let (flags, expiry) = (UInt32(self.pick(0...9)), self.expiry())
        let matches = self.pick(0...1) == 0
        let current = self.store.read(key, now: self.now)?.cas ?? 0
        let cas = mode == .compareAndSet ? (matches ? current : current + 1_000_000) : 0
        let expected = self.model.store(key, value, mode, flags, expiry, matches: matches)
        let found = self.store.store(
            key, value, mode, flags: flags, expiry: expiry, now: self.now, cas: cas)
        #expect(found == expected, "\(self.seed) \(mode) \(key)")
        self.model.advance(to: self.now)
        self.check(key)
    }

    mutating func flush() {
        let second = self.pick(0...1) == 0 ? self.now : self.now + UInt32(self.pick(1...9))
        self.model.flush(at: second, now: self.now)
        self.store.store.flush(at: second, now: self.now)
    }

    func check(_ key: String) {
        let found = self.store.read(key, now: self.now)
        let expected = self.model.entries[key]
        #expect(found?.value == expected?.value, "\(self.seed) \(key)")
        #expect(found?.flags == expected?.flags, "\(self.seed) \(key)")
        #expect(found?.expiry == expected?.expiry, "\(self.seed) \(key)")
    }

    func checkAll() {
        for index in 0...300 { self.check("key\(index)") }
        let statistics = self.store.store.currentStatistics()
        #expect(statistics.itemCount == self.model.entries.count, "\(self.seed)")
        #expect(statistics.evictionCount == 0, "\(self.seed)")
        let used = self.store.store.classStatistics(now: self.now).reduce(0) {
            $0 + $1.usedChunkCount
        }
        #expect(used == statistics.itemCount, "\(self.seed)")
    }
}
