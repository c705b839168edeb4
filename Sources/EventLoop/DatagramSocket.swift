import Base
import Synchronization
package import SystemInterface

/// A socket at which datagrams come and are answered at once. Loop thread only, but for `stop`.
///
/// While the kernel has no room for answers nothing is received: what comes then is the kernel's to
/// keep or to drop.
// SAFETY: all that changes is touched on the loop's thread only; `stop` goes there.
package final class DatagramSocket: @unchecked Sendable {
    /// How many batches are received before others have their turn.
    private static let batchesInARowMax = 4

    /// Where it is bound, with the real port where 0 was asked for.
    package let address: SocketAddress
    /// Its descriptor, until it is stopped.
    package var descriptorNumber: Int32 { self.descriptor }
    private let loop: Loop
    private let descriptor: Int32
    private let serve: (DatagramBatch, Int) -> Void
    private var token: UInt64?
    private var batch: DatagramBatch?
    private var isReadable = false

    /// Binds a socket; `serve` has each datagram of a batch, by its number, and appends the answers
    /// to the batch.
    ///
    /// - Throws: `addressInUse` and its kin.
    package init(
        _ address: SocketAddress, on loop: Loop,
        serve: @escaping @Sendable (DatagramBatch, Int) -> Void
    ) throws(Errno) {
        let socket = try Sockets.bindDatagrams(at: address)
        self.address = try Sockets.localAddress(of: socket.number)
        self.loop = loop
        self.serve = serve
        self.descriptor = socket.take()
    }

    /// Begins to receive. Any thread; once.
    package func start() {
        self.loop.run {
            self.token = try? self.loop.register(.datagrams(self), descriptor: self.descriptor)
        }
    }

    /// Sends one datagram of its own accord. Any thread, while it is not stopped.
    ///
    /// - Throws: the kernel's error, `wouldBlock` when it has no room.
    package func send(_ bytes: [UInt8], to address: SocketAddress) throws(Errno) {
        try RawDescriptor.send(self.descriptor, bytes, to: address)
    }

    /// Receives no more and closes the socket. Any thread; again has no effect.
    package func stop() {
        self.loop.run {
            guard let token = self.token else { return }
            self.token = nil
            self.loop.forget(token)
            RawDescriptor.close(self.descriptor)
        }
    }

    /// Remembers what the kernel told and goes on.
    func becameReady(_ ready: ReadySet) {
        if ready.isReadable { self.isReadable = true }
        self.goOn()
    }

    private func goOn() {
        guard self.token != nil else { return }
        let batch = self.batch ?? DatagramBatch()
        self.batch = batch
        for _ in 0..<Self.batchesInARowMax {
            guard batch.send(to: self.descriptor) else { return }
            guard self.isReadable else {
                // An idle socket holds no memory.
                self.batch = nil
                return
            }
            do {
                try batch.receive(from: self.descriptor)
            } catch .wouldBlock {
                self.isReadable = false
                continue
            } catch {
                // The network's word on an answer of before; the next call tells the next thing.
                continue
            }
            for index in 0..<batch.count { self.serve(batch, index) }
        }
        self.loop.run { self.goOn() }
    }
}
