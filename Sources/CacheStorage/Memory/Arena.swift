/// The memory of a store: one run of bytes that its owner has mapped.
///
/// ```
/// 0        16384         278528         409600
/// | header | page owners | redo records | page | page | …
/// ```
/// References count units from the start; 0 is none, as no item lies there. A unit has 8 bytes, and
/// more where 2^32 of those would not reach the end of what the settings' limit may become. Nothing
/// here changes after the start, so every thread may ask.
// SAFETY: every access is inside the memory: references come from chunks that were cut from its
// pages, and the offsets added to them stay within a chunk.
@safe final class Arena: @unchecked Sendable {
    /// Pages have one size, as memcached's: what is larger is chained.
    static let pageByteCount = 1 << 20
    static let pageOwnersOffset = 16_384
    static let redoRecordsOffset = 278_528
    /// What lies before the first page.
    static let reservedByteCount = Arena.redoRecordsOffset + RedoRecord.count * RedoRecord.byteCount
    /// As many pages as there is room for owners.
    static let pageCountMax = Arena.redoRecordsOffset - Arena.pageOwnersOffset

    private let base: UnsafeMutableRawPointer
    private let memoryOwner: AnyObject
    private let giveBackBytes: (Range<Int>) -> Bool
    /// As many pages as there is memory for.
    let pageCount: Int
    /// A unit has 2 to this power bytes.
    private let unitShift: UInt32

    /// Gives out `memory`, which `owner` keeps alive and whose start is aligned to 64 bytes, in
    /// units of so many bytes, a power of two.
    init(
        _ memory: UnsafeMutableRawBufferPointer, unitByteCount: Int, owner: AnyObject,
        giveBack: @escaping (Range<Int>) -> Bool
    ) {
        precondition(
            memory.count >= Self.byteCount(memoryLimit: 1), "a store has room for a page")
        self.memoryOwner = owner
        self.giveBackBytes = giveBack
        self.unitShift = UInt32(unitByteCount.trailingZeroBitCount)
        self.pageCount = min(
            Self.pageCountMax,
            (min(memory.count, unitByteCount << 32) - Self.reservedByteCount) / Self.pageByteCount)
        unsafe self.base = memory.baseAddress.unsafelyUnwrapped
    }

    /// How much memory a store with that limit wants: whole pages, one at least.
    static func byteCount(memoryLimit: Int) -> Int {
        Self.reservedByteCount + Self.pageCount(memoryLimit: memoryLimit) * Self.pageByteCount
    }

    /// How many pages a limit has: one at least.
    static func pageCount(memoryLimit: Int) -> Int { max(1, memoryLimit / Self.pageByteCount) }

    @inline(__always)
    func pointer(_ reference: UInt32) -> UnsafeMutableRawPointer {
        unsafe self.base + Int(reference) &<< Int(self.unitShift)
    }

    /// What lies before the pages, at an offset.
    func reserved(at offset: Int) -> UnsafeMutableRawPointer {
        precondition((0..<Self.reservedByteCount).contains(offset))
        return unsafe self.base + offset
    }

    /// The page in which a chunk lies.
    func pageNumber(of reference: UInt32) -> Int {
        (self.offset(of: reference) - Self.reservedByteCount) / Self.pageByteCount
    }

    private func offset(of reference: UInt32) -> Int { Int(reference) << Int(self.unitShift) }

    /// How many units a size that is a multiple of a unit has.
    func unitCount(_ byteCount: Int) -> Int { byteCount >> Int(self.unitShift) }

    /// Whether so many bytes from a reference on lie in the pages; of references that another
    /// process wrote down.
    func holds(_ reference: UInt32, byteCount: Int) -> Bool {
        let start = self.offset(of: reference)
        let end = Self.reservedByteCount + self.pageCount * Self.pageByteCount
        return start >= Self.reservedByteCount && start + byteCount <= end
    }

    /// The reference of a page's first chunk.
    func reference(ofPage number: Int) -> UInt32 {
        UInt32(self.unitCount(Self.reservedByteCount + number * Self.pageByteCount))
    }

    /// Writes down that nobody has any page and nothing is to be redone, and returns the memory of
    /// all pages to the system, whatever lies in them. Owners of pages that there is no memory for
    /// are forgotten too: there may be some the next time.
    ///
    /// - Returns: whether all bytes of the pages read as zero now.
    func forgetPages() -> Bool {
        let end = Self.reservedByteCount + self.pageCount * Self.pageByteCount
        if self.giveBackBytes(Self.pageOwnersOffset..<end) { return true }
        let owners = unsafe self.base + Self.pageOwnersOffset
        unsafe owners.initializeMemory(
            as: UInt8.self, repeating: 0, count: Self.reservedByteCount - Self.pageOwnersOffset)
        return false
    }

    /// Returns a page's memory to the system.
    ///
    /// - Returns: whether all its bytes read as zero now.
    @discardableResult
    func giveBack(page number: Int) -> Bool {
        let start = Self.reservedByteCount + number * Self.pageByteCount
        return self.giveBackBytes(start..<start + Self.pageByteCount)
    }
}
