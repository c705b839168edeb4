/// An item in the arena, by its reference. The header:
///
/// ```
///  0 next in bucket   4 newer in class   8 older in class  12 last access
/// 16 expiry          20 value bytes     24 CAS number (8)
/// 32 client flags    36 hash            40 class, key bytes, state bits (1 1 2)  44 stored at
/// 48 key, value
/// ```
// SAFETY: the offsets lie within the chunk that the reference names; see Arena.
@safe struct Item {
    static let headerByteCount = 48

    struct State {
        /// A hit since eviction last looked at it.
        static let wasHit: UInt16 = 1
        /// A hit since it was stored.
        static let wasFetched: UInt16 = 2
        /// To be made anew: its value is old and shown as such.
        static let isStale: UInt16 = 4
        /// Somebody was told to make it anew.
        static let isPromised: UInt16 = 8
        /// Its key came as Base64.
        static let hasBinaryKey: UInt16 = 16
        /// In the table and in its class's list; a free chunk has no state.
        static let isLinked: UInt16 = 32
    }

    let base: UnsafeMutableRawPointer

    init(_ arena: Arena, _ reference: UInt32) { unsafe self.base = arena.pointer(reference) }

    @inline(__always)
    private func load<Field>(_ offset: Int, as type: Field.Type) -> Field {
        unsafe self.base.load(fromByteOffset: offset, as: type)
    }
    @inline(__always)
    private func store<Field>(_ value: Field, _ offset: Int) {
        unsafe self.base.storeBytes(of: value, toByteOffset: offset, as: Field.self)
    }

    var nextInBucket: UInt32 {
        get { self.load(0, as: UInt32.self) }
        nonmutating set { self.store(newValue, 0) }
    }
    var newer: UInt32 {
        get { self.load(4, as: UInt32.self) }
        nonmutating set { self.store(newValue, 4) }
    }
    var older: UInt32 {
        get { self.load(8, as: UInt32.self) }
        nonmutating set { self.store(newValue, 8) }
    }
    /// The second of the last hit or store.
    var lastAccess: UInt32 {
        get { self.load(12, as: UInt32.self) }
        nonmutating set { self.store(newValue, 12) }
    }
    /// The second from which on it is gone; 0 for never.
    var expiry: UInt32 {
        get { self.load(16, as: UInt32.self) }
        nonmutating set { self.store(newValue, 16) }
    }
    var valueByteCount: Int {
        get { Int(self.load(20, as: UInt32.self)) }
        nonmutating set { self.store(UInt32(newValue), 20) }
    }
    var cas: UInt64 {
        get { self.load(24, as: UInt64.self) }
        nonmutating set { self.store(newValue, 24) }
    }
    var clientFlags: UInt32 {
        get { self.load(32, as: UInt32.self) }
        nonmutating set { self.store(newValue, 32) }
    }
    var hash: UInt32 {
        get { self.load(36, as: UInt32.self) }
        nonmutating set { self.store(newValue, 36) }
    }
    var classIndex: Int {
        get { Int(self.load(40, as: UInt8.self)) }
        nonmutating set { self.store(UInt8(newValue), 40) }
    }
    var keyByteCount: Int {
        get { Int(self.load(41, as: UInt8.self)) }
        nonmutating set { self.store(UInt8(newValue), 41) }
    }
    var state: UInt16 {
        get { self.load(42, as: UInt16.self) }
        nonmutating set { self.store(newValue, 42) }
    }

    /// Bytes of the chunk in use.
    var byteCount: Int { Self.headerByteCount + self.keyByteCount + self.valueByteCount }

    var key: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let start = unsafe UnsafePointer<UInt8>(
                (self.base + Self.headerByteCount).assumingMemoryBound(to: UInt8.self))
            let span = unsafe Span(_unsafeStart: start, count: self.keyByteCount)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    var value: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let offset = Self.headerByteCount + self.keyByteCount
            let start = unsafe UnsafePointer<UInt8>(
                (self.base + offset).assumingMemoryBound(to: UInt8.self))
            let span = unsafe Span(_unsafeStart: start, count: self.valueByteCount)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Writes bytes into key or value; `offset` counts from the start of the key.
    func write(_ bytes: Span<UInt8>, at offset: Int) {
        unsafe bytes.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            unsafe (self.base + Self.headerByteCount + offset).copyMemory(
                from: start, byteCount: source.count)
        }
    }
}
