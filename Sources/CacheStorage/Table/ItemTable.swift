/// Finds the items of one stripe by key: chained buckets of references, ordered by hash.
///
/// Doubles when it is one and a half times full, moving a few buckets with each change, so that no
/// command waits for the whole table. As a bucket is the upper bits of the hash, the two buckets
/// that an old one becomes lie where it lay, and a walk in the order of the hashes is not disturbed
/// by growth.
// SAFETY: `buckets` has 2^power entries and `old`, where there is one, half as many; indices are
// upper bits of a hash of `hashBitCount` bits, so they are below that. A bucket of the new table is
// written when the old one it comes from is moved, and not looked at before.
@safe struct ItemTable: ~Copyable {
    /// So many low bits of a hash order a stripe's items; the others choose the stripe.
    static let hashBitCount = 26
    private static let hashMask: UInt32 = (1 << UInt32(Self.hashBitCount)) - 1
    /// A table of N buckets grows with N * 3/2 items and would again with N * 3: one bucket with
    /// each item that is added is enough. Many at once made the sets of the meantime cost four
    /// times as much, as all stripes grow at about the same time.
    private static let bucketsMovedAtOnce = 2

    private var buckets: UnsafeMutablePointer<UInt32>
    private var bitCount: UInt8
    /// It does not grow beyond so many bits.
    private let bitCountMax: UInt8
    private var old: UnsafeMutablePointer<UInt32>?
    /// The first bucket of `old` that was not moved yet.
    private var nextOldBucket: UInt32 = 0
    private var itemCount: UInt32 = 0

    /// Makes an empty table of 2^`power` buckets, which grows up to 2^`powerMax` when it gets full.
    init(power: Int, powerMax: Int = Self.hashBitCount) {
        self.bitCount = UInt8(power)
        self.bitCountMax = UInt8(powerMax)
        unsafe self.buckets = .allocate(capacity: 1 << power)
        unsafe self.buckets.initialize(repeating: 0, count: 1 << power)
    }

    /// Makes an empty table as large as so many items want it, so that it need not grow meanwhile.
    mutating func reserve(_ itemCount: Int) {
        precondition(self.count == 0 && !self.isGrowing, "the table is empty")
        var power = self.power
        while itemCount > (1 << power) * 3 / 2, power < Int(self.bitCountMax) { power += 1 }
        guard power > self.power else { return }
        self = ItemTable(power: power, powerMax: Int(self.bitCountMax))
    }

    deinit {
        unsafe self.buckets.deallocate()
        unsafe self.old?.deallocate()
    }

    /// There are 2^`power` buckets.
    private(set) var power: Int {
        get { Int(self.bitCount) }
        set { self.bitCount = UInt8(newValue) }
    }
    private var nextOld: Int {
        get { Int(self.nextOldBucket) }
        set { self.nextOldBucket = UInt32(newValue) }
    }
    /// Items that are in it.
    private(set) var count: Int {
        get { Int(self.itemCount) }
        set { self.itemCount = UInt32(newValue) }
    }
    /// Bytes of the buckets.
    var byteCount: Int {
        let oldCount = unsafe self.old == nil ? 0 : 1 << (self.power - 1)
        return ((1 << self.power) + oldCount) * 4
    }
    /// Whether it is growing at this moment.
    var isGrowing: Bool { unsafe self.old != nil }

    @inline(__always)
    private func bucket(_ hash: UInt32) -> UnsafeMutablePointer<UInt32> {
        let index = Int((hash & Self.hashMask) >> UInt32(Self.hashBitCount - self.power))
        if let old = unsafe self.old, index >> 1 >= self.nextOld { return unsafe old + index >> 1 }
        return unsafe self.buckets + index
    }

    /// The first item of a hash's bucket; 0 when there is none.
    @inline(__always)
    func first(_ hash: UInt32) -> UInt32 { unsafe self.bucket(hash).pointee }

    /// The item with a key, 0 when there is none.
    @inline(__always)
    func find(_ key: Span<UInt8>, _ hash: UInt32, _ arena: Arena) -> UInt32 {
        var reference = unsafe self.bucket(hash).pointee
        while reference != 0 {
            let item = Item(arena, reference)
            if item.hash == hash, item.hasKey(key) { return reference }
            reference = item.nextInBucket
        }
        return 0
    }

    /// Whether an item with a hash is in the table.
    func holds(_ reference: UInt32, _ hash: UInt32, _ arena: Arena) -> Bool {
        var current = unsafe self.bucket(hash).pointee
        while current != 0 {
            if current == reference { return true }
            current = Item(arena, current).nextInBucket
        }
        return false
    }

    /// Adds an item whose key is not there yet.
    mutating func insert(_ reference: UInt32, _ item: Item, _ arena: Arena) {
        if unsafe self.old != nil { self.moveSome(arena) }
        let bucket = unsafe self.bucket(item.hash)
        item.nextInBucket = unsafe bucket.pointee
        unsafe bucket.pointee = reference
        self.count += 1
        if unsafe self.old == nil, self.count > (1 << self.power) * 3 / 2,
            self.bitCount < self.bitCountMax
        {
            self.beginGrowth()
        }
    }

    /// Takes an item out.
    mutating func remove(_ reference: UInt32, _ item: Item, _ arena: Arena) {
        self.replace(reference, item, with: item.nextInBucket, arena)
        self.count -= 1
    }

    /// Puts an item where another one with the same key was.
    mutating func exchange(_ old: UInt32, for new: UInt32, _ arena: Arena) {
        let item = Item(arena, old)
        Item(arena, new).nextInBucket = item.nextInBucket
        self.replace(old, item, with: new, arena)
    }

    private func replace(
        _ reference: UInt32, _ item: Item, with next: UInt32, _ arena: Arena
    ) {
        let bucket = unsafe self.bucket(item.hash)
        var current = unsafe bucket.pointee
        if current == reference { return unsafe bucket.pointee = next }
        while current != 0 {
            let entry = Item(arena, current)
            if entry.nextInBucket == reference {
                entry.nextInBucket = next
                return
            }
            current = entry.nextInBucket
        }
        preconditionFailure("an item that is linked is in the table")
    }

    private mutating func beginGrowth() {
        unsafe self.old = self.buckets
        self.power += 1
        unsafe self.buckets = .allocate(capacity: 1 << self.power)
        self.nextOld = 0
    }

    private mutating func moveSome(_ arena: Arena) {
        guard let old = unsafe self.old else { return }
        let oldCount = 1 << (self.power - 1)
        let end = min(oldCount, self.nextOld + Self.bucketsMovedAtOnce)
        let shift = UInt32(Self.hashBitCount - self.power)
        for index in self.nextOld..<end {
            var halves: (UInt32, UInt32) = (0, 0)
            var reference = unsafe old[index]
            while reference != 0 {
                let item = Item(arena, reference)
                let next = item.nextInBucket
                if (item.hash >> shift) & 1 == 0 {
                    item.nextInBucket = halves.0
                    halves.0 = reference
                } else {
                    item.nextInBucket = halves.1
                    halves.1 = reference
                }
                reference = next
            }
            unsafe self.buckets[2 * index] = halves.0
            unsafe self.buckets[2 * index + 1] = halves.1
        }
        self.nextOld = end
        guard end == oldCount else { return }
        unsafe old.deallocate()
        unsafe self.old = nil
    }

    /// Calls `body` with the items of the bucket at a place in the order of the hashes.
    ///
    /// - Parameter place: the low bits of a hash, the first of which is 0.
    /// - Returns: the place of the next bucket; nil at the end.
    func visit(at place: UInt32, _ arena: Arena, _ body: (UInt32, Item) -> Void) -> UInt32? {
        var width = UInt32(1) << UInt32(Self.hashBitCount - self.power)
        let index = Int(place >> UInt32(Self.hashBitCount - self.power))
        if unsafe self.old != nil, index >> 1 >= self.nextOld { width <<= 1 }
        var reference = unsafe self.bucket(place).pointee
        while reference != 0 {
            let item = Item(arena, reference)
            // `body` may take the item out.
            let next = item.nextInBucket
            if item.hash & Self.hashMask >= place { body(reference, item) }
            reference = next
        }
        let next = (place & ~(width - 1)) + width
        return next > Self.hashMask ? nil : next
    }
}
