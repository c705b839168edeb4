import Synchronization
import Testing

@testable import CacheReplication

/// The log of changes: places, what is forgotten, who is woken.
struct ChangeLogTests {
    private static func change(_ number: UInt64) -> ChangeLog.Change { .flush(version: number) }

    private static func entry(_ number: UInt64) -> ChangeLog.Entry {
        ChangeLog.Entry(change: Self.change(number), peer: UInt16(number))
    }

    @Test func placesCountFromOneAndTheOldestAreForgotten() {
        let log = ChangeLog(countMax: 3)
        #expect(log.start == 1)
        #expect(log.end == 1)
        #expect(log.read(from: 1, count: 10) == [])
        for number in 1...7 as ClosedRange<UInt64> {
            log.append(Self.change(number), from: UInt16(number))
            #expect(log.end == number + 1)
        }
        #expect(log.start == 5)
        #expect(log.read(from: 5, count: 10) == [5, 6, 7].map(Self.entry))
        #expect(log.read(from: 6, count: 1) == [Self.entry(6)])
        #expect(log.read(from: 8, count: 1) == [])
        #expect(log.read(from: 4, count: 1) == nil)
        #expect(log.read(from: 0, count: 1) == nil)
        #expect(log.read(from: 9, count: 1) == nil)
    }

    @Test func whoWaitsIsWokenOnce() {
        let log = ChangeLog(countMax: 3)
        let count = Wakes()
        log.whenReaching(1) { count.add() }
        #expect(count.value == 0)
        log.append(Self.change(1))
        log.append(Self.change(2))
        #expect(count.value == 1)
        log.whenReaching(1) { count.add() }
        #expect(count.value == 2)
        log.whenReaching(3) { count.add() }
        #expect(count.value == 2)
    }
}

private final class Wakes: Sendable {
    private let number = Atomic<Int>(0)

    var value: Int { self.number.load(ordering: .relaxed) }
    func add() { self.number.add(1, ordering: .relaxed) }
}
