import Base
import TestSupport
import Testing

@testable import CacheServer

/// Finding the hot keys of a load that is known.
@Suite(.timeLimit(.minutes(1)))
struct HotKeysTests {
    /// A key's number with a probability that falls as 1/(n+1): Zipf 1.0.
    private struct Skewed {
        let sums: [Double]

        init(keyCount: Int) {
            var sum = 0.0
            self.sums = (1...keyCount).map { rank in
                sum += 1 / Double(rank)
                return sum
            }
        }

        func next(_ generator: inout SeededGenerator) -> Int {
            let wanted = Double.random(in: 0..<self.sums[self.sums.count - 1], using: &generator)
            var low = 0, high = self.sums.count - 1
            while low < high {
                let middle = (low + high) / 2
                if self.sums[middle] <= wanted { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    @Test func countsLieWithinWhatSpaceSavingPromises() {
        let seed = TestSeed().value
        var generator = SeededGenerator(seed: seed)
        let load = Skewed(keyCount: 2_000)
        var top = TopKeys(capacity: 50)
        var model: [[UInt8]: Int] = [:]
        for _ in 0..<20_000 {
            let key = Array("key-\(load.next(&generator))".utf8)
            model[key, default: 0] += 1
            top.add(key.span)
        }
        #expect(top.total == 20_000, "seed \(seed)")
        let entries = top.entries
        #expect(entries.count == 50)
        #expect(entries.reduce(0) { $0 + $1.count } == 20_000, "each meeting is counted once")
        for entry in entries {
            let truth = model[entry.key] ?? 0
            #expect(
                entry.countMin <= truth && truth <= entry.count,
                "seed \(seed): \(entry.countMin) <= \(truth) <= \(entry.count)")
        }
        let found = Set(entries.map(\.key))
        for (key, count) in model where count > 20_000 / 50 {
            #expect(found.contains(key), "seed \(seed): met \(count) times and not there")
        }
        top.removeAll()
        #expect(top.entries.isEmpty && top.total == 0)
    }

    @Test func aKeyIsTheSameInAllItsBytesOnly() {
        var top = TopKeys(capacity: 4)
        let long = [UInt8](repeating: 0xFF, count: 250)
        for key in [[], [0], [0, 0], long, long] { top.add(key.span) }
        let counts = top.entries.map { [$0.key.count, $0.count] }.sorted { $0[0] < $1[0] }
        // The fifth distinct key would have pushed one out: there are four.
        #expect(counts == [[0, 1], [1, 1], [2, 1], [250, 2]])
    }

    @Test func theHottestKeysOfASkewedLoadComeFirst() {
        let seed = TestSeed().value
        var generator = SeededGenerator(seed: seed)
        let load = Skewed(keyCount: 100_000)
        let hot = HotKeys(seed: seed)
        var untilLook = hot.firstGap()
        let commandCount = 1_000_000
        for _ in 0..<commandCount {
            let number = load.next(&generator)
            untilLook -= 1
            if untilLook > 0 { continue }
            let key = Array("key-\(number)".utf8)
            untilLook = hot.look(at: key.span, now: 10)
        }
        let report = hot.report(now: 20)
        // One in 256 was looked at, within four standard deviations of the gaps' sum.
        let expected = commandCount / HotKeys.samplingInterval
        #expect(abs(report.sampledCount - expected) < 200, "seed \(seed): \(report.sampledCount)")
        #expect(report.seconds == 10)
        // The hottest has 8 % of a Zipf load of 100,000 keys.
        #expect(report.entries.first?.key == Array("key-0".utf8), "seed \(seed)")
        let share = Double(report.entries.first?.countMin ?? 0) / Double(report.sampledCount)
        #expect((0.055...0.11).contains(share), "seed \(seed): \(share)")
        let firstFive = Set(report.entries.prefix(8).map(\.key))
        for number in 0..<4 {
            #expect(firstFive.contains(Array("key-\(number)".utf8)), "seed \(seed): key-\(number)")
        }
    }

    @Test func anEvenLoadHasNoHotKeys() {
        let hot = HotKeys(seed: 1)
        for number in 0..<4_000 {
            let key = Array("key-\(number)".utf8)
            _ = hot.look(at: key.span, now: 10)
        }
        #expect(hot.report(now: 11).entries.isEmpty)
    }

    @Test func whatWasHotTwoWindowsAgoIsForgotten() {
        let hot = HotKeys(seed: 1)
        let old = Array("old".utf8), new = Array("new".utf8)
        for _ in 0..<10 { _ = hot.look(at: old.span, now: 10) }
        for _ in 0..<5 { _ = hot.look(at: new.span, now: 75) }
        for _ in 0..<5 { _ = hot.look(at: old.span, now: 75) }
        let both = hot.report(now: 80)
        #expect(both.seconds == 70)
        #expect(both.entries.map(\.key) == [old, new])
        #expect(both.entries.map(\.count) == [15, 5])
        let later = hot.report(now: 135)
        #expect(later.entries.map(\.count) == [5, 5])
        #expect(later.sampledCount == 10)
        #expect(hot.report(now: 1_000).entries.isEmpty)
    }

    @Test func aPatternIsMetNoMoreThanItsShare() {
        // A client that asks for the same 256 keys in a row would be caught at one of them always
        // if the gaps were even.
        let hot = HotKeys(seed: TestSeed().value)
        var untilLook = hot.firstGap()
        for round in 0..<4_000 {
            for number in 0..<256 {
                untilLook -= 1
                if untilLook > 0 { continue }
                let key = Array("key-\(number)".utf8)
                untilLook = hot.look(at: key.span, now: 10 + UInt32(round) / 100)
            }
        }
        let report = hot.report(now: 50)
        let most = report.entries.first.map { Double($0.countMin) / Double(report.sampledCount) }
        #expect(most ?? 0 < 0.02, "one of 256 equal keys has \(most ?? 0)")
    }
}
