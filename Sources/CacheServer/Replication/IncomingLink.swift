import Base
import CacheReplication
import EventLoop
import Logging
import Synchronization
import SystemInterface

/// The link by which one peer tells this cache its changes. Any thread.
final class IncomingLink: Sendable {
    /// A peer that is quiet for longer is gone.
    private static let silenceMax = Duration.seconds(10)
    private static let readByteCount = 64 << 10

    private let connection: Connection
    private let replicator: Replicator
    private let report: Mutex<LinkReport>

    init(_ connection: Connection, _ replicator: Replicator) {
        self.connection = connection
        self.replicator = replicator
        self.report = Mutex(
            LinkReport(
                name: "\(connection.peerAddress)", isIncoming: true, since: SystemClock.now()))
    }

    /// What is known of it now. Any thread.
    var current: LinkReport { self.report.withLock { $0 } }

    /// Ends it. Any thread.
    func stop() {
        let connection = self.connection
        connection.loop.run { connection.close() }
    }

    /// Serves it to its end.
    func run() async {
        self.connection.isNeededToTheEnd = true
        do {
            let greeting = try await self.replicator.handshake.answer(self.connection)
            // Where it listens, and not the port that it happens to call from, which changes with
            // each call.
            let address = self.connection.peerAddress
            let peer = PeerAddress(host: address.hostText, port: greeting.port)
            self.report.withLock { report in
                report.name = peer.name
                report.node = greeting.node
                report.connectCount = 1
                report.enter(.streaming)
            }
            self.replicator.met(greeting, at: self.connection.peerAddress, by: self)
            defer { self.replicator.lost(self) }
            try await self.hear(
                ChangeSink(self.replicator.node, source: greeting.node), self.connection)
        } catch LinkProblem.isOneself, LinkProblem.ended {
        } catch {
            if self.connection.isClosed { return }
            self.replicator.logger.warning(
                "replication from \(self.connection.peerAddress): \(error)")
        }
    }

    private func hear(
        _ sink: ChangeSink, _ connection: Connection
    ) async throws(LinkProblem) {
        let (loop, clock) = (connection.loop, self.replicator.clock)
        while true {
            do throws(FrameProblem) {
                try sink.take(
                    connection.input, connection.output, now: clock.second(loop.now),
                    unixMicroseconds: SystemClock.unixNanoseconds() / 1_000)
            } catch {
                throw .frame(error)
            }
            self.publish(sink)
            do throws(ConnectionError) {
                if !connection.output.isEmpty {
                    try await connection.flush(deadline: loop.now + Self.silenceMax)
                }
                // Others on this loop have their turn while a peer has much to say.
                await loop.yield()
                guard
                    try await connection.fill(
                        atMost: Self.readByteCount, deadline: loop.now + Self.silenceMax) > 0
                else { return }
            } catch {
                throw .connection(error)
            }
        }
    }

    private func publish(_ sink: ChangeSink) {
        self.report.withLock { report in
            report.enter(sink.isCopying ? .copying : .streaming)
            report.place = sink.place
            report.end = sink.end
            report.positionCount = sink.positionCount
            report.items = sink.counts.items
            report.deletions = sink.counts.deletions
            report.flushes = sink.counts.flushes
            report.passedOver = sink.counts.passedOver
            report.copies = sink.counts.copies
        }
    }
}
