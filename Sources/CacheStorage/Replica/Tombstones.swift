import Base

/// Deletions of one stripe that a replicated store remembers, and items whose time was over, so
/// that an older state of a key that comes late does not rise again. The stripe's lock guards it.
///
/// The oldest are forgotten when there are too many: a state older than a forgotten deletion, told
/// by a peer that was away all the while, rises again, on all sides alike.
struct Tombstones {
    /// How many are remembered in one stripe.
    static let countMax = 2_048

    private var versions: [[UInt8]: UInt64] = [:]
    /// Keys in the order of their deletions; one that was deleted again is there twice.
    private var order: [(key: [UInt8], version: UInt64)] = []
    private var firstIndex = 0

    /// Which version of a key was deleted last; 0 when none is known.
    func version(_ key: Span<UInt8>) -> UInt64 {
        self.versions.isEmpty ? 0 : self.versions[key.makeArray()] ?? 0
    }

    /// Remembers a deletion, if it is newer than what is known.
    ///
    /// - Returns: whether it is.
    @discardableResult
    mutating func remember(_ key: Span<UInt8>, _ version: UInt64) -> Bool {
        let key = key.makeArray()
        guard version > self.versions[key] ?? 0 else { return false }
        self.versions[key] = version
        self.order.append((key, version))
        while self.versions.count > Self.countMax { self.forgetOldest() }
        if self.order.count - self.firstIndex > 2 * Self.countMax { self.forgetOldest() }
        return true
    }

    private mutating func forgetOldest() {
        let (key, version) = self.order[self.firstIndex]
        self.firstIndex += 1
        if self.versions[key] == version { self.versions[key] = nil }
        // Half of the array is behind: move the rest to the front.
        if self.firstIndex > self.order.count / 2 {
            self.order.removeFirst(self.firstIndex)
            self.firstIndex = 0
        }
    }

    /// All of them.
    var all: [(key: [UInt8], version: UInt64)] { self.versions.map { ($0.key, $0.value) } }
}
