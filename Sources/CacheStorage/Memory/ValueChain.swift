/// Where the bytes of a value lie: behind the key, or, when they are too many for one chunk, in a
/// chain of further chunks. The chunk with the key then names the first one:
///
/// ```
/// header key pad first ─► header bytes ─► header bytes ─► …
/// ```
extension Item {
    /// Where the number of the first extra chunk stands, from the end of the header.
    private static func firstExtraOffset(keyByteCount: Int) -> Int { (keyByteCount + 3) / 4 * 4 }

    /// How many bytes a chunk needs that holds a key and names the rest.
    static func chainedByteCount(keyByteCount: Int) -> Int {
        Self.headerByteCount + Self.firstExtraOffset(keyByteCount: keyByteCount) + 4
    }

    /// The first further chunk of a chained item; 0 when there is none yet.
    // SAFETY: a chained item's chunk has `chainedByteCount` bytes; these are the last four.
    var firstExtra: UInt32 {
        get {
            let offset = Self.firstExtraOffset(keyByteCount: self.keyByteCount)
            return unsafe self.base.load(
                fromByteOffset: Self.headerByteCount + offset, as: UInt32.self)
        }
        nonmutating set {
            let offset = Self.firstExtraOffset(keyByteCount: self.keyByteCount)
            unsafe self.base.storeBytes(
                of: newValue, toByteOffset: Self.headerByteCount + offset, as: UInt32.self)
        }
    }

    /// Calls `body` with the value's bytes, piece by piece.
    @inline(__always)
    func forEachPiece(_ arena: Arena, _ body: (Span<UInt8>) -> Void) {
        guard self.isChained else {
            return body(self.bytes(at: self.keyByteCount, count: self.valueByteCount))
        }
        var reference = self.firstExtra
        while reference != 0 {
            let extra = Item(arena, reference)
            body(extra.bytes(at: 0, count: extra.valueByteCount))
            reference = extra.nextInBucket
        }
    }

    /// The value of an item that is not chained.
    var value: Span<UInt8> {
        @_lifetime(borrow self)
        get { self.bytes(at: self.keyByteCount, count: self.valueByteCount) }
    }
}

/// Reads a value from its start on, as much at once as is asked for.
struct ValueReader {
    private let arena: Arena
    private let isChained: Bool
    /// The chunk to read from next, and where in it, from the end of its header.
    private var chunk: UInt32
    private var offset: Int
    private(set) var remaining: Int

    init(_ item: Item, _ reference: UInt32, _ arena: Arena) {
        self.arena = arena
        self.isChained = item.isChained
        self.chunk = item.isChained ? item.firstExtra : reference
        self.offset = item.isChained ? 0 : item.keyByteCount
        self.remaining = item.valueByteCount
    }

    /// Calls `body` with up to `byteCount` further bytes, which lie in one piece, and passes over
    /// as many of them as it answers.
    mutating func next<Failure: Error>(
        atMost byteCount: Int, _ body: (Span<UInt8>) throws(Failure) -> Int
    ) throws(Failure) {
        guard self.remaining > 0, self.chunk != 0 else { return }
        let item = Item(self.arena, self.chunk)
        let here = self.isChained ? item.valueByteCount - self.offset : self.remaining
        let count = try body(item.bytes(at: self.offset, count: min(byteCount, here)))
        precondition(count >= 0 && count <= here, "passed over more than was there")
        self.offset += count
        self.remaining -= count
        if self.isChained, count == here {
            self.chunk = item.nextInBucket
            self.offset = 0
        }
    }
}

/// Writes a value from its start on, into the chunks that were made for it.
struct ValueWriter {
    // SAFETY: who has a writer has the store that the arena belongs to. A reference that is counted
    // for each store would be written to where each get reads.
    private unowned(unsafe) let lender: Arena
    private let isChained: Bool
    /// The chunk to write to next, and where in it, from the end of its header.
    private var chunk: UInt32
    private var offset: Int

    // SAFETY: see `lender`.
    private var arena: Arena {
        @inline(__always) get { unsafe self.lender }
    }

    @inline(__always)
    init(_ item: Item, _ reference: UInt32, _ arena: Arena) {
        // SAFETY: see `lender`.
        unsafe self.lender = arena
        self.isChained = item.isChained
        self.chunk = item.isChained ? item.firstExtra : reference
        self.offset = item.isChained ? 0 : item.keyByteCount
    }

    /// Writes to a chunk of a chain.
    init(extra: UInt32, _ arena: Arena) {
        // SAFETY: see `lender`.
        unsafe self.lender = arena
        self.isChained = true
        self.chunk = extra
        self.offset = 0
    }

    /// Writes bytes, for which there is room.
    @inline(__always)
    mutating func write(_ bytes: Span<UInt8>) {
        guard self.isChained else {
            Item(self.arena, self.chunk).write(bytes, at: self.offset)
            self.offset += bytes.count
            return
        }
        self.writeChained(bytes)
    }

    /// Calls `fill` with memory of the chunk that is written to next, at most `byteCount` bytes of
    /// it, and passes over as many as it answers.
    // SAFETY: the chunk was made for a value that has so many bytes from `offset` on.
    mutating func fill<Failure: Error>(
        atMost byteCount: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) -> Int {
        let item = Item(self.arena, self.chunk)
        let start = unsafe item.base + Item.headerByteCount + self.offset
        let count = try unsafe fill(
            UnsafeMutableRawBufferPointer(start: start, count: byteCount))
        precondition(count >= 0 && count <= byteCount, "filled more than there was room for")
        self.offset += count
        return count
    }

    private mutating func writeChained(_ bytes: Span<UInt8>) {
        var start = 0
        while start < bytes.count {
            let item = Item(self.arena, self.chunk)
            let count = min(bytes.count - start, item.valueByteCount - self.offset)
            item.write(bytes.extracting(start..<start + count), at: self.offset)
            start += count
            self.offset += count
            if self.offset == item.valueByteCount {
                self.chunk = item.nextInBucket
                self.offset = 0
            }
        }
    }

    /// Writes the value of another item.
    mutating func copy(_ other: UInt32) {
        let arena = self.arena
        Item(arena, other).forEachPiece(arena) { self.write($0) }
    }
}
