package import Base
import DaemonKit
import EventLoop
import Synchronization

// How a cache ends: what has begun is answered, what has not been told to peers is told.
extension CacheService {
    private static let checkInterval = Duration.milliseconds(20)
    /// How long a connection without any command is left while the cache ends.
    private static let firstCommandTimeMax = Duration.milliseconds(200)

    /// Accepts no more; connections end once what they sent is answered.
    package func drain(deadline: Instant) async -> Int {
        self.drains.store(true, ordering: .relaxed)
        self.stopListening()
        guard let loop = Loop.current else { return 0 }
        // memcached's protocol cannot tell a client to go: connections at rest are closed at once.
        // One that has just been taken has its first command on the way.
        let patience = loop.now + Self.firstCommandTimeMax
        self.closeResting(newOnes: false)
        while self.connections.numbers.current > 0, loop.now < deadline {
            await loop.sleep(until: min(deadline, loop.now + Self.checkInterval))
            self.closeResting(newOnes: loop.now >= patience)
        }
        let cut = self.connections.numbers.current
        await self.replicator?.flush(deadline: deadline, on: loop)
        for place in self.daemon.loops.loops {
            place.run { for connection in place.connections { connection.close() } }
        }
        return cut
    }

    private func stopListening() {
        for entry in self.listeners.withLock({ $0.entries }) { entry.listener.stop() }
        self.datagrams.withLock { $0.take() }?.stop()
    }

    private func closeResting(newOnes: Bool) {
        for place in self.daemon.loops.loops {
            place.run {
                for connection in place.connections
                where Self.mayClose(connection, newOnes: newOnes) { connection.close() }
            }
        }
    }

    private static func mayClose(_ connection: Connection, newOnes: Bool) -> Bool {
        Self.isResting(connection) && !connection.isNeededToTheEnd
            && (newOnes || connection.receivedByteCount > 0)
    }

    /// Whether nothing is on its way on a connection: what a client has sent is answered, also when
    /// it has not been read yet.
    static func isResting(_ connection: Connection) -> Bool {
        connection.input.isEmpty && !connection.hasUnsentOutput && !connection.hasUnreadInput
    }

    /// Closes the listeners.
    package func stop() async {
        self.drains.store(true, ordering: .relaxed)
        self.stopListening()
        self.replicator?.stop()
    }
}
