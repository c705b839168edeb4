/// Memory that many mostly idle buffers share: a buffer borrows a block while it has something in
/// it.
///
/// A loop keeps one pool, so that ten thousand idle connections hold no buffer memory at all. Used
/// by one thread.
// SAFETY: `spares` has room for spareCountMax blocks; its first spareCount ones were given up by
// buffers and belong to the pool alone.
@safe package final class ByteBufferPool {
    /// The size of a block in bytes.
    package let blockSize: Int
    /// How many unused blocks are kept at the most.
    package let spareCountMax: Int
    private let spares: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private var spareCount = 0

    /// Makes an empty pool; blocks are made when they are first asked for.
    package init(blockSize: Int, spareCountMax: Int) {
        self.blockSize = blockSize
        self.spareCountMax = spareCountMax
        unsafe self.spares = .allocate(capacity: spareCountMax)
    }

    deinit {
        for index in 0..<self.spareCount { unsafe self.spares[index].deallocate() }
        unsafe self.spares.deallocate()
    }

    /// Gives an empty buffer without memory a block; leaves any other as it is.
    package func lend(to buffer: ByteBuffer) {
        guard buffer.capacity == 0 else { return }
        guard self.spareCount > 0 else { return buffer.reserve(self.blockSize) }
        self.spareCount -= 1
        unsafe buffer.adopt(self.spares[self.spareCount], capacity: self.blockSize)
    }

    /// Takes the memory of an empty buffer back; leaves one that holds bytes as it is.
    package func takeBack(from buffer: ByteBuffer) {
        guard buffer.isEmpty, buffer.capacity > 0 else { return }
        guard buffer.capacity == self.blockSize, self.spareCount < self.spareCountMax,
            let block = unsafe buffer.giveUp()
        else { return buffer.release() }
        unsafe self.spares[self.spareCount] = block
        self.spareCount += 1
    }
}
