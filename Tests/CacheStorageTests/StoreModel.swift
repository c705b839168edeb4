import Base

@testable import CacheStorage

/// The simplest thing that does what a store does, as long as nothing is evicted.
struct StoreModel {
    struct Entry: Equatable {
        var value: [UInt8]
        var flags: UInt32
        var expiry: UInt32
        /// The order in which it was stored.
        var stamp: Int
    }

    var entries: [String: Entry] = [:]
    private var stamp = 0
    private var flushAt: UInt32 = 0

    /// Forgets what is over at `now`.
    mutating func advance(to now: UInt32) {
        if self.flushAt != 0, now >= self.flushAt {
            self.entries = [:]
            self.flushAt = 0
        }
        self.entries = self.entries.filter { $0.value.expiry == 0 || $0.value.expiry > now }
    }

    mutating func store(
        _ key: String, _ value: [UInt8], _ mode: CacheStore.Mode, _ flags: UInt32, _ expiry: UInt32,
        matches: Bool
    ) -> CacheStore.StoreOutcome {
        let old = self.entries[key]
        var entry = Entry(value: value, flags: flags, expiry: expiry, stamp: 0)
        switch mode {
        case .set: break
        case .add: if old != nil { return .notStored }
        case .replace: if old == nil { return .notStored }
        case .append, .prepend:
            guard let old else { return .notStored }
            entry = old
            entry.value = mode == .append ? old.value + value : value + old.value
        case .compareAndSet:
            if old == nil { return .notFound }
            if !matches { return .exists }
        }
        self.stamp += 1
        entry.stamp = self.stamp
        self.entries[key] = entry
        return .stored
    }

    mutating func change(
        _ key: String, by delta: UInt64, isIncrement: Bool
    ) -> CacheStore.ArithmeticOutcome {
        guard var entry = self.entries[key] else { return .notFound }
        guard let old = entry.value.span.unsignedNumber() else { return .notANumber }
        let new = isIncrement ? old &+ delta : old - min(old, delta)
        var text = Array("\(new)".utf8)
        while text.count < entry.value.count { text.append(0x20) }
        entry.value = text
        self.entries[key] = entry
        return .number(new)
    }

    mutating func flush(at second: UInt32, now: UInt32) {
        if second <= now {
            self.entries = [:]
            self.flushAt = 0
        } else {
            self.flushAt = second
        }
    }
}
