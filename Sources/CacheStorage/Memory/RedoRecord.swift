import Synchronization

/// What an item becomes when it is changed in its place, besides its value.
struct ItemChange {
    var clientFlags: UInt32
    var expiry: UInt32
    var state: UInt16
    var cas: UInt64
    var version: UInt64
}

/// A change of an item in its place, written down before it is made: a process that dies in the
/// middle leaves the record, and the next one makes the change again. Each stripe has a record,
/// which its lock guards, and each lane has one for what its thread changes.
///
/// ```
///  0 item that takes another one's place (4)   4 the other one (4)
///  8 item that is changed (4), 0 for none     12 value bytes (4)
/// 16 CAS number (8)      24 version (8)       32 client flags (4)
/// 36 expiry (4)          40 state (2)         64 value
/// ```
/// Processes die, machines do not forget: it is enough that the compiler keeps the order of the
/// writes, which is what the fences are for.
// SAFETY: a record's bytes lie in the arena's reserved ones; values are checked for their length.
@safe struct RedoRecord {
    static let byteCount = 1_024
    private static let valueOffset = 64
    /// The largest value that is changed in its place.
    static let valueByteCountMax = Self.byteCount - Self.valueOffset
    private let base: UnsafeMutableRawPointer

    /// How many there are.
    static let count = Stripe.count + Stripes.laneCountMax

    @inline(__always)
    private init(_ arena: Arena, number: Int) {
        unsafe self.base = arena.reserved(
            at: Arena.redoRecordsOffset + number * Self.byteCount)
    }

    /// The record of a stripe, or of a lane for a change through one.
    @inline(__always)
    init(_ arena: Arena, stripe: Int, lane: StoreLane? = nil) {
        self.init(arena, number: lane.map { Stripe.count + $0.number } ?? stripe)
    }

    /// Ends what a process left in the middle.
    static func redoAll(_ arena: Arena) {
        for number in 0..<Self.count { RedoRecord(arena, number: number).redo(arena) }
    }

    /// The item that is being changed; 0 for none.
    private var changed: UInt32 {
        get {
            unsafe (self.base + 8).assumingMemoryBound(to: Atomic<UInt32>.self)
                .pointee.load(ordering: .acquiring)
        }
        nonmutating set {
            unsafe (self.base + 8).assumingMemoryBound(to: Atomic<UInt32>.self)
                .pointee.store(newValue, ordering: .releasing)
        }
    }

    /// The change that is written down.
    private var change: ItemChange {
        get {
            ItemChange(
                clientFlags: unsafe self.base.load(fromByteOffset: 32, as: UInt32.self),
                expiry: unsafe self.base.load(fromByteOffset: 36, as: UInt32.self),
                state: unsafe self.base.load(fromByteOffset: 40, as: UInt16.self),
                cas: unsafe self.base.load(fromByteOffset: 16, as: UInt64.self),
                version: unsafe self.base.load(fromByteOffset: 24, as: UInt64.self))
        }
        nonmutating set {
            unsafe self.base.storeBytes(of: newValue.clientFlags, toByteOffset: 32, as: UInt32.self)
            unsafe self.base.storeBytes(of: newValue.expiry, toByteOffset: 36, as: UInt32.self)
            unsafe self.base.storeBytes(of: newValue.state, toByteOffset: 40, as: UInt16.self)
            unsafe self.base.storeBytes(of: newValue.cas, toByteOffset: 16, as: UInt64.self)
            unsafe self.base.storeBytes(of: newValue.version, toByteOffset: 24, as: UInt64.self)
        }
    }

    /// Gives an item a value for which its chunk has room, and what else changes with it.
    @inline(__always)
    func overwrite(
        _ reference: UInt32, _ item: Item, _ value: Span<UInt8>, _ change: ItemChange
    ) {
        precondition(!item.isChained)
        self.writeDown(reference, value, change)
        Self.make(change, value, of: item)
        self.changed = 0
    }

    /// Writes down what an item is going to be.
    @inline(__always)
    func writeDown(_ reference: UInt32, _ value: Span<UInt8>, _ change: ItemChange) {
        precondition(value.count <= Self.valueByteCountMax)
        unsafe self.base.storeBytes(of: UInt32(value.count), toByteOffset: 12, as: UInt32.self)
        self.change = change
        unsafe value.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe (self.base + Self.valueOffset).copyMemory(from: start, byteCount: bytes.count)
        }
        self.changed = reference
        atomicMemoryFence(ordering: .acquiringAndReleasing)
    }

    @inline(__always)
    private static func make(_ change: ItemChange, _ value: Span<UInt8>, of item: Item) {
        item.write(value, at: item.keyByteCount)
        item.valueByteCount = value.count
        item.clientFlags = change.clientFlags
        item.expiry = change.expiry
        item.state = change.state
        item.cas = change.cas
        item.version = change.version
    }

    private var exchange: UInt64 {
        get {
            unsafe self.base.assumingMemoryBound(to: Atomic<UInt64>.self)
                .pointee.load(ordering: .acquiring)
        }
        nonmutating set {
            unsafe self.base.assumingMemoryBound(to: Atomic<UInt64>.self)
                .pointee.store(newValue, ordering: .releasing)
        }
    }

    /// Writes down that an item is about to take another one's place.
    func beginExchange(of old: UInt32, for new: UInt32) {
        self.exchange = UInt64(new) | UInt64(old) << 32
    }

    /// Writes down that it has.
    func endExchange() { self.exchange = 0 }

    /// Ends an exchange in which a process died: when both are items, the old one is none.
    private func redoExchange(_ arena: Arena) {
        let both = self.exchange
        let (new, old) = (UInt32(truncatingIfNeeded: both), UInt32(truncatingIfNeeded: both >> 32))
        if Self.names(new, arena), Self.names(old, arena) { Item(arena, old).retract() }
        self.exchange = 0
    }

    /// Whether an item lies there, with a value of so many bytes if that is not its own.
    private static func names(
        _ reference: UInt32, _ arena: Arena, valueByteCount: Int = 0
    ) -> Bool {
        guard arena.holds(reference, byteCount: Item.headerByteCount) else { return false }
        let item = Item(arena, reference)
        let byteCount = Item.headerByteCount + item.keyByteCount + valueByteCount
        return item.isLinked && arena.holds(reference, byteCount: byteCount)
    }

    /// Makes the change again that a process did not end, if there is one. Its item was an item
    /// then, and as its lock was held, still is.
    private func redo(_ arena: Arena) {
        self.redoExchange(arena)
        let reference = self.changed
        let count = Int(unsafe self.base.load(fromByteOffset: 12, as: UInt32.self))
        if count <= Self.valueByteCountMax,
            Self.names(reference, arena, valueByteCount: count)
        {
            let start = unsafe (self.base + Self.valueOffset).assumingMemoryBound(to: UInt8.self)
            let value = unsafe Span(_unsafeStart: start, count: count)
            Self.make(self.change, value, of: Item(arena, reference))
        }
        self.changed = 0
    }
}
