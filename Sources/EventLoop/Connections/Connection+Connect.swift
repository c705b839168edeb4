package import Base
package import SystemInterface

extension Connection {
    /// Connects to `address`. Loop thread of `loop` only.
    ///
    /// - Throws: `system` when it is refused or cannot be reached, `deadlineReached`.
    package static func connect(
        to address: SocketAddress, on loop: Loop, deadline: Instant = .distantFuture
    ) async throws(ConnectionError) -> Connection {
        let connection: Connection
        do {
            let socket = try Sockets.startConnecting(to: address)
            connection = try Connection(adopting: socket.take(), peer: address, on: loop)
        } catch {
            throw .system(error)
        }
        connection.awaitConnection()
        do {
            try await connection.waitUntilWritable(deadline: deadline)
            do {
                if let error = try Sockets.pendingError(of: connection.descriptor) {
                    throw ConnectionError.system(error)
                }
            } catch let error as Errno {
                throw ConnectionError.system(error)
            }
        } catch {
            connection.close()
            throw error as? ConnectionError ?? .closed
        }
        return connection
    }
}
