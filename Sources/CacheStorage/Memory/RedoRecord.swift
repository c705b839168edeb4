import Synchronization

/// A change of a value in its place, written down before it is made: a process that dies in the
/// middle leaves the record, and the next one makes the change again. One record a stripe, under
/// its lock.
///
/// ```
/// 0 reference (4) 4 value bytes (4) 8 CAS number (8) 16 version (8) 24 value (40) 64 valid (8)
/// 72 item that takes another one's place (4) 76 the other one (4)
/// ```
// SAFETY: a record's bytes lie in the arena's reserved ones; values are checked for their length.
@safe struct RedoRecord {
    static let valueByteCountMax = 40
    private static let byteCount = 128
    private let base: UnsafeMutableRawPointer

    init(_ arena: Arena, stripe: Int) {
        unsafe self.base = arena.reserved(
            at: Arena.redoRecordsOffset + stripe * Self.byteCount)
    }

    private var isValid: Bool {
        get {
            unsafe (self.base + 64).assumingMemoryBound(to: Atomic<UInt64>.self)
                .pointee.load(ordering: .acquiring) != 0
        }
        nonmutating set {
            unsafe (self.base + 64).assumingMemoryBound(to: Atomic<UInt64>.self)
                .pointee.store(newValue ? 1 : 0, ordering: .sequentiallyConsistent)
        }
    }

    /// Overwrites the value of an item, of the same length, and its numbers.
    func overwrite(
        _ reference: UInt32, _ item: Item, _ value: Span<UInt8>, cas: UInt64, version: UInt64
    ) {
        precondition(
            value.count == item.valueByteCount && value.count <= Self.valueByteCountMax
                && !item.isChained)
        unsafe self.base.storeBytes(of: reference, toByteOffset: 0, as: UInt32.self)
        unsafe self.base.storeBytes(of: UInt32(value.count), toByteOffset: 4, as: UInt32.self)
        unsafe self.base.storeBytes(of: cas, toByteOffset: 8, as: UInt64.self)
        unsafe self.base.storeBytes(of: version, toByteOffset: 16, as: UInt64.self)
        for index in value.indices {
            unsafe self.base.storeBytes(of: value[index], toByteOffset: 24 + index, as: UInt8.self)
        }
        self.isValid = true
        item.write(value, at: item.keyByteCount)
        item.cas = cas
        item.version = version
        self.isValid = false
    }

    private var exchange: UInt64 {
        get {
            unsafe (self.base + 72).assumingMemoryBound(to: Atomic<UInt64>.self)
                .pointee.load(ordering: .acquiring)
        }
        nonmutating set {
            unsafe (self.base + 72).assumingMemoryBound(to: Atomic<UInt64>.self)
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
        if new != 0, old != 0, Item(arena, new).isLinked { Item(arena, old).retract() }
        self.exchange = 0
    }

    /// Makes the change again that a process did not end, if there is one. Its item was an item
    /// then, and as its lock was held, still is.
    func redo(_ arena: Arena) {
        self.redoExchange(arena)
        guard self.isValid else { return }
        let reference = unsafe self.base.load(fromByteOffset: 0, as: UInt32.self)
        let count = Int(unsafe self.base.load(fromByteOffset: 4, as: UInt32.self))
        let item = Item(arena, reference)
        if item.isLinked, item.valueByteCount == count, count <= Self.valueByteCountMax {
            let start = unsafe (self.base + 24).assumingMemoryBound(to: UInt8.self)
            item.write(unsafe Span(_unsafeStart: start, count: count), at: item.keyByteCount)
            item.cas = unsafe self.base.load(fromByteOffset: 8, as: UInt64.self)
            item.version = unsafe self.base.load(fromByteOffset: 16, as: UInt64.self)
        }
        self.isValid = false
    }
}
