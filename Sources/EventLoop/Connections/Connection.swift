package import Base
package import SystemInterface

/// A stream connection that lives on one loop, with one input and one output buffer.
///
/// Used by straight-line async code: `fill` until a whole message is there, act, append the answer
/// to
/// `output`, `flush`. One task may wait to read and another to write. Loop thread only.
///
/// The kernel tells each change of readiness once (edge-triggered); what it told is remembered, so
/// a request costs one receive and one send and no call to see that there is nothing more.
///
/// All of it works the same over TLS once `startTLS` has returned; without TLS that costs one
/// branch a call.
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
    package internal(set) var peerHasFinished = false
    /// Bytes received since the connection began; over TLS, of what was said, not of its records.
    package internal(set) var receivedByteCount = 0
    /// Bytes sent since the connection began, counted alike.
    package internal(set) var sentByteCount = 0
    /// Called once, on the loop, when the kernel tells that the peer has finished sending or the
    /// connection broke. For who works for a peer without reading from it, and should then stop.
    package var whenPeerFinishes: (() -> Void)?
    /// Whether `close` was called.
    package private(set) var isClosed = false
    /// Whether it is needed while the daemon ends, so that who closes connections at rest leaves
    /// it.
    package var isNeededToTheEnd = false

    /// What is sent in the middle of `output`.
    var inserted: PlacedInsert?
    let descriptor: Int32
    let buffers: ByteBufferPool
    /// What lies between the buffers and the socket, on a connection that speaks TLS.
    var tls: TLSChannel?
    /// Whether a read may bring something: bytes, the end or an error.
    var isReadable = false
    /// Whether the kernel may have room.
    var isWritable = true
    var readWaiter: Waiter?
    var readStep: (() -> Bool)?
    /// What goes on as a task when a connection that rests without one is to do more.
    var afterRest: (@Sendable () async -> Void)?
    /// Whether it outlives its listener's handler; whoever says so closes it.
    package var isKept = false
    var writeWaiter: Waiter?
    var timer: TimerHandle?
    private var token: UInt64 = 0

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

    /// Makes the close to come a reset, so that the peer sees that its answer is not whole.
    package func resetOnClose() {
        guard !self.isClosed else { return }
        self.tls?.saysGoodbye = false
        Sockets.resetOnClose(self.descriptor)
    }

    /// Closes the connection and wakes who waits on it with `closed`. Again has no effect.
    package func close() {
        self.loop.preconditionOnLoop()
        guard !self.isClosed else { return }
        if let tls = self.tls { self.sayGoodbye(tls) }
        self.isClosed = true
        self.loop.forget(self.token)
        RawDescriptor.close(self.descriptor)
        self.whenPeerFinishes = nil
        self.inserted = nil
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
        if let tls = self.tls { buffers.takeBack(from: tls.sealed) }
    }
}
