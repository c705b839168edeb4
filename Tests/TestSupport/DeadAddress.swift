import Base
import EventLoop
package import SystemInterface

/// An address on loopback that refuses connections for as long as this lives.
///
/// The port belongs to the near end of a connection, so that nobody else, such as a test that runs
/// beside this one, is given it to listen at.
package final class DeadAddress: Sendable {
    /// Where nobody listens.
    package let address: SocketAddress
    private let listener: Listener
    private let descriptor: Int32

    /// Takes a free port.
    package init() throws {
        self.listener = try Listener.bind(.ipv4(0x7F00_0001, port: 0))
        let socket = try Sockets.startConnecting(to: self.listener.address)
        self.descriptor = socket.take()
        self.address = try Sockets.localAddress(of: self.descriptor)
    }

    deinit {
        RawDescriptor.close(self.descriptor)
        self.listener.stop()
    }
}
