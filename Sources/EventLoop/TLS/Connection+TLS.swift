package import Base
import SystemInterface

// A connection that speaks TLS.
extension Connection {
    /// How much is encrypted before it is sent.
    private static let sealByteCountMax = 64 << 10

    /// What the handshake has brought; nil on a connection without TLS, or before its end.
    package var tlsPeer: TLSPeer? { self.tls?.peer }

    /// Whether the connection speaks TLS.
    package var isTLS: Bool { self.tls != nil }

    /// Speaks TLS from now on. Loop thread only; nothing may be in `output`.
    ///
    /// - Parameters:
    ///   - context: the certificates and rules; its role says which end this is.
    ///   - serverName: of a client: the name, or address, that must stand in the server's
    ///     certificate; nil to look at its authority alone.
    ///   - verification: in place of the context's own.
    ///   - deadline: when to give up.
    /// - Throws: `tls` with the reason, which the peer has been told as far as TLS allows;
    ///   `deadlineReached`, `closed`, `system`. The connection is then good for `close` alone.
    package func startTLS(
        _ context: TLSContext, serverName: String? = nil,
        verification: TLSSettings.Verification? = nil, deadline: Instant? = nil
    ) async throws(ConnectionError) {
        precondition(self.tls == nil && self.output.isEmpty, "TLS begins before anything is said")
        // What was sent before the handshake may be a stranger's.
        guard self.input.isEmpty else {
            let text = "bytes came before the handshake"
            throw .tls(TLSError(kind: .handshake, description: text))
        }
        let channel = TLSChannel(
            context, descriptor: self.descriptor, serverName: serverName,
            verification: verification)
        guard let channel else {
            throw .tls(TLSError(kind: .setup, description: TLSError.takeReason()))
        }
        self.tls = channel
        let deadline = deadline ?? self.loop.now + TLSSettings.handshakeTimeMax
        do {
            try await self.shakeHands(channel, deadline: deadline)
        } catch {
            channel.saysGoodbye = false
            // The alert that says why.
            _ = try? self.sendSealed(of: channel)
            throw error
        }
        // The first data may have come with the end of the handshake.
        self.isReadable = true
    }

    private func shakeHands(
        _ channel: TLSChannel, deadline: Instant
    ) async throws(ConnectionError) {
        while true {
            if self.isClosed { throw .closed }
            let step = try channel.handshake()
            while try !self.sendSealed(of: channel) {
                try await self.waitUntilWritable(deadline: deadline)
            }
            switch step {
            case .done: return self.releaseIdleMemory()
            case .wantsInput:
                self.isReadable = false
                try await self.waitForReadEvent(deadline: deadline)
            case .wantsRoom:
                self.isWritable = false
                try await self.waitUntilWritable(deadline: deadline)
            }
        }
    }

    /// `fillNow` over TLS.
    func fillNow(
        from channel: TLSChannel, atMost byteCount: Int
    ) throws(ConnectionError) -> Int? {
        guard let count = try channel.open(into: self.input, atMost: byteCount) else {
            self.isReadable = false
            return nil
        }
        self.receivedByteCount &+= count
        return count
    }

    /// `flushNow` over TLS: a piece is encrypted when what was encrypted before has left.
    func flushNow(through channel: TLSChannel) throws(ConnectionError) -> Bool {
        var budget = Self.insertByteCountMax
        while true {
            guard try self.sendSealed(of: channel) else { return false }
            if self.output.isEmpty, self.inserted == nil { return true }
            guard budget > 0 else { return false }
            self.buffers.lend(to: channel.sealed)
            guard let count = try self.sealPiece(through: channel) else {
                self.isWritable = false
                return false
            }
            self.sentByteCount &+= count
            if self.inserted != nil { budget -= count }
        }
    }

    /// Encrypts what is to be sent next: of the output as far as the insert in it, of the insert,
    /// of the rest. How much; nil when there is no room.
    private func sealPiece(through channel: TLSChannel) throws(ConnectionError) -> Int? {
        if let placed = self.inserted, placed.position == 0 {
            var count: Int?
            try placed.insert.send(
                atMost: Self.sealByteCountMax
            ) { (piece) throws(ConnectionError) -> Int in
                count = try channel.seal(piece)
                return count ?? 0
            }
            if placed.insert.remaining == 0 { self.inserted = nil }
            return count
        }
        let output = self.output
        let bytes = output.bytes
        let end = self.inserted?.position ?? bytes.count
        let piece = bytes.extracting(0..<min(end, Self.sealByteCountMax))
        guard let count = try channel.seal(piece) else { return nil }
        output.consume(count)
        self.inserted?.position -= count
        return count
    }

    /// Sends records; whether none is left.
    private func sendSealed(of channel: TLSChannel) throws(ConnectionError) -> Bool {
        while !channel.sealed.isEmpty {
            guard self.isWritable else { return false }
            do {
                _ = try RawDescriptor.send(self.descriptor, from: channel.sealed)
                if !channel.sealed.isEmpty { self.isWritable = false }
            } catch .wouldBlock {
                self.isWritable = false
            } catch {
                throw .system(error)
            }
        }
        return true
    }

    /// Sends what TLS itself had to say, when there is room again and no task waits to write.
    func sendLeftovers(of channel: TLSChannel) { _ = try? self.sendSealed(of: channel) }

    /// Tells the peer that what was sent is whole, as far as the kernel has room for it now.
    func sayGoodbye(_ channel: TLSChannel) {
        guard self.output.isEmpty, channel.sealed.isEmpty else { return }
        channel.shutDown()
        _ = try? self.sendSealed(of: channel)
    }
}
