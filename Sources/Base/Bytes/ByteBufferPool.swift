/// Memory that many mostly idle buffers share: a buffer borrows a block while it has something in
/// it.
///
/// A loop keeps one pool, so that ten thousand idle connections hold no buffer memory at all. Used
/// by one thread.
// SAFETY: every block in `spares` was given up by a buffer and belongs to the pool alone.
@safe package final class ByteBufferPool {
    /// The size of a block in bytes.
    package let blockSize: Int
    /// How many unused blocks are kept at the most.
    package let spareCountMax: Int
    private var spares: [UnsafeMutableRawPointer] = unsafe []

    /// Makes an empty pool; blocks are made when they are first asked for.
    package init(blockSize: Int, spareCountMax: Int) {
        self.blockSize = blockSize
        self.spareCountMax = spareCountMax
        unsafe self.spares.reserveCapacity(spareCountMax)
    }

    deinit { while let spare = unsafe self.spares.popLast() { unsafe spare.deallocate() } }

    /// Gives an empty buffer without memory a block; leaves any other as it is.
    package func lend(to buffer: ByteBuffer) {
        guard buffer.capacity == 0 else { return }
        if let spare = unsafe self.spares.popLast() {
            unsafe buffer.adopt(spare, capacity: self.blockSize)
        } else {
            buffer.reserve(self.blockSize)
        }
    }

    /// Takes the memory of an empty buffer back; leaves one that holds bytes as it is.
    package func takeBack(from buffer: ByteBuffer) {
        guard buffer.isEmpty, buffer.capacity > 0 else { return }
        guard buffer.capacity == self.blockSize, unsafe self.spares.count < self.spareCountMax,
            let block = unsafe buffer.giveUp()
        else { return buffer.release() }
        unsafe self.spares.append(block)
    }
}
