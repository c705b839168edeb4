import Synchronization
import Testing

@testable import CacheStorage

/// States that another store tells.
struct AppliedStateTests {
    /// What a store says of its changes.
    private final class Heard: StoreObserver {
        let lines = Mutex<[String]>([])

        private func note(_ line: String) { self.lines.withLock { $0.append(line) } }
        func itemChanged(_ key: Span<UInt8>, version: UInt64, from peer: UInt16) {
            self.note("item \(version) from \(peer)")
        }
        func itemDeleted(_ key: Span<UInt8>, version: UInt64, from peer: UInt16) {
            self.note("deletion \(version) from \(peer)")
        }
        func flushed(upTo version: UInt64, from peer: UInt16) {
            self.note("flush \(version) from \(peer)")
        }
        func itemEvicted(_ key: Span<UInt8>, _ facts: EvictionFacts) {}
        func pageMoved(from source: Int, to target: Int, isMoved: Bool) {}
    }

    private static func state(_ version: UInt64, expiry: UInt32 = 0) -> ReplicatedState {
        ReplicatedState(
            version: version, cas: version, flags: 0, expiry: expiry, isStale: false,
            hasBinaryKey: false, peer: 7)
    }

    /// Stores a state of one byte; whether it was wanted.
    private static func apply(_ test: TestStore, _ state: ReplicatedState, now: UInt32) -> Bool {
        let key = Array("key".utf8)
        guard let item = test.store.begin(key.span, byteCount: 1, state, now: now) else {
            return false
        }
        let value: [UInt8] = [1]
        return item.append(value.span, now: now) && item.commit(state, now: now)
    }

    /// A store in the middle of a chain is the only one from which the next one hears: it must hear
    /// of a state that had its time on the way, or keeps the one before.
    @Test func aStateThatIsOverOnArrivalIsToldOnAsADeletion() throws {
        let test = try TestStore()
        let heard = Heard()
        test.store.versions.distinguish(step: 4, tag: 1)
        test.store.observer = heard
        #expect(Self.apply(test, Self.state(101), now: 10))
        #expect(!Self.apply(test, Self.state(205, expiry: 9), now: 10))
        #expect(test.read("key") == nil)
        #expect(heard.lines.withLock { $0 } == ["item 101 from 7", "deletion 205 from 7"])
        #expect(!Self.apply(test, Self.state(105), now: 10), "an older one does not rise")
        #expect(Self.apply(test, Self.state(209), now: 10))
    }
}
