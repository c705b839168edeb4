import Base
import Synchronization

/// What was asked of keys by their prefixes, for `stats detail`. Any thread.
///
/// Each loop counts in a part of its own, so that none waits for another one.
final class PrefixCounts: Sendable {
    private let parts = Mutex<[PrefixCountsPart]>([])
    fileprivate let isOn: Atomic<Bool>
    fileprivate let delimiter: UInt8
    /// So that nobody can choose keys whose prefixes are hard to tell apart.
    fileprivate let seed = UInt64.random(in: 0 ... .max)

    init(delimiter: UInt8, isOn: Bool) {
        self.delimiter = delimiter
        self.isOn = Atomic(isOn)
    }

    /// Whether anything is counted.
    var isCounting: Bool {
        get { self.isOn.load(ordering: .relaxed) }
        set { self.isOn.store(newValue, ordering: .relaxed) }
    }

    /// A part for one who counts.
    func makePart() -> PrefixCountsPart {
        let part = PrefixCountsPart(self)
        self.parts.withLock { $0.append(part) }
        return part
    }

    /// Forgets all.
    func clear() { for part in self.parts.withLock({ $0 }) { part.clear() } }

    /// Appends a line for each prefix, without an end.
    func append(to output: ByteBuffer) {
        var sums: [[UInt8]: PrefixCountsPart.Entry] = [:]
        for part in self.parts.withLock({ $0 }) {
            for entry in part.all { sums[entry.prefix, default: .init(entry.prefix)] += entry }
        }
        for entry in sums.values.sorted(by: { $0.prefix.lexicographicallyPrecedes($1.prefix) }) {
            output.append("PREFIX ")
            output.append(entry.prefix)
            output.append(" get \(entry.getCount) hit \(entry.hitCount)")
            output.append(" set \(entry.setCount) del \(entry.deleteCount)\r\n")
        }
    }
}

/// What one loop counts of prefixes. The lock is there for who adds the parts up.
final class PrefixCountsPart: Sendable {
    /// Prefixes beyond these are not counted.
    static let prefixCountMax = 8_192

    /// What is counted of a key.
    enum Event { case get(isHit: Bool), set, delete }

    struct Entry {
        let prefix: [UInt8]
        private(set) var getCount = 0, hitCount = 0, setCount = 0, deleteCount = 0

        init(_ prefix: [UInt8]) { self.prefix = prefix }

        mutating func add(_ event: Event) {
            switch event {
            case .get(let isHit):
                self.getCount += 1
                if isHit { self.hitCount += 1 }
            case .set: self.setCount += 1
            case .delete: self.deleteCount += 1
            }
        }

        static func += (sum: inout Entry, other: Entry) {
            sum.getCount += other.getCount
            sum.hitCount += other.hitCount
            sum.setCount += other.setCount
            sum.deleteCount += other.deleteCount
        }
    }

    private let whole: PrefixCounts
    /// By the hash of the prefix, or the next number that is free.
    private let entries = Mutex<[UInt64: Entry]>([:])

    fileprivate init(_ whole: PrefixCounts) { self.whole = whole }

    fileprivate var all: [Entry] { self.entries.withLock { Array($0.values) } }

    fileprivate func clear() { self.entries.withLock { $0 = [:] } }

    /// Counts, where counting is on and the key has a prefix.
    @inline(__always)
    func count(_ event: Event, _ key: Span<UInt8>) {
        if self.whole.isCounting { self.countNow(event, key) }
    }

    private func countNow(_ event: Event, _ key: Span<UInt8>) {
        guard let end = key.firstIndex(of: self.whole.delimiter) else { return }
        let prefix = key.extracting(0..<end)
        var place = self.hash(prefix)
        self.entries.withLock { entries in
            while let known = entries[place] {
                let bytes = known.prefix
                if prefix.isEqual(to: bytes.span) {
                    entries[place]?.add(event)
                    return
                }
                place &+= 1
            }
            guard entries.count < Self.prefixCountMax else { return }
            entries[place] = Entry(prefix.makeArray())
            entries[place]?.add(event)
        }
    }

    /// FNV-1a, from a secret start, and mixed at the end.
    private func hash(_ prefix: Span<UInt8>) -> UInt64 {
        var hash = 0xCBF2_9CE4_8422_2325 ^ self.whole.seed
        for place in 0..<prefix.count {
            hash = (hash ^ UInt64(prefix[place])) &* 0x100_0000_01B3
        }
        return hash ^ hash >> 32
    }
}
