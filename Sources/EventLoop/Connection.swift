package import Base
package import SystemInterface

/// Why a read or write on a connection ended.
package enum ConnectionError: Error, Equatable, Sendable {
    /// This side closed it.
    case closed
    /// The deadline given to the call passed.
    case deadlineReached
    /// The kernel said no: reset, refused, no route.
    case system(Errno)
}

/// A stream connection that lives on one loop, with one input and one output buffer.
///
/// Used by straight-line async code: `fill` until a whole message is there, act, append the answer
/// to
/// `output`, `flush`. One task may wait to read and another to write. Loop thread only.
///
/// The kernel tells each change of readiness once (edge-triggered); what it told is remembered, so
/// a request costs one receive and one send and no call to see that there is nothing more.
// SAFETY: all that changes is touched on the loop's thread only, which the loop asserts.
package final class Connection: @unchecked Sendable {
    /// The loop the connection lives on.
    package let loop: Loop
    /// The address of the other end; a client on a UNIX socket has none (an empty path).
    package let peerAddress: SocketAddress
    /// What was received and not yet consumed.
    package let input = ByteBuffer()
    /// What is to be sent.
    package let output = ByteBuffer()
    /// Whether the peer has finished sending, as far as the kernel has told.
    package private(set) var peerHasFinished = false
    /// Bytes received since the connection began.
    package private(set) var receivedByteCount = 0
    /// Bytes sent since the connection began.
    package private(set) var sentByteCount = 0
    /// Called once, on the loop, when the kernel tells that the peer has finished sending or the
    /// connection broke. For who works for a peer without reading from it, and should then stop.
    package var whenPeerFinishes: (() -> Void)?
    /// Whether `close` was called.
    package private(set) var isClosed = false

    let descriptor: Int32
    private let buffers: ByteBufferPool
    private var token: UInt64 = 0
    private var isReadable = false
    private var isWritable = true
    private var readWaiter: Waiter?
    private var readStep: (() -> Bool)?
    private var writeWaiter: Waiter?
    private var timer: TimerHandle?

    private struct Waiter {
        let suspension: Suspension
        let deadline: Instant
    }

    /// Takes a non-blocking stream socket over. Loop thread only.
    ///
    /// - Throws: when the loop cannot watch it; the socket is then closed.
    package init(
        adopting descriptor: Int32, peer: SocketAddress, on loop: Loop
    ) throws(Errno) {
        self.loop = loop
        self.buffers = loop.buffers
        self.descriptor = descriptor
        self.peerAddress = peer
        do {
            self.token = try loop.register(self, descriptor: descriptor)
        } catch {
            RawDescriptor.close(descriptor)
            self.isClosed = true
            throw error
        }
        if peer.port != nil { Sockets.disableNagle(descriptor) }
    }

    deinit { if !self.isClosed { RawDescriptor.close(self.descriptor) } }

    /// The address of this end.
    package var localAddress: SocketAddress {
        (try? Sockets.localAddress(of: self.descriptor)) ?? .unix("")
    }

    /// The descriptor's number, for questions to the kernel (peer credentials) and for logs.
    package var descriptorNumber: Int32 { self.descriptor }

    // MARK: Reading

    /// Waits until there is something to read and appends one read's worth of it to `input`.
    ///
    /// - Parameters:
    ///   - byteCount: how much is read at the most.
    ///   - deadline: when to give up waiting.
    /// - Returns: how many bytes came; 0 when the peer has finished sending.
    /// - Throws: `deadlineReached`, `closed`, or the kernel's error.
    package func fill(
        atMost byteCount: Int = Loop.bufferBlockSize, deadline: Instant = .distantFuture
    ) async throws(ConnectionError) -> Int {
        while true {
            if let count = try self.fillNow(atMost: byteCount) { return count }
            // An idle connection holds no memory.
            self.releaseIdleMemory()
            try await self.waitUntilReadable(deadline: deadline)
        }
    }

    /// Reads what is there without waiting; nil when nothing is, 0 when the peer has finished.
    package func fillNow(
        atMost byteCount: Int = Loop.bufferBlockSize
    ) throws(ConnectionError) -> Int? {
        self.loop.preconditionOnLoop()
        if self.isClosed { throw .closed }
        guard self.isReadable else { return nil }
        let buffers = self.buffers
        buffers.lend(to: self.input)
        buffers.lend(to: self.output)
        // A block that is partly filled is filled up rather than grown, while there is room worth
        // it.
        let count: Int
        do {
            count = try RawDescriptor.receive(self.descriptor, into: self.input, atMost: byteCount)
        } catch .wouldBlock {
            self.isReadable = false
            return nil
        } catch {
            throw .system(error)
        }
        self.receivedByteCount &+= count
        // A short read means that the kernel has no more (epoll(7)); the end is told as an edge of
        // its own, and once told must be looked for by reading on.
        if count > 0, count < byteCount, !self.peerHasFinished { self.isReadable = false }
        return count
    }

    /// Waits until there is something to read, or the end, without reading it.
    package func waitUntilReadable(
        deadline: Instant = .distantFuture
    ) async throws(ConnectionError) {
        if self.isClosed { throw .closed }
        if self.isReadable { return }
        precondition(self.readWaiter == nil, "one task at a time reads a connection")
        await Suspension.wait {
            self.readWaiter = Waiter(suspension: $0, deadline: deadline)
            self.armTimer(for: deadline)
        }
        if self.isClosed { throw .closed }
        if !self.isReadable { throw .deadlineReached }
    }

    /// Calls `step` on the loop whenever there is something to read, or the end, until it answers
    /// false. The task sleeps meanwhile.
    ///
    /// For requests that are answered without waiting: a step costs a fraction of waking a task.
    /// The step reads by `fillNow`, and may not wait nor call this again.
    ///
    /// - Throws: `closed` when the connection was closed, by the step or by others.
    package func whileReadable(_ step: @escaping () -> Bool) async throws(ConnectionError) {
        precondition(self.readWaiter == nil, "one task at a time reads a connection")
        if self.isClosed { throw .closed }
        if self.isReadable, !step() { return }
        self.readStep = step
        defer { self.readStep = nil }
        await Suspension.wait {
            self.readWaiter = Waiter(suspension: $0, deadline: .distantFuture)
        }
        if self.isClosed { throw .closed }
    }

    /// Wakes who waits to read with `deadlineReached`, as if its time were over.
    package func endReadWait() {
        self.loop.preconditionOnLoop()
        self.resumeReader()
    }

    // MARK: Writing

    /// Sends all of `output`, waiting for room as needed.
    ///
    /// - Throws: `deadlineReached` when the peer took nothing until then, `closed`, or the kernel's
    ///   error; what was not sent stays in `output`.
    package func flush(deadline: Instant = .distantFuture) async throws(ConnectionError) {
        while try !self.flushNow() { try await self.waitUntilWritable(deadline: deadline) }
    }

    /// Sends what the kernel takes at once.
    ///
    /// - Returns: whether `output` is empty now.
    package func flushNow() throws(ConnectionError) -> Bool {
        self.loop.preconditionOnLoop()
        if self.isClosed { throw .closed }
        while !self.output.isEmpty {
            guard self.isWritable else { return false }
            do {
                self.sentByteCount &+= try RawDescriptor.send(self.descriptor, from: self.output)
                if !self.output.isEmpty { self.isWritable = false }
            } catch .wouldBlock {
                self.isWritable = false
            } catch {
                throw .system(error)
            }
        }
        return true
    }

    /// Sends `byteCount` bytes of a file from `offset`, after all of `output`.
    ///
    /// - Throws: as `flush`; `system` with EINVAL when the file has become shorter.
    package func sendFile(
        _ file: borrowing Descriptor, offset: Int64, byteCount: Int64,
        deadline: Instant = .distantFuture
    ) async throws(ConnectionError) {
        try await self.flush(deadline: deadline)
        let number = file.number
        var position = offset
        let end = offset + byteCount
        while position < end {
            if self.isClosed { throw .closed }
            if !self.isWritable { try await self.waitUntilWritable(deadline: deadline) }
            do {
                let chunk = Int(min(end - position, 1 << 20))
                let sent = try RawDescriptor.sendFile(
                    from: number, offset: position, byteCount: chunk, to: self.descriptor)
                guard sent > 0 else { throw ConnectionError.system(.invalidArgument) }
                position += Int64(sent)
                self.sentByteCount &+= sent
            } catch let error as Errno {
                guard error == .wouldBlock else { throw .system(error) }
                self.isWritable = false
            } catch {
                throw error as? ConnectionError ?? .closed
            }
        }
    }

    /// Waits until the kernel has room for more.
    package func waitUntilWritable(
        deadline: Instant = .distantFuture
    ) async throws(ConnectionError) {
        if self.isClosed { throw .closed }
        if self.isWritable { return }
        precondition(self.writeWaiter == nil, "one task at a time writes a connection")
        await Suspension.wait {
            self.writeWaiter = Waiter(suspension: $0, deadline: deadline)
            self.armTimer(for: deadline)
        }
        if self.isClosed { throw .closed }
        if !self.isWritable { throw .deadlineReached }
    }

    /// Tells the peer that nothing more will be sent; reading goes on.
    package func shutdownOutput() {
        if !self.isClosed { Sockets.shutdownOutput(self.descriptor) }
    }

    /// Makes the close to come a reset, so that the peer sees that its answer is not whole.
    package func resetOnClose() {
        if !self.isClosed { Sockets.resetOnClose(self.descriptor) }
    }

    /// Closes the connection and wakes who waits on it with `closed`. Again has no effect.
    package func close() {
        self.loop.preconditionOnLoop()
        guard !self.isClosed else { return }
        self.isClosed = true
        self.loop.forget(self.token)
        RawDescriptor.close(self.descriptor)
        self.whenPeerFinishes = nil
        self.timer?.cancel()
        self.timer = nil
        self.resumeReader()
        self.resumeWriter()
        self.releaseIdleMemory()
    }

    /// Gives the memory of empty buffers back to the loop, for a connection that will rest.
    package func releaseIdleMemory() {
        let buffers = self.buffers
        buffers.takeBack(from: self.input)
        buffers.takeBack(from: self.output)
    }

    // MARK: Called by the loop

    /// Remembers what the kernel told and wakes who waits for it.
    func becameReady(_ ready: ReadySet) {
        if ready.hasEnded {
            self.peerHasFinished = true
            if let notify = self.whenPeerFinishes.take() { notify() }
        }
        if ready.isReadable {
            self.isReadable = true
            if self.readStep.map({ !$0() }) ?? true { self.resumeReader() }
        }
        if ready.isWritable {
            self.isWritable = true
            self.resumeWriter()
        }
    }

    /// Says that the first write must wait for the connection to stand.
    func awaitConnection() { self.isWritable = false }

    private func resumeReader() {
        guard let waiter = self.readWaiter else { return }
        self.readWaiter = nil
        waiter.suspension.resume()
    }

    private func resumeWriter() {
        guard let waiter = self.writeWaiter else { return }
        self.writeWaiter = nil
        waiter.suspension.resume()
    }

    /// Sees to it that a timer fires at `deadline` or earlier. One timer serves many requests: it
    /// is set anew only when it fires before the deadline of who then waits.
    private func armTimer(for deadline: Instant) {
        if deadline == .distantFuture { return }
        if let timer = self.timer, timer.isPending {
            if timer.deadline <= deadline { return }
            timer.cancel()
        }
        self.timer = self.loop.schedule(at: deadline) { [unowned self] in self.timerFired() }
    }

    private func timerFired() {
        self.timer = nil
        let now = self.loop.now
        if let waiter = self.readWaiter, waiter.deadline <= now { self.resumeReader() }
        if let waiter = self.writeWaiter, waiter.deadline <= now { self.resumeWriter() }
        let next = min(
            self.readWaiter?.deadline ?? .distantFuture,
            self.writeWaiter?.deadline ?? .distantFuture)
        self.armTimer(for: next)
    }
}
