/// The memory of a store: one run of bytes that its owner has mapped, given out page by page.
///
/// References count 8-byte units from the start; 0 is none, as the first unit is never given out.
// SAFETY: every access is inside the memory: references come from chunks that were cut from it, and
// the offsets added to them stay within a chunk. One lock's holder uses an arena at a time.
@safe final class Arena {
    static let unitByteCount = 8
    /// The first bytes are left out, so that no item has reference 0.
    private static let reservedByteCount = 4_096

    private let base: UnsafeMutableRawPointer
    private let owner: AnyObject
    private var nextPage: Int
    let pageByteCount: Int
    private let pageCountMax: Int
    private(set) var pageCount = 0

    /// Gives out `memory`, which `owner` keeps alive and whose start is aligned to 16 bytes.
    init(_ memory: UnsafeMutableRawBufferPointer, owner: AnyObject, pageByteCount: Int) {
        precondition(
            memory.count >= Self.byteCount(memoryLimit: 1, pageByteCount: pageByteCount),
            "a store has room for a page")
        self.owner = owner
        self.pageByteCount = pageByteCount
        self.pageCountMax = (memory.count - Self.reservedByteCount) / pageByteCount
        unsafe self.base = memory.baseAddress.unsafelyUnwrapped
        self.nextPage = Self.reservedByteCount
    }

    /// How much memory a store with that limit wants: whole pages, one at least.
    static func byteCount(memoryLimit: Int, pageByteCount: Int) -> Int {
        Self.reservedByteCount + max(1, memoryLimit / pageByteCount) * pageByteCount
    }

    /// The reference of a fresh page, nil when all are given out.
    func takePage() -> UInt32? {
        guard self.pageCount < self.pageCountMax else { return nil }
        let reference = UInt32(self.nextPage / Self.unitByteCount)
        self.nextPage += self.pageByteCount
        self.pageCount += 1
        return reference
    }

    /// Pages that can still be taken.
    var freePageCount: Int { self.pageCountMax - self.pageCount }

    @inline(__always)
    func pointer(_ reference: UInt32) -> UnsafeMutableRawPointer {
        unsafe self.base + Int(reference) &* Self.unitByteCount
    }
}
