import Base
import Synchronization
import SystemInterface
import TestSupport
import Testing

@testable import CacheStorage

/// All that can be done to a store, by several threads at once. Under the thread sanitizer:
/// `HOLDFAST_THREAD_SANITIZER=1 swift test --sanitize=thread --filter ConcurrencyTests`.
@Suite(.timeLimit(.minutes(5)))
struct ConcurrencyTests {
    private static let threadCount = 4
    private static let stepCount = 12_000

    @Test func noValueIsTornWhateverGoesOnMeanwhile() throws {
        let seed = TestSeed()
        let test = try TestStore {
            $0.memoryLimit = 12 << 20
            $0.chunkByteCountMax = 64 << 10
        }
        let tally = Tally()
        for number in 0..<Self.threadCount {
            let store = test.store
            let thread = try Thread(name: "storm") {
                // One thread does without a lane.
                let lane = number == 0 ? nil : store.makeLane()
                var storm = Storm(store, through: lane, seed: seed.value &+ UInt64(number))
                for step in 0..<Self.stepCount { tally.add(storm.step(step)) }
                tally.finish(asked: storm.getCount)
            }
            _ = consume thread
        }
        while tally.finished < Self.threadCount { Processes.sleep(.milliseconds(1)) }
        #expect(tally.torn == 0, "\(seed)")
        #expect(tally.read > 0, "\(seed)")
        #expect(test.store.commandCounts().getCount == tally.asked, "\(seed)")
        let statistics = test.store.currentStatistics()
        #expect(statistics.byteCount <= 12 << 20, "\(seed)")
    }

    /// Who meets a stale item first promises to make it anew; of many threads that read it through
    /// their lanes, one.
    @Test func aStaleItemIsPromisedToOneReader() throws {
        let test = try TestStore()
        let tally = Tally()
        let keyCount = 200
        for number in 0..<keyCount {
            test.store("key\(number)", [1])
            let key = Array("key\(number)".utf8)
            _ = test.store.markStale(key.span, cas: nil, expiry: nil, now: 10)
        }
        for _ in 0..<Self.threadCount {
            let store = test.store
            let thread = try Thread(name: "reader") {
                let lane = store.makeLane()
                for number in 0..<keyCount {
                    let key = Array("key\(number)".utf8)
                    _ = store.read(key.span, now: 10, through: lane, mayChangeStale: true) {
                        if $0.isPromised { return }
                        $0.isPromised = true
                        tally.add(true)
                    }
                }
                tally.finish(asked: keyCount)
            }
            _ = consume thread
        }
        while tally.finished < Self.threadCount { Processes.sleep(.milliseconds(1)) }
        #expect(tally.read == keyCount)
        #expect(test.store.commandCounts().getCount == Self.threadCount * keyCount)
    }
}

/// What the threads saw.
private final class Tally: Sendable {
    private let tornCount = Atomic<Int>(0), readCount = Atomic<Int>(0), doneCount = Atomic<Int>(0)
    private let askedCount = Atomic<Int>(0)

    var asked: Int { self.askedCount.load(ordering: .acquiring) }
    var torn: Int { self.tornCount.load(ordering: .acquiring) }
    var read: Int { self.readCount.load(ordering: .acquiring) }
    var finished: Int { self.doneCount.load(ordering: .acquiring) }

    /// Counts a value that was read: whole, torn, or nothing.
    func add(_ isWhole: Bool?) {
        guard let isWhole else { return }
        self.readCount.add(1, ordering: .relaxed)
        if !isWhole { self.tornCount.add(1, ordering: .relaxed) }
    }

    /// Ends a thread that asked for so many keys.
    func finish(asked: Int) {
        self.askedCount.add(asked, ordering: .relaxed)
        self.doneCount.add(1, ordering: .releasing)
    }
}

/// What one thread does. A value repeats one byte, so that half of another one shows.
private struct Storm {
    private let store: CacheStore
    private let lane: StoreLane?
    /// Keys asked for.
    private(set) var getCount = 0
    private var random: SeededGenerator
    private var place = CacheStore.WalkPlace()
    private var pinned: [PinnedValue] = []
    private let buffer = ByteBuffer()

    init(_ store: CacheStore, through lane: StoreLane?, seed: UInt64) {
        self.store = store
        self.lane = lane
        self.random = SeededGenerator(seed: seed)
    }

    /// One thing; whether a value that was read is whole, nil when none was.
    mutating func step(_ number: Int) -> Bool? {
        let now = UInt32(10 + number / 1_000)
        let key = Array("key\(Int.random(in: 0..<3_000, using: &self.random))".utf8)
        switch Int.random(in: 0..<200, using: &self.random) {
        case 0..<80: return self.read(key, now)
        case 80..<140: self.put(key, now)
        case 140..<150: _ = self.store.delete(key.span, now: now)
        case 150..<160:
            _ = self.store.change(key.span, by: 3, isIncrement: true, now: now)
        case 160..<168: return self.pin(key, now)
        case 168..<176: return self.readPinned()
        case 176..<184: self.arrive(key, now)
        case 184..<190: _ = self.store.walk(&self.place, itemCount: 20, now: now) { _, _ in }
        case 190..<194: self.store.crawl(bucketCount: 64, now: now)
        case 194..<197: _ = self.store.advancePages(now: now)
        case 197: self.store.setMemoryLimit(Int.random(in: 6...12, using: &self.random) << 20)
        case 198: _ = self.store.currentStatistics()
        default:
            if number % 50 == 0 { self.store.flush(at: 0, now: now) }
        }
        return nil
    }

    private static func isWhole(_ bytes: Span<UInt8>) -> Bool {
        // Numbers are what `change` works on.
        if bytes.count > 0, bytes[0].isASCIIDigit { return true }
        for place in 0..<bytes.count where bytes[place] != bytes[0] { return false }
        return true
    }

    private mutating func read(_ key: [UInt8], _ now: UInt32) -> Bool? {
        let buffer = self.buffer
        buffer.clear()
        self.getCount += 1
        let isThere = self.store.read(key.span, now: now, through: self.lane) {
            $0.appendValue(to: buffer)
        }
        let bytes = buffer.bytes
        return isThere ? Self.isWhole(bytes) : nil
    }

    private mutating func put(_ key: [UInt8], _ now: UInt32) {
        let isNumber = Int.random(in: 0..<8, using: &self.random) == 0
        let size = [20, 30, 300, 330, 3_000, 150_000].randomElement(using: &self.random) ?? 20
        let letter = UInt8.random(in: 0x61...0x7A, using: &self.random)
        let value = isNumber ? Array("41".utf8) : [UInt8](repeating: letter, count: size)
        _ = self.store.store(
            key.span, value.span, mode: .set, flags: 0,
            expiry: Bool.random(using: &self.random) ? now + 2 : 0, now: now, through: self.lane)
    }

    private mutating func pin(_ key: [UInt8], _ now: UInt32) -> Bool? {
        var value: PinnedValue?
        self.getCount += 1
        _ = self.store.read(key.span, now: now, through: self.lane) { value = $0.pin() }
        if let value { self.pinned.append(value) }
        return self.pinned.count > 4 ? self.readPinned() : nil
    }

    private mutating func readPinned() -> Bool? {
        guard let value = self.pinned.popLast() else { return nil }
        self.buffer.clear()
        while value.remaining > 0 { value.append(atMost: 10_000, to: self.buffer) }
        let bytes = self.buffer.bytes
        return Self.isWhole(bytes)
    }

    /// A value that comes in pieces, and sometimes not to its end.
    private mutating func arrive(_ key: [UInt8], _ now: UInt32) {
        let request = CacheStore.StoreRequest(mode: .set, flags: 0, expiry: 0)
        let piece = [UInt8](repeating: 0x71, count: 50_000)
        guard let item = self.store.begin(key.span, byteCount: 100_000, request, now: now).item,
            item.append(piece.span, now: now), Int.random(in: 0..<3, using: &self.random) > 0,
            item.append(piece.span, now: now)
        else { return }
        _ = item.commit(request, now: now)
    }
}
