import Synchronization

/// What a store writes down of itself at the start of its memory, for the process that takes it up
/// after this one:
///
/// ```
///  0 mark (8)            8 format (4), chunk sizes' hash (4)
/// 16 hash secret (8)    24 Unix second of the store's second 0 (8)
/// 32 flushed version (8)   40 second of the flush to come (4)
/// 256 last version (8)
/// ```
/// The last version changes with each store and stands apart from what each get reads.
// SAFETY: the offsets lie in the arena's reserved bytes, aligned to the fields' sizes; what changes
// is atomic.
@safe struct Superblock: @unchecked Sendable {
    /// Counted up when what lies in the memory changes its meaning.
    private static let format: UInt32 = 4
    private static let mark: UInt64 = 0x7473_6166_646C_6F48  // "Holdfast"

    private static let lastVersionOffset = 256

    private let base: UnsafeMutableRawPointer

    init(_ arena: Arena) { unsafe self.base = arena.reserved(at: 0) }

    private func word(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        unsafe (self.base + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    private var last: UnsafeMutablePointer<Atomic<UInt64>> {
        unsafe self.word(Self.lastVersionOffset)
    }

    /// Whether nobody has used the memory before.
    var isEmpty: Bool { unsafe self.word(0).pointee.load(ordering: .relaxed) == 0 }

    /// Why what lies in the memory is not taken up; nil when it is.
    func refusal(_ settings: StorageSettings) -> String? {
        let mark = unsafe self.word(0).pointee.load(ordering: .relaxed)
        if mark != Self.mark { return "it is not, or not wholly, a cache's memory" }
        let format = unsafe self.base.load(fromByteOffset: 8, as: UInt32.self)
        guard format == Self.format else {
            return "its format is \(format), this program's is \(Self.format)"
        }
        guard unsafe self.base.load(fromByteOffset: 12, as: UInt32.self) == settings.chunkSizesHash
        else {
            return "its chunks have other sizes "
                + "(-f, -n, -m beyond 32000, slab_sizes, slab_chunk_max)"
        }
        return nil
    }

    /// Writes down an empty store; the mark comes last.
    func begin(_ settings: StorageSettings, secret: UInt64, epoch: Int64) {
        unsafe self.word(0).pointee.store(0, ordering: .releasing)
        unsafe self.base.storeBytes(of: Self.format, toByteOffset: 8, as: UInt32.self)
        unsafe self.base.storeBytes(
            of: settings.chunkSizesHash, toByteOffset: 12, as: UInt32.self)
        unsafe self.base.storeBytes(of: secret, toByteOffset: 16, as: UInt64.self)
        unsafe self.base.storeBytes(of: epoch, toByteOffset: 24, as: Int64.self)
        unsafe self.last.pointee.store(0, ordering: .relaxed)
        unsafe self.word(32).pointee.store(0, ordering: .relaxed)
        self.flushSecond = 0
        unsafe self.word(0).pointee.store(Self.mark, ordering: .releasing)
    }

    /// The secret of the hash.
    var secret: UInt64 { unsafe self.base.load(fromByteOffset: 16, as: UInt64.self) }
    /// The Unix second of the store's second 0.
    var epoch: Int64 { unsafe self.base.load(fromByteOffset: 24, as: Int64.self) }

    /// The version that was given out last.
    var lastVersion: UInt64 { unsafe self.last.pointee.load(ordering: .relaxed) }

    /// Adds one to the last version and answers it.
    @inline(__always)
    func countVersion() -> UInt64 {
        unsafe self.last.pointee.wrappingAdd(1, ordering: .relaxed).newValue
    }

    /// Makes the last version `desired` if it is `expected`; what it was.
    func exchangeLastVersion(
        expected: UInt64, desired: UInt64
    ) -> (exchanged: Bool, original: UInt64) {
        unsafe self.last.pointee.compareExchange(
            expected: expected, desired: desired, ordering: .relaxed)
    }

    /// Makes the last version at least this.
    func raiseLastVersion(to version: UInt64) {
        unsafe self.last.pointee.max(version, ordering: .relaxed)
    }

    /// Items with this version or a lower one are flushed.
    var flushedVersion: UInt64 { unsafe self.word(32).pointee.load(ordering: .relaxed) }

    /// Makes the flushed version at least this.
    ///
    /// - Returns: whether it was lower.
    @discardableResult
    func raiseFlushedVersion(to version: UInt64) -> Bool {
        unsafe self.word(32).pointee.max(version, ordering: .relaxed).oldValue < version
    }
    /// When what is there is to be flushed; 0 for never.
    var flushSecond: UInt32 {
        get {
            unsafe (self.base + 40).assumingMemoryBound(to: Atomic<UInt32>.self)
                .pointee.load(ordering: .relaxed)
        }
        nonmutating set {
            unsafe (self.base + 40).assumingMemoryBound(to: Atomic<UInt32>.self)
                .pointee.store(newValue, ordering: .relaxed)
        }
    }
}
