package import Base
package import SystemInterface

// Sending what is in `output`, and files.
extension Connection {
    /// How much of a file is sent before others have their turn.
    private static let filePieceByteCountMax: Int64 = 1 << 20
    /// How much of a file is read at once where the kernel cannot copy it itself.
    private static let readPieceByteCountMax: Int64 = 64 << 10

    /// Sends all of `output`, waiting for room as needed.
    ///
    /// - Throws: `deadlineReached` when the peer took nothing until then, `closed`, or the kernel's
    ///   or TLS's error; what was not sent stays in `output`.
    package func flush(deadline: Instant = .distantFuture) async throws(ConnectionError) {
        while try !self.flushNow() {
            // Much was sent at once, and others are to have their turn.
            if self.isWritable { await self.loop.yield() }
            try await self.waitUntilWritable(deadline: deadline)
        }
    }

    /// Sends what the kernel takes at once.
    ///
    /// - Returns: whether `output` is empty now, and all of it handed to the kernel. When not,
    ///   there may be room still: of an insert only so much is sent at once.
    package func flushNow() throws(ConnectionError) -> Bool {
        self.loop.preconditionOnLoop()
        if self.isClosed { throw .closed }
        if let tls = self.tls { return try self.flushNow(through: tls) }
        if let insert = self.inserted, try !self.flushInsert(insert) { return false }
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
            if self.tls != nil {
                position += try await self.sendPiece(number, position..<end, deadline: deadline)
                continue
            }
            if !self.isWritable { try await self.waitUntilWritable(deadline: deadline) }
            do {
                let chunk = Int(min(end - position, Self.filePieceByteCountMax))
                let sent = try RawDescriptor.sendFile(
                    from: number, offset: position, byteCount: chunk, to: self.descriptor)
                guard sent > 0 else { throw ConnectionError.system(.invalidArgument) }
                position += Int64(sent)
                self.sentByteCount &+= sent
                // Who reads as fast as this is sent would have the loop for all of the file.
                if position < end, self.isWritable { await self.loop.yield() }
            } catch let error as Errno {
                guard error == .wouldBlock else { throw .system(error) }
                self.isWritable = false
            } catch {
                throw error as? ConnectionError ?? .closed
            }
        }
    }

    /// Sends a piece of a file by way of `output`, as what is encrypted here must be.
    private func sendPiece(
        _ file: Int32, _ range: Range<Int64>, deadline: Instant
    ) async throws(ConnectionError) -> Int64 {
        let wanted = Int(min(Int64(range.count), Self.readPieceByteCountMax))
        let count: Int
        do {
            count = try RawDescriptor.read(
                file, at: range.lowerBound, into: self.output, atMost: wanted)
        } catch {
            throw .system(error)
        }
        guard count > 0 else { throw .system(.invalidArgument) }
        try await self.flush(deadline: deadline)
        return Int64(count)
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

    /// Tells the peer that nothing more will be sent; reading goes on. Nothing may be in `output`.
    package func shutdownOutput() {
        guard !self.isClosed else { return }
        if let tls = self.tls { self.sayGoodbye(tls) }
        Sockets.shutdownOutput(self.descriptor)
    }
}
