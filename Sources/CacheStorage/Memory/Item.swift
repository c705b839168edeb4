import Synchronization

/// An item in the arena, by its reference. The header:
///
/// ```
///  0 next in bucket   4 newer in queue   8 older in queue  12 last access
/// 16 expiry          20 value bytes     24 CAS number (8)
/// 32 version (8)     40 client flags    44 hash
/// 48 class, key bytes, state (1 1 2)    52 place (1), 54 pins (2)
/// 56 key, value
/// ```
/// The lock of the item's stripe guards all of it but `newer`, `older` and `place`, which the lock
/// of the classes guards. `lastAccess` and `version` are read without either; they, `state` and
/// `pinCount` are atomic, as those who read through lanes count uses and pin at the same time.
// SAFETY: the offsets lie within the chunk that the reference names; see Arena.
@safe struct Item {
    static let headerByteCount = 56
    /// The header of memcached's items, from which the sizes of its classes follow.
    static let peerHeaderByteCount = 48

    /// What is known of an item, as bits.
    struct State {
        /// How often it was hit since eviction last looked at it, up to 3.
        static let uses: UInt16 = 3
        /// A hit since it was stored.
        static let wasFetched: UInt16 = 4
        /// To be made anew: its value is old and shown as such.
        static let isStale: UInt16 = 8
        /// Somebody was told to make it anew.
        static let isPromised: UInt16 = 16
        /// Its key came as Base64.
        static let hasBinaryKey: UInt16 = 32
        /// In the table. Written last when an item is made and first when it goes, so that what was
        /// half written when the process died is no item.
        static let isLinked: UInt16 = 64
        /// The value is not behind the key, but in further chunks.
        static let isChained: UInt16 = 128
        /// No item, but a further chunk of one.
        static let isExtra: UInt16 = 256
        /// What a new item takes over when it is written over an old one's place in time.
        static let shown = Self.isStale | Self.isPromised | Self.hasBinaryKey
    }

    /// Where a chunk is.
    struct Place {
        /// Among the free ones of its class.
        static let free: UInt8 = 0
        /// With somebody who is writing it, or the rest of an item that is still being sent.
        static let taken: UInt8 = 1
        /// In the queue of new items.
        static let small: UInt8 = 2
        /// In the queue of items that were hit.
        static let main: UInt8 = 3
        /// Part of a chained item.
        static let extra: UInt8 = 4
        /// With nobody, in a page that is being cleared.
        static let withdrawn: UInt8 = 5
    }

    let base: UnsafeMutableRawPointer

    @inline(__always)
    init(_ arena: Arena, _ reference: UInt32) { unsafe self.base = arena.pointer(reference) }

    @inline(__always)
    private func load<Field>(_ offset: Int, as type: Field.Type) -> Field {
        unsafe self.base.load(fromByteOffset: offset, as: type)
    }
    @inline(__always)
    private func store<Field>(_ value: Field, _ offset: Int) {
        unsafe self.base.storeBytes(of: value, toByteOffset: offset, as: Field.self)
    }

    /// The next one in its bucket; of a free chunk the next free one, of an extra chunk the next
    /// one of its item.
    var nextInBucket: UInt32 {
        get { self.load(0, as: UInt32.self) }
        nonmutating set { self.store(newValue, 0) }
    }
    /// The one behind it in its queue; of a free chunk the one that was freed next, but for the
    /// last.
    var newer: UInt32 {
        get { self.load(4, as: UInt32.self) }
        nonmutating set { self.store(newValue, 4) }
    }
    /// The one before it in its queue; of an extra chunk its item.
    var older: UInt32 {
        get { self.load(8, as: UInt32.self) }
        nonmutating set { self.store(newValue, 8) }
    }
    /// The second of the last hit or store.
    var lastAccess: UInt32 {
        get { unsafe self.word(12).pointee.load(ordering: .relaxed) }
        nonmutating set { unsafe self.word(12).pointee.store(newValue, ordering: .relaxed) }
    }
    /// The second from which on it is gone; 0 for never.
    var expiry: UInt32 {
        get { self.load(16, as: UInt32.self) }
        nonmutating set { self.store(newValue, 16) }
    }
    /// Bytes of the value; of an extra chunk those that lie in it.
    var valueByteCount: Int {
        get { Int(self.load(20, as: UInt32.self)) }
        nonmutating set { self.store(UInt32(newValue), 20) }
    }
    var cas: UInt64 {
        get { self.load(24, as: UInt64.self) }
        nonmutating set { self.store(newValue, 24) }
    }
    /// Orders all states that any item had: a later one has a higher version.
    var version: UInt64 {
        get { unsafe self.double(32).pointee.load(ordering: .relaxed) }
        nonmutating set { unsafe self.double(32).pointee.store(newValue, ordering: .relaxed) }
    }
    var clientFlags: UInt32 {
        get { self.load(40, as: UInt32.self) }
        nonmutating set { self.store(newValue, 40) }
    }
    var hash: UInt32 {
        get { self.load(44, as: UInt32.self) }
        nonmutating set { self.store(newValue, 44) }
    }
    /// The class that the chunk was cut for.
    var classIndex: Int {
        get { Int(self.load(48, as: UInt8.self)) }
        nonmutating set { self.store(UInt8(newValue), 48) }
    }
    var keyByteCount: Int {
        get { Int(self.load(49, as: UInt8.self)) }
        nonmutating set { self.store(UInt8(newValue), 49) }
    }
    var state: UInt16 {
        get { unsafe self.half(50).pointee.load(ordering: .relaxed) }
        nonmutating set { unsafe self.half(50).pointee.store(newValue, ordering: .relaxed) }
    }
    var place: UInt8 {
        get { self.load(52, as: UInt8.self) }
        nonmutating set { self.store(newValue, 52) }
    }
    /// How many are sending its value at this moment.
    var pinCount: UInt16 {
        get { unsafe self.half(54).pointee.load(ordering: .relaxed) }
        nonmutating set { unsafe self.half(54).pointee.store(newValue, ordering: .relaxed) }
    }

    /// Counts one more who is sending its value; false when there are too many. Who counts down has
    /// the stripe's lock.
    func pin() -> Bool {
        guard self.pinCount < UInt16.max - UInt16(Stripes.laneCountMax) else { return false }
        unsafe self.half(54).pointee.wrappingAdd(1, ordering: .relaxed)
        return true
    }

    /// Makes it an item, after all else of it was written.
    func publish() {
        let state = self.state | State.isLinked
        unsafe self.half(50).pointee.store(state, ordering: .releasing)
    }

    /// Makes it no item any more, before anything else of it changes.
    func retract() {
        let state = self.state & ~State.isLinked
        unsafe self.half(50).pointee.store(state, ordering: .sequentiallyConsistent)
    }

    @inline(__always)
    private func half(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt16>> {
        unsafe (self.base + offset).assumingMemoryBound(to: Atomic<UInt16>.self)
    }

    @inline(__always)
    private func double(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        unsafe (self.base + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    @inline(__always)
    private func word(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt32>> {
        unsafe (self.base + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    var isLinked: Bool { self.state & State.isLinked != 0 }
    var isChained: Bool { self.state & State.isChained != 0 }

    /// Counts a use, for eviction.
    @inline(__always)
    func countUse() {
        let state = self.state
        if state & State.uses != State.uses { self.state = state &+ 1 }
    }

    var key: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let start = unsafe UnsafePointer<UInt8>(
                (self.base + Self.headerByteCount).assumingMemoryBound(to: UInt8.self))
            let span = unsafe Span(_unsafeStart: start, count: self.keyByteCount)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Bytes of the item, with the header of memcached's, from which the sizes of classes follow.
    var byteCount: Int { Self.peerHeaderByteCount + self.keyByteCount + self.valueByteCount }

    /// `count` bytes from `offset` on, which counts from the end of the header.
    @inline(__always)
    @_lifetime(borrow self)
    func bytes(at offset: Int, count: Int) -> Span<UInt8> {
        let start = unsafe UnsafePointer<UInt8>(
            (self.base + Self.headerByteCount + offset).assumingMemoryBound(to: UInt8.self))
        let span = unsafe Span(_unsafeStart: start, count: count)
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    /// Writes bytes behind the header; `offset` counts from its end.
    @inline(__always)
    func write(_ bytes: Span<UInt8>, at offset: Int) {
        unsafe bytes.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            unsafe (self.base + Self.headerByteCount + offset).copyMemory(
                from: start, byteCount: source.count)
        }
    }

    /// Whether the key is this one.
    @inline(__always)
    func hasKey(_ key: Span<UInt8>) -> Bool {
        guard self.keyByteCount == key.count else { return false }
        return unsafe key.withUnsafeBytes { bytes in
            unsafe KeyHash.areEqual(
                self.base + Self.headerByteCount, bytes.baseAddress, bytes.count)
        }
    }

    /// Whether the key begins with these bytes.
    func hasKey(prefix: Span<UInt8>) -> Bool {
        guard self.keyByteCount >= prefix.count else { return false }
        return unsafe prefix.withUnsafeBytes { bytes in
            unsafe KeyHash.areEqual(
                self.base + Self.headerByteCount, bytes.baseAddress, bytes.count)
        }
    }
}
