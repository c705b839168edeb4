/// A growable run of bytes with a read end and a write end.
///
/// ```
///   0          readIndex          writeIndex        capacity
///   | consumed |     readable     |      free       |
/// ```
///
/// A reference type on purpose: connections, codecs and the loop pass one buffer along without
/// copying it and without exclusivity checks on the data path. One owner at a time; not `Sendable`.
/// Memory is taken at the first append, so an idle connection's empty buffer costs 56 bytes.
// SAFETY: 0 <= readIndex <= writeIndex <= capacity, and `base` has `capacity` bytes of which those
// before writeIndex are initialised; every access is checked against these.
@safe package final class ByteBuffer {
    private var base: UnsafeMutableRawPointer?
    private var readIndex = 0
    private var writeIndex = 0
    /// Bytes of memory held at present.
    package private(set) var capacity = 0

    /// Makes an empty buffer; `capacity` bytes are set aside at once when it is above zero.
    package init(capacity: Int = 0) {
        if capacity > 0 { self.grow(toHold: capacity) }
    }

    /// Makes a buffer that holds the UTF-8 of `text`.
    package convenience init(_ text: String) {
        self.init()
        self.append(text)
    }

    deinit { unsafe self.base?.deallocate() }

    /// How many bytes can be read.
    package var count: Int { self.writeIndex - self.readIndex }
    /// Whether nothing can be read.
    package var isEmpty: Bool { self.writeIndex == self.readIndex }

    /// The readable bytes, valid until the next call that changes the buffer.
    ///
    /// Bind the buffer to a local first (`let input = connection.input`), as the compiler ties the
    /// span's life to that binding.
    package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            guard let base = unsafe self.base else { return Span() }
            let start = unsafe UnsafePointer<UInt8>(
                (base + self.readIndex).assumingMemoryBound(to: UInt8.self))
            // SAFETY: readIndex ..< writeIndex was written before; the span borrows self.
            let span = unsafe Span(_unsafeStart: start, count: self.count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The readable byte at `offset` from the read end. Traps outside `0..<count`.
    package subscript(offset: Int) -> UInt8 {
        precondition(offset >= 0 && offset < self.count, "offset outside the readable bytes")
        // SAFETY: bounds checked on the line above; count > 0 implies memory is there.
        return unsafe self.base.unsafelyUnwrapped.load(
            fromByteOffset: self.readIndex + offset, as: UInt8.self)
    }

    /// Overwrites a readable byte. Traps outside `0..<count`.
    package func set(_ byte: UInt8, at offset: Int) {
        precondition(offset >= 0 && offset < self.count, "offset outside the readable bytes")
        // SAFETY: bounds checked on the line above.
        unsafe self.base.unsafelyUnwrapped.storeBytes(
            of: byte, toByteOffset: self.readIndex + offset, as: UInt8.self)
    }

    /// Appends one byte.
    package func append(_ byte: UInt8) {
        if self.writeIndex == self.capacity { self.reserve(1) }
        // SAFETY: the line above made writeIndex < capacity true.
        unsafe self.base.unsafelyUnwrapped.storeBytes(
            of: byte, toByteOffset: self.writeIndex, as: UInt8.self)
        self.writeIndex += 1
    }

    /// Drops `byteCount` bytes from the read end. Traps when fewer are readable.
    package func consume(_ byteCount: Int) {
        precondition(byteCount >= 0 && byteCount <= self.count, "consumed more than was readable")
        self.readIndex += byteCount
        if self.readIndex == self.writeIndex {
            self.readIndex = 0
            self.writeIndex = 0
        }
    }

    /// Drops bytes from the write end until `byteCount` are left. Traps when fewer are readable.
    package func truncate(to byteCount: Int) {
        precondition(byteCount >= 0 && byteCount <= self.count, "truncated to more than was there")
        self.writeIndex = self.readIndex + byteCount
    }

    /// Empties the buffer and keeps its memory.
    package func clear() {
        self.readIndex = 0
        self.writeIndex = 0
    }

    /// Empties the buffer and gives its memory back.
    package func release() {
        self.clear()
        unsafe self.base?.deallocate()
        unsafe self.base = nil
        self.capacity = 0
    }

    /// Makes room for `byteCount` more bytes without a further allocation.
    package func reserve(_ byteCount: Int) {
        guard self.capacity - self.writeIndex < byteCount else { return }
        if self.readIndex > 0, self.capacity - self.count >= byteCount {
            self.moveToFront()
        } else {
            self.grow(toHold: self.count + byteCount)
        }
    }

    /// Lets `body` fill up to `byteCount` bytes of free memory; it answers how many it filled.
    ///
    /// - Throws: what `body` throws; the buffer is then unchanged but for its capacity.
    package func appendFilling<Failure: Error>(
        atMost byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) -> Int {
        self.reserve(byteCount)
        guard let base = unsafe self.base else { return 0 }
        let free = unsafe UnsafeMutableRawBufferPointer(
            start: base + self.writeIndex, count: byteCount)
        let filled = try unsafe body(free)
        precondition(filled >= 0 && filled <= byteCount, "filled more than was free")
        self.writeIndex += filled
        return filled
    }

    /// Exchanges contents and memory with `other`. O(1).
    package func swap(with other: ByteBuffer) {
        unsafe Swift.swap(&self.base, &other.base)
        Swift.swap(&self.readIndex, &other.readIndex)
        Swift.swap(&self.writeIndex, &other.writeIndex)
        Swift.swap(&self.capacity, &other.capacity)
    }

    /// Takes over a block of memory that was allocated with 16-byte alignment; self must have none.
    func adopt(_ block: UnsafeMutableRawPointer, capacity: Int) {
        unsafe self.base = block
        self.capacity = capacity
        self.clear()
    }

    /// Hands the memory over to the caller, contents and all; self has none then.
    func giveUp() -> UnsafeMutableRawPointer? {
        let block = unsafe self.base
        unsafe self.base = nil
        self.capacity = 0
        self.clear()
        return unsafe block
    }

    private func moveToFront() {
        guard let base = unsafe self.base else { return }
        unsafe base.copyMemory(from: base + self.readIndex, byteCount: self.count)
        self.writeIndex -= self.readIndex
        self.readIndex = 0
    }

    private func grow(toHold byteCount: Int) {
        let newCapacity = max(byteCount, self.capacity * 2, 64)
        let newBase = UnsafeMutableRawPointer.allocate(byteCount: newCapacity, alignment: 16)
        if let base = unsafe self.base {
            unsafe newBase.copyMemory(from: base + self.readIndex, byteCount: self.count)
            unsafe base.deallocate()
        }
        self.writeIndex -= self.readIndex
        self.readIndex = 0
        unsafe self.base = newBase
        self.capacity = newCapacity
    }
}
