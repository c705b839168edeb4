import Base
import Synchronization
import TestSupport
import Testing

@testable import CacheStorage

/// Flushes of a prefix, in steps, against a model.
@Suite(.timeLimit(.minutes(1)))
struct PrefixFlushTests {
    /// What was stored, and what of it a flush has taken.
    private struct Model {
        var items: [String: [UInt8]] = [:]

        mutating func flush(_ prefix: String) {
            self.items = self.items.filter { !$0.key.hasPrefix(prefix) }
        }
    }

    private static let prefixes = ["a:", "a:b:", "b:", "", "a"]

    private static func key(_ generator: inout SeededGenerator) -> String {
        let prefix = Self.prefixes.randomElement(using: &generator) ?? ""
        return prefix + "\(Int.random(in: 0..<300, using: &generator))"
    }

    @Test func itTakesEffectAtOnceAndSparesWhatIsStoredLater() throws {
        let seed = TestSeed().value
        var generator = SeededGenerator(seed: seed)
        let tested = try TestStore()
        var model = Model()
        var running: [PrefixFlush] = []
        for step in 0..<40_000 {
            switch Int.random(in: 0..<1_000, using: &generator) {
            case 0..<500:
                let key = Self.key(&generator)
                let value = Array("\(step)".utf8)
                tested.store(key, value)
                model.items[key] = value
            case 500..<900:
                let key = Self.key(&generator)
                #expect(
                    tested.read(key)?.value == model.items[key],
                    "seed \(seed), step \(step): \(key)")
            case 900..<950:
                let key = Self.key(&generator)
                let isThere = model.items.removeValue(forKey: key) != nil
                #expect(
                    (tested.delete(key) == .stored) == isThere, "seed \(seed), step \(step): \(key)"
                )
            case 950..<953 where running.count < 4:
                let prefix = ["a:", "a:b:", "b:", "a"].randomElement(using: &generator) ?? "a"
                let bytes = Array(prefix.utf8)
                running.append(tested.store.beginFlush(prefix: bytes.span))
                model.flush(prefix)
            default:
                guard !running.isEmpty else { continue }
                let index = Int.random(in: 0..<running.count, using: &generator)
                let count = Int.random(in: 1..<3_000, using: &generator)
                if !tested.store.advance(&running[index], bucketCount: count) {
                    running.remove(at: index)
                }
            }
        }
        for index in running.indices {
            while tested.store.advance(&running[index], bucketCount: 1_000) {}
        }
        #expect(tested.store.prefixFlushCount == 0)
        // What the flushes took is not only hidden but freed.
        #expect(tested.store.currentStatistics().itemCount == model.items.count, "seed \(seed)")
        for (key, value) in model.items {
            #expect(tested.read(key)?.value == value, "seed \(seed): \(key)")
        }
    }

    @Test func aWalkMeetsNothingThatIsBeingFlushed() throws {
        let tested = try TestStore()
        for number in 0..<100 {
            tested.store("a:\(number)", [1])
            tested.store("b:\(number)", [1])
        }
        let prefix = Array("a:".utf8)
        var flush = tested.store.beginFlush(prefix: prefix.span)
        var place = CacheStore.WalkPlace()
        var met = 0
        while tested.store.walk(
            &place, itemCount: 10, now: 10,
            { key, _ in
                met += 1
                #expect(key[0] == UInt8(ascii: "b"))
            })
        {}
        #expect(met == 100)
        while tested.store.advance(&flush, bucketCount: 4_096) {}
        #expect(flush.flushedCount == 100)
    }

    /// What a store tells of deletions.
    private final class Deletions: StoreObserver {
        let keys = Mutex<[String]>([])

        func itemDeleted(_ key: Span<UInt8>, version: UInt64, from peer: UInt16) {
            self.keys.withLock { $0.append(key.makeString()) }
        }
        func itemChanged(_ key: Span<UInt8>, version: UInt64, from peer: UInt16) {}
        func flushed(upTo version: UInt64, from peer: UInt16) {}
        func itemEvicted(_ key: Span<UInt8>, _ facts: EvictionFacts) {}
        func pageMoved(from source: Int, to target: Int, isMoved: Bool) {}
    }

    /// Reads and the crawler free what they find flushed, before the flush comes to it. A replica
    /// hears of nothing but deletions, so each must be told, and counted, once.
    @Test func whatOthersFreeIsToldAndCountedToo() throws {
        for frees in ["reads", "writes", "crawler", "nobody"] {
            let tested = try TestStore()
            tested.store.versions.distinguish(step: 4, tag: 1)
            let keys = (0..<100).map { "a:\($0)" }
            for key in keys { tested.store(key, [1]) }
            tested.store("b:1", [1])
            let deletions = Deletions()
            tested.store.observer = deletions
            let prefix = Array("a:".utf8)
            var flush = tested.store.beginFlush(prefix: prefix.span)
            switch frees {
            case "reads": for key in keys.prefix(60) { #expect(tested.read(key) == nil) }
            case "writes": for key in keys.prefix(60) { tested.store(key, [2]) }
            case "crawler":
                var place = CacheStore.WalkPlace()
                _ = tested.store.crawl(from: &place, bucketCount: 70_000 * 16, now: 10)
            default: break
            }
            while tested.store.advance(&flush, bucketCount: 4_096) {}
            #expect(flush.flushedCount == 100, "\(frees)")
            #expect(deletions.keys.withLock { $0.sorted() } == keys.sorted(), "\(frees)")
            #expect(tested.read("b:1") != nil)
            #expect(tested.store.prefixFlushCount == 0)
        }
    }

    @Test func aWalkMeetsEachKeyOnceWhileTheTableGrows() throws {
        let tested = try TestStore()
        // Keys of one stripe, whose table is small at first.
        let keys = (0..<400_000).lazy.map { "key-\($0)" }.filter { key in
            let bytes = Array(key.utf8)
            return Stripes.index(of: tested.store.hash(bytes.span)) == 3
        }
        var others = Array(keys.prefix(5_000))
        let staying = others.prefix(500).map { $0 }
        others.removeFirst(500)
        for key in staying { tested.store(key, [1]) }
        let power = tested.store.currentStatistics().hashPower
        var met: [[UInt8]: Int] = [:]
        var place = CacheStore.WalkPlace()
        while tested.store.walk(
            &place, itemCount: 1, now: 10,
            { key, _ in
                met[key.makeArray(), default: 0] += 1
            })
        {
            guard met.count < others.count, met.count > 10 else { continue }
            for key in others.prefix(20) { tested.store(key, [1]) }
            others.removeFirst(min(20, others.count))
        }
        #expect(tested.store.currentStatistics().hashPower > power, "the table grew")
        for key in staying { #expect(met[Array(key.utf8)] == 1, "\(key)") }
    }
}
