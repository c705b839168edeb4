/// The memory of a store: one run of bytes that its owner has mapped, given out page by page.
///
/// References count 8-byte units from the start; 0 is none, as the first unit is never given out.
// SAFETY: every access is inside the memory: references come from chunks that were cut from it, and
// the offsets added to them stay within a chunk. One lock's holder uses an arena at a time.
@safe final class Arena {
    static let unitByteCount = 8
    /// The first bytes are left out, so that no item has reference 0.
    private static let reservedByteCount = 4_096
    /// Stands for no class in `owners`.
    private static let nobody = UInt8.max

    private let base: UnsafeMutableRawPointer
    private let memoryOwner: AnyObject
    private let giveBackBytes: (Range<Int>) -> Void
    let pageByteCount: Int
    private let pageCountMax: Int
    /// As many pages may be in use; at least one.
    private var pageLimit = 1
    /// Pages that classes have.
    private(set) var pageCount = 0
    /// The class of each page that was ever given out, and those that nobody has.
    private var owners: [UInt8] = []
    private var freePages: [Int] = []

    /// Gives out `memory`, which `owner` keeps alive and whose start is aligned to 16 bytes.
    init(
        _ memory: UnsafeMutableRawBufferPointer, owner: AnyObject, pageByteCount: Int,
        giveBack: @escaping (Range<Int>) -> Void
    ) {
        precondition(
            memory.count >= Self.byteCount(memoryLimit: 1, pageByteCount: pageByteCount),
            "a store has room for a page")
        self.memoryOwner = owner
        self.giveBackBytes = giveBack
        self.pageByteCount = pageByteCount
        self.pageCountMax = (memory.count - Self.reservedByteCount) / pageByteCount
        unsafe self.base = memory.baseAddress.unsafelyUnwrapped
    }

    /// How much memory a store with that limit wants: whole pages, one at least.
    static func byteCount(memoryLimit: Int, pageByteCount: Int) -> Int {
        Self.reservedByteCount + max(1, memoryLimit / pageByteCount) * pageByteCount
    }

    @inline(__always)
    func pointer(_ reference: UInt32) -> UnsafeMutableRawPointer {
        unsafe self.base + Int(reference) &* Self.unitByteCount
    }

    // MARK: Pages

    /// Lets as many pages be in use as a memory limit has, one at least, and no more than there is
    /// memory for. Pages in use beyond it stay so until they are given back.
    func setLimit(memoryLimit: Int) {
        self.pageLimit = min(self.pageCountMax, max(1, memoryLimit / self.pageByteCount))
    }

    /// Whether more pages are in use than may be.
    var isOverLimit: Bool { self.pageCount > self.pageLimit }

    /// Pages that can still be taken.
    var freePageCount: Int { max(0, self.pageLimit - self.pageCount) }

    /// The reference of a page that nobody has, for a class; nil at the limit.
    func takePage(for index: Int) -> UInt32? {
        guard self.pageCount < self.pageLimit else { return nil }
        let number: Int
        if let free = self.freePages.popLast() {
            number = free
            self.owners[number] = UInt8(index)
        } else {
            number = self.owners.count
            self.owners.append(UInt8(index))
        }
        self.pageCount += 1
        return self.reference(ofPage: number)
    }

    /// Takes a page back whose chunks its class has forgotten.
    ///
    /// - Parameter discardsContents: whether the memory goes back to the system.
    func giveBack(_ number: Int, discardsContents: Bool) {
        self.owners[number] = Self.nobody
        self.freePages.append(number)
        self.pageCount -= 1
        guard discardsContents else { return }
        let start = Self.reservedByteCount + number * self.pageByteCount
        self.giveBackBytes(start..<start + self.pageByteCount)
    }

    /// The class that has a page.
    func owner(of number: Int) -> Int { Int(self.owners[number]) }

    /// The page in which a chunk lies.
    func pageNumber(of reference: UInt32) -> Int {
        (Int(reference) * Self.unitByteCount - Self.reservedByteCount) / self.pageByteCount
    }

    /// The reference of a page's first chunk.
    func reference(ofPage number: Int) -> UInt32 {
        UInt32((Self.reservedByteCount + number * self.pageByteCount) / Self.unitByteCount)
    }

    /// Some page of a class, other than `spared`.
    func firstPage(of index: Int, except spared: Int?) -> Int? {
        self.owners.indices.first { self.owners[$0] == UInt8(index) && $0 != spared }
    }
}
