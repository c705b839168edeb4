import Base
import SystemInterface

// Sending what is not in `output`, and receiving what is not to go into `input`.
extension Connection {
    /// How much of an insert is sent before others have their turn.
    static let insertByteCountMax = 128 << 10
    /// How much of it is handed to the kernel at once.
    private static let pieceByteCountMax = 128 << 10

    /// Sends `insert` after the first `position` bytes of `output`. There may be one at a time.
    package func insert(_ insert: any OutputInsert, at position: Int) {
        precondition(self.inserted == nil, "one insert at a time")
        precondition(position <= self.output.count, "an insert lies within the output")
        guard insert.remaining > 0 else { return }
        self.inserted = PlacedInsert(insert, at: position)
    }

    /// Whether something is to be sent still.
    package var hasUnsentOutput: Bool { !self.output.isEmpty || self.inserted != nil }

    /// Sends `output` as far as the end of the insert in it.
    ///
    /// - Returns: whether the insert has left; what follows it may have left too.
    func flushInsert(_ placed: PlacedInsert) throws(ConnectionError) -> Bool {
        var budget = Self.insertByteCountMax
        while placed.insert.remaining > 0 {
            guard self.isWritable, budget > 0 else { return false }
            do {
                budget -= try self.sendPiece(of: placed)
            } catch .wouldBlock {
                self.isWritable = false
            } catch {
                throw .system(error)
            }
        }
        self.inserted = nil
        return true
    }

    /// Sends a piece and what stands before it, and what follows when it is the last.
    private func sendPiece(of placed: PlacedInsert) throws(Errno) -> Int {
        let output = self.output
        let before = placed.position
        let remaining = placed.insert.remaining
        var sent = 0
        // What was sent of `output`: before the piece, and after it.
        var (head, tail) = (0, 0)
        try placed.insert.send(atMost: Self.pieceByteCountMax) { (piece) throws(Errno) -> Int in
            let isLast = piece.count == remaining
            sent = try RawDescriptor.send(
                self.descriptor, output, upTo: before, then: piece, withRest: isLast)
            let whole = before + piece.count + (isLast ? output.count - before : 0)
            if sent < whole { self.isWritable = false }
            head = min(sent, before)
            tail = max(0, sent - before - piece.count)
            return sent - head - tail
        }
        output.consume(head + tail)
        placed.position = before - head
        self.sentByteCount &+= sent
        return sent
    }

    /// Receives what is there into memory of the caller's, and what does not fit there into
    /// `input`; nil when nothing is there, 0 when the peer has finished. Not over TLS.
    package func fillNow(
        into memory: UnsafeMutableRawBufferPointer, thenAtMost byteCount: Int
    ) throws(ConnectionError) -> Int? {
        self.loop.preconditionOnLoop()
        precondition(self.tls == nil, "what comes over TLS goes into the input")
        if self.isClosed { throw .closed }
        guard self.isReadable else { return nil }
        self.buffers.lend(to: self.input)
        do {
            // SAFETY: the caller's memory is used for this call only.
            let count = try unsafe RawDescriptor.receive(
                self.descriptor, into: memory, then: self.input, atMost: byteCount)
            self.receivedByteCount &+= count
            if count > 0, count < memory.count + byteCount, !self.peerHasFinished {
                self.isReadable = false
            }
            return count
        } catch .wouldBlock {
            self.isReadable = false
            return nil
        } catch {
            throw .system(error)
        }
    }
}
