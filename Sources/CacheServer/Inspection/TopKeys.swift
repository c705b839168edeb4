import Base

/// The keys that are met most, in bounded memory: Space-Saving (Metwally, Agrawal, El Abbadi:
/// "Efficient computation of frequent and top-k elements in data streams", 2005).
///
/// - There are at most `capacity` keys; a new one takes the place of the one met least, and its
///   count with it, which is remembered as its error.
/// - A key was met between `count - error` and `count` times.
/// - Every key that was met more than `total / capacity` times is there.
struct TopKeys: Sendable {
    /// A key and how often it was met.
    struct Entry: Equatable, Sendable {
        var key: [UInt8]
        /// At the most so often, and how much less it may have been.
        var count: Int, error: Int
    }

    /// The longest key; longer ones are cut.
    private static let keyByteCountMax = 250

    /// How many keys there may be.
    let capacity: Int
    /// How often any key was met.
    private(set) var total = 0
    private var hashes: [UInt64] = []
    private var counts: [Int] = []
    private var errors: [Int] = []
    private var lengths: [Int] = []
    /// `keyByteCountMax` bytes for each key.
    private var bytes: [UInt8] = []

    /// Makes an empty one; all its memory is taken at once.
    init(capacity: Int) {
        precondition(capacity > 0, "there is room for a key")
        self.capacity = capacity
        self.hashes.reserveCapacity(capacity)
        self.counts.reserveCapacity(capacity)
        self.errors.reserveCapacity(capacity)
        self.lengths.reserveCapacity(capacity)
        self.bytes.reserveCapacity(capacity * Self.keyByteCountMax)
    }

    /// The keys that are there, in no order.
    var entries: [Entry] {
        self.hashes.indices.map { index in
            let start = index * Self.keyByteCountMax
            return Entry(
                key: Array(self.bytes[start..<(start + self.lengths[index])]),
                count: self.counts[index], error: self.errors[index])
        }
    }

    /// Counts a key. Linear in the capacity.
    mutating func add(_ key: Span<UInt8>) {
        let key = key.extracting(first: min(key.count, Self.keyByteCountMax))
        let hash = Self.hash(key)
        self.total += 1
        if let index = self.index(of: key, hash) {
            self.counts[index] += 1
        } else if self.hashes.count < self.capacity {
            self.hashes.append(hash)
            self.counts.append(1)
            self.errors.append(0)
            self.lengths.append(0)
            self.bytes.append(contentsOf: repeatElement(0, count: Self.keyByteCountMax))
            self.write(key, at: self.hashes.count - 1)
        } else {
            let least = self.leastIndex
            self.hashes[least] = hash
            self.errors[least] = self.counts[least]
            self.counts[least] += 1
            self.write(key, at: least)
        }
    }

    /// Forgets all.
    mutating func removeAll() {
        self.total = 0
        self.hashes.removeAll(keepingCapacity: true)
        self.counts.removeAll(keepingCapacity: true)
        self.errors.removeAll(keepingCapacity: true)
        self.lengths.removeAll(keepingCapacity: true)
        self.bytes.removeAll(keepingCapacity: true)
    }

    private var leastIndex: Int {
        var least = 0
        for index in self.counts.indices where self.counts[index] < self.counts[least] {
            least = index
        }
        return least
    }

    private func index(of key: Span<UInt8>, _ hash: UInt64) -> Int? {
        for index in self.hashes.indices where self.hashes[index] == hash {
            if self.isKey(key, at: index) { return index }
        }
        return nil
    }

    private func isKey(_ key: Span<UInt8>, at index: Int) -> Bool {
        guard self.lengths[index] == key.count else { return false }
        let start = index * Self.keyByteCountMax
        for place in 0..<key.count where self.bytes[start + place] != key[place] { return false }
        return true
    }

    private mutating func write(_ key: Span<UInt8>, at index: Int) {
        let start = index * Self.keyByteCountMax
        for place in 0..<key.count { self.bytes[start + place] = key[place] }
        self.lengths[index] = key.count
    }

    /// FNV-1a.
    private static func hash(_ key: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for place in 0..<key.count { hash = (hash ^ UInt64(key[place])) &* 0x100_0000_01B3 }
        return hash
    }
}
