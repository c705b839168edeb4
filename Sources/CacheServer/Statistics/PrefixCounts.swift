import Base
import Synchronization

/// What was asked of keys by their prefixes, for `stats detail`. Any thread.
final class PrefixCounts: Sendable {
    /// Prefixes beyond these are not counted.
    static let prefixCountMax = 8_192

    /// What is counted of a key.
    enum Event { case get(isHit: Bool), set, delete }

    fileprivate struct Entry {
        let prefix: [UInt8]
        var getCount = 0, hitCount = 0, setCount = 0, deleteCount = 0
    }

    private let entries = Mutex<[UInt64: Entry]>([:])
    private let isOn: Atomic<Bool>
    private let delimiter: UInt8

    init(delimiter: UInt8, isOn: Bool) {
        self.delimiter = delimiter
        self.isOn = Atomic(isOn)
    }

    /// Whether anything is counted.
    var isCounting: Bool {
        get { self.isOn.load(ordering: .relaxed) }
        set { self.isOn.store(newValue, ordering: .relaxed) }
    }

    /// Counts, where counting is on and the key has a prefix.
    @inline(__always)
    func count(_ event: Event, _ key: Span<UInt8>) {
        if self.isCounting { self.countNow(event, key) }
    }

    private func countNow(_ event: Event, _ key: Span<UInt8>) {
        guard let end = key.firstIndex(of: self.delimiter) else { return }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for place in 0..<end { hash = (hash ^ UInt64(key[place])) &* 0x100_0000_01B3 }
        let isNew = self.entries.withLock { entries in
            guard entries[hash] == nil else {
                entries[hash]?.add(event)
                return false
            }
            return entries.count < Self.prefixCountMax
        }
        guard isNew else { return }
        var entry = Entry(prefix: key.extracting(0..<end).makeArray())
        self.entries.withLock { entries in
            if entries[hash] == nil {
                entry.add(event)
                entries[hash] = entry
            } else {
                entries[hash]?.add(event)
            }
        }
    }

    /// Forgets all.
    func clear() { self.entries.withLock { $0 = [:] } }

    /// Appends a line for each prefix, without an end.
    func append(to output: ByteBuffer) {
        let entries = self.entries.withLock { Array($0.values) }
        for entry in entries.sorted(by: { $0.prefix.lexicographicallyPrecedes($1.prefix) }) {
            output.append("PREFIX ")
            output.append(entry.prefix)
            output.append(" get \(entry.getCount) hit \(entry.hitCount)")
            output.append(" set \(entry.setCount) del \(entry.deleteCount)\r\n")
        }
    }
}

extension PrefixCounts.Entry {
    fileprivate mutating func add(_ event: PrefixCounts.Event) {
        switch event {
        case .get(let isHit):
            self.getCount += 1
            if isHit { self.hitCount += 1 }
        case .set: self.setCount += 1
        case .delete: self.deleteCount += 1
        }
    }
}
