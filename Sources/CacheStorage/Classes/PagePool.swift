/// Which class has which page, within the limit. The owners lie in the arena, so that they outlive
/// the process. The lock of the classes guards it.
// SAFETY: page numbers are below the arena's `pageCount`, for which there are owners.
@safe struct PagePool {
    /// A page that nobody has; a class is its index and one.
    private static let nobody: UInt8 = 0

    private let arena: Arena
    private let owners: UnsafeMutablePointer<UInt8>
    /// As many pages may be in use; at least one.
    private var limit = 1
    /// As many more may be for classes that have nothing.
    var urgentCountMax = 0
    /// Pages that classes have.
    private(set) var count = 0
    /// Pages that were ever given out: those from here on are untouched.
    private(set) var touchedCount = 0
    /// Those that were given back, and whether their bytes are known to be zero.
    private var free: [Page] = []
    /// Whether the bytes of untouched pages are known to be zero.
    private let isUntouchedZero: Bool

    /// A page that nobody has.
    struct Page {
        var number: Int
        /// Whether all its bytes are known to be zero.
        var isZero: Bool
    }

    /// Takes the pages over as their owners were written down, all without one where they were not.
    init(_ arena: Arena, isUntouchedZero: Bool) {
        self.arena = arena
        self.isUntouchedZero = isUntouchedZero
        unsafe self.owners = arena.reserved(at: Arena.pageOwnersOffset)
            .assumingMemoryBound(to: UInt8.self)
        for number in 0..<arena.pageCount where unsafe self.owners[number] != Self.nobody {
            self.touchedCount = number + 1
            self.count += 1
        }
        for number in (0..<self.touchedCount).reversed() where self.owner(of: number) == nil {
            self.free.append(Page(number: number, isZero: false))
        }
    }

    /// Lets as many pages be in use as a memory limit has, one at least, and no more than there is
    /// memory for. Pages in use beyond it stay so until they are given back.
    mutating func setLimit(memoryLimit: Int) {
        self.limit = min(self.arena.pageCount, Arena.pageCount(memoryLimit: memoryLimit))
    }

    /// Whether more pages are in use than may be.
    var isOverLimit: Bool { self.count > self.limit }
    /// Pages that can still be taken.
    var freeCount: Int { max(0, self.limit - self.count) }

    /// A page that nobody has; nil at the limit. It belongs to nobody until `assign`.
    ///
    /// - Parameter isUrgent: whether it may be one beyond the limit.
    mutating func take(isUrgent: Bool = false) -> Page? {
        let limit = self.limit + (isUrgent ? self.urgentCountMax : 0)
        guard self.count < min(limit, self.arena.pageCount) else { return nil }
        if let page = self.takePooled() { return page }
        self.count += 1
        self.touchedCount += 1
        return Page(number: self.touchedCount - 1, isZero: self.isUntouchedZero)
    }

    /// A page that was given back; nil when there is none.
    mutating func takePooled() -> Page? {
        guard let page = self.free.popLast() else { return nil }
        self.count += 1
        return page
    }
    /// Pages that were given back and not taken again.
    var pooledCount: Int { self.free.count }

    /// Writes down which class has a page, whose chunks were all marked as free before.
    func assign(_ number: Int, to index: Int) { unsafe self.owners[number] = UInt8(index + 1) }

    /// Writes down that nobody has a page any more, before it is cut anew.
    func unassign(_ number: Int) { unsafe self.owners[number] = Self.nobody }

    /// Takes a page back whose chunks its class has forgotten.
    ///
    /// - Parameter discardsContents: whether the memory goes back to the system.
    mutating func giveBack(_ number: Int, discardsContents: Bool) {
        self.unassign(number)
        let isZero = discardsContents && self.arena.giveBack(page: number)
        self.free.append(Page(number: number, isZero: isZero))
        self.count -= 1
    }

    /// The class that has a page.
    func owner(of number: Int) -> Int? {
        let owner = unsafe self.owners[number]
        return owner == Self.nobody ? nil : Int(owner) - 1
    }

    /// The pages of a class.
    func pages(of index: Int) -> [Int] {
        (0..<self.touchedCount).filter { unsafe self.owners[$0] == UInt8(index + 1) }
    }
}
