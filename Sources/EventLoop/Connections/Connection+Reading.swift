package import Base
import SystemInterface

// Taking in what the peer sends.
extension Connection {
    /// Waits until there is something to read and appends one read's worth of it to `input`.
    ///
    /// - Parameters:
    ///   - byteCount: how much is read at the most.
    ///   - deadline: when to give up waiting.
    /// - Returns: how many bytes came; 0 when the peer has finished sending.
    /// - Throws: `deadlineReached`, `closed`, or the kernel's or TLS's error.
    package func fill(
        atMost byteCount: Int = Loop.bufferBlockSize, deadline: Instant = .distantFuture
    ) async throws(ConnectionError) -> Int {
        while true {
            if let count = try self.fillNow(atMost: byteCount) { return count }
            // An idle connection holds no memory.
            self.releaseIdleMemory()
            try await self.waitForReadEvent(deadline: deadline)
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
        if let tls = self.tls { return try self.fillNow(from: tls, atMost: byteCount) }
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

    /// Whether bytes have come that are not in `input` yet.
    package var hasUnreadInput: Bool {
        if let tls = self.tls, tls.hasBufferedInput { return true }
        return Sockets.hasUnreadBytes(self.descriptor)
    }

    /// Waits until there is something to read, or the end, without reading it.
    package func waitUntilReadable(
        deadline: Instant = .distantFuture
    ) async throws(ConnectionError) {
        while true {
            try await self.waitForReadEvent(deadline: deadline)
            // Records may hold nothing for the reader, or half of a record may have come.
            guard let tls = self.tls, !tls.hasReadableInput() else { return }
            self.isReadable = false
        }
    }

    /// Waits until a read may bring something.
    func waitForReadEvent(deadline: Instant) async throws(ConnectionError) {
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

    /// Calls `step` as `whileReadable` does, without a task that waits meanwhile: a connection at
    /// rest is then no more than itself. When the step answers false, or the connection is closed,
    /// `goOn` runs as a task. Loop thread only; nobody else may read the connection.
    package func rest(
        _ step: @escaping () -> Bool, then goOn: @escaping @Sendable () async -> Void
    ) {
        precondition(self.readWaiter == nil && self.afterRest == nil, "one reads a connection")
        if self.isClosed || (self.isReadable && !step()) { return self.loop.spawn(goOn) }
        // The step may have closed it.
        if self.isClosed { return self.loop.spawn(goOn) }
        self.readStep = step
        self.afterRest = goOn
    }

    /// Wakes who waits to read with `deadlineReached`, as if its time were over.
    package func endReadWait() {
        self.loop.preconditionOnLoop()
        self.resumeReader()
    }
}
