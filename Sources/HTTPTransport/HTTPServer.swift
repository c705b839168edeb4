package import Base
package import EventLoop
import HTTPProtocol
import Synchronization
package import SystemInterface

/// Listeners, loops, and what becomes of each connection. Any thread, unless said otherwise.
///
/// ```
/// let server = HTTPServer(loops: group.loops, settings: settings) { connection in
///     while let request = await connection.next() { … }
/// }
/// server.start(listener)
/// await server.drain(deadline: …)
/// ```
package final class HTTPServer: Sendable {
    /// What a server counts.
    package struct Statistics: Equatable, Sendable {
        /// Connections accepted since the start; connections open now.
        package var acceptedCount = 0, openCount = 0
        /// Requests read since the start; requests being served now.
        package var requestCount = 0, busyCount = 0
        /// Requests that could not be read; connections cut with an answer under way or at the end.
        package var rejectedCount = 0, cutCount = 0

        /// Nothing counted.
        package init() {}

        /// Both together.
        package static func + (left: Statistics, right: Statistics) -> Statistics {
            var sum = left
            sum.acceptedCount += right.acceptedCount
            sum.openCount += right.openCount
            sum.requestCount += right.requestCount
            sum.busyCount += right.busyCount
            sum.rejectedCount += right.rejectedCount
            sum.cutCount += right.cutCount
            return sum
        }
    }

    private struct PerLoop {
        let loop: Loop
        let counters: ServerLoop.Counters
        let shared: LoopBound<ServerLoop>
    }

    private let perLoop: [PerLoop]
    private let settings: ServerSettings
    private let handler: @Sendable (ServerConnection) async -> Void
    private let listeners = Mutex<[Listener]>([])

    /// Makes a server whose connections live on `loops`; `handler` is one connection's life.
    package init(
        loops: [Loop], settings: ServerSettings = ServerSettings(),
        handler: @escaping @Sendable (ServerConnection) async -> Void
    ) {
        self.settings = settings
        self.handler = handler
        self.perLoop = loops.map { loop in
            let counters = ServerLoop.Counters()
            return PerLoop(
                loop: loop, counters: counters,
                shared: LoopBound(ServerLoop(counters: counters), loop: loop))
        }
    }

    /// Begins to accept. The listener is stopped by `drain` and `stopListening`.
    package func start(_ listener: Listener) {
        self.listeners.withLock { $0.append(listener) }
        listener.start(on: self.perLoop.map(\.loop)) { [self] connection in
            await self.serve(connection)
        }
    }

    /// Serves one connection that was accepted elsewhere, to its end. On the connection's loop,
    /// which must be one of the server's.
    package func serve(
        _ connection: Connection, settings: ServerSettings? = nil
    ) async {
        guard let place = self.perLoop.first(where: { $0.loop === connection.loop }) else {
            preconditionFailure("a connection lives on one of its server's loops")
        }
        let shared = place.shared.value
        let serverConnection = ServerConnection(
            connection, settings: settings ?? self.settings, shared: shared)
        shared.add(serverConnection)
        await self.handler(serverConnection)
        serverConnection.ended()
        shared.remove(serverConnection)
        connection.close()
    }

    /// Where the server listens.
    package var addresses: [SocketAddress] { self.listeners.withLock { $0.map(\.address) } }

    /// Whether `beginDrain` was called.
    package var isDraining: Bool {
        self.perLoop[0].counters.isDraining.load(ordering: .relaxed)
    }

    /// The counters, summed over the loops.
    package var statistics: Statistics {
        var sum = Statistics()
        for listener in self.listeners.withLock({ $0 }) {
            sum.acceptedCount += listener.acceptedCount
        }
        for place in self.perLoop {
            let counters = place.counters
            sum.openCount += counters.openCount.load(ordering: .acquiring)
            sum.requestCount += counters.requestCount.load(ordering: .relaxed)
            sum.busyCount += counters.busyCount.load(ordering: .relaxed)
            sum.rejectedCount += counters.rejectedCount.load(ordering: .relaxed)
            sum.cutCount += counters.cutCount.load(ordering: .relaxed)
        }
        return sum
    }

    /// Accepts no more; connections that stand go on.
    package func stopListening() {
        for listener in self.listeners.withLock({ $0 }) { listener.stop() }
    }

    /// Accepts no more, and answers from now on say `Connection: close`.
    package func beginDrain() {
        for place in self.perLoop { place.counters.isDraining.store(true, ordering: .relaxed) }
        self.stopListening()
    }

    /// How long a drain leaves connections at rest their chance to be told so by an answer. Then
    /// they are closed as if their keep-alive time were over: nothing has begun on them.
    package static let drainRestLimit = Duration.seconds(3)

    /// Drains: what has begun is finished, connections at rest are told to close at their next
    /// answer, or closed after `drainRestLimit`; what is open at `deadline` is cut. On one of the
    /// loops.
    ///
    /// - Returns: how many connections were cut.
    @discardableResult
    package func drain(deadline: Instant) async -> Int {
        self.beginDrain()
        guard let loop = Loop.current else {
            preconditionFailure("a server is drained from a loop")
        }
        let checkInterval = Duration.milliseconds(20)
        let restEnd = loop.now + Self.drainRestLimit
        while self.statistics.openCount > 0, loop.now < deadline {
            await loop.sleep(until: min(deadline, loop.now + checkInterval))
            if loop.now >= restEnd { self.closeResting() }
        }
        let openCount = self.statistics.openCount
        if openCount > 0 { self.closeAll() }
        return openCount
    }

    /// Closes the connections on which nothing has begun.
    private func closeResting() {
        for place in self.perLoop {
            place.loop.run {
                for connection in place.shared.value.connections.values where connection.isResting {
                    connection.connection.close()
                }
            }
        }
    }

    /// Closes all connections at once.
    package func closeAll() {
        for place in self.perLoop {
            place.loop.run {
                for connection in place.shared.value.connections.values { connection.cut() }
            }
        }
    }
}
