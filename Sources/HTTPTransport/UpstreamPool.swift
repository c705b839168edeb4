import Base
package import EventLoop
package import HTTPProtocol
package import SystemInterface

/// How an `UpstreamPool` keeps connections. The defaults are those of nginx's `keepalive`.
package struct UpstreamPoolSettings: Equatable, Sendable {
    /// How many connections rest at the most; the one that rests longest is closed for a newer one.
    /// 0 keeps none.
    package var idleCountMax = 32
    /// How long a connection may rest.
    package var idleTimeout = Duration.seconds(60)
    /// How many requests a connection may carry.
    package var requestCountMax = 1_000
    /// How old a connection may become.
    package var ageMax = Duration.seconds(3_600)

    /// The defaults.
    package init() {}
}

/// The resting connections of one loop to some servers, the newest taken first. Loop thread only.
///
/// A connection that its server closes while it rests leaves the pool at once. One timer serves the
/// whole pool.
package final class UpstreamPool {
    /// How connections are kept.
    package let settings: UpstreamPoolSettings
    private let loop: Loop
    private let limits: HTTPLimits
    private var idle: [UpstreamConnection] = []
    private var timer: TimerHandle?
    private var isClosed = false
    /// How many connections were opened, and how many requests found one at rest.
    package private(set) var openedCount = 0, reusedCount = 0

    /// Makes an empty pool.
    package init(
        on loop: Loop, settings: UpstreamPoolSettings = UpstreamPoolSettings(),
        limits: HTTPLimits = HTTPLimits()
    ) {
        self.loop = loop
        self.settings = settings
        self.limits = limits
    }

    /// How many connections rest.
    package var idleCount: Int { self.idle.count }

    /// Takes a resting connection to `address`, or nil. O(resting).
    package func take(_ address: SocketAddress) -> UpstreamConnection? {
        var index = self.idle.count - 1
        while index >= 0 {
            if self.idle[index].address == address {
                let upstream = self.idle.remove(at: index)
                if Self.isAlive(upstream) {
                    self.reusedCount += 1
                    return upstream
                }
                upstream.close()
            }
            index -= 1
        }
        return nil
    }

    /// Takes a resting connection to `address`, or opens one.
    package func connection(
        to address: SocketAddress, timeout: Duration
    ) async throws(HTTPTransportError) -> UpstreamConnection {
        if let upstream = self.take(address) { return upstream }
        return try await self.connect(to: address, timeout: timeout)
    }

    /// Opens a connection.
    package func connect(
        to address: SocketAddress, timeout: Duration
    ) async throws(HTTPTransportError) -> UpstreamConnection {
        let upstream = try await UpstreamConnection.connect(
            to: address, on: self.loop, deadline: self.loop.now + timeout, limits: self.limits)
        self.openedCount += 1
        // Set once for the connection's life: whatever happens while it rests, it is of no more
        // use.
        upstream.connection.whenPeerFinishes = { [weak self, weak upstream] in
            if let self, let upstream { self.forget(upstream) }
        }
        return upstream
    }

    /// Puts a connection to rest when it may be used again, else closes it.
    package func put(_ upstream: UpstreamConnection) {
        guard self.settings.idleCountMax > 0, !self.isClosed, upstream.isReusable,
            upstream.requestCount < self.settings.requestCountMax,
            self.loop.now < upstream.openedAt + self.settings.ageMax
        else { return upstream.close() }
        if self.idle.count >= self.settings.idleCountMax { self.idle.removeFirst().close() }
        upstream.connection.releaseIdleMemory()
        upstream.idleSince = self.loop.now
        self.idle.append(upstream)
        self.armTimer()
    }

    /// Closes all resting connections, and from now on each one that is put to rest.
    package func closeAll() {
        self.isClosed = true
        for upstream in self.idle { upstream.close() }
        self.idle.removeAll()
        self.timer?.cancel()
        self.timer = nil
    }

    private static func isAlive(_ upstream: UpstreamConnection) -> Bool {
        let connection = upstream.connection
        if connection.isClosed || connection.peerHasFinished { return false }
        // Anything to read on a resting connection was not asked for.
        do {
            return try connection.fillNow() == nil
        } catch {
            return false
        }
    }

    private func forget(_ upstream: UpstreamConnection) {
        guard let index = self.idle.firstIndex(where: { $0 === upstream }) else { return }
        self.idle.remove(at: index)
        upstream.close()
    }

    private func armTimer() {
        guard self.timer == nil, let oldest = self.idle.first else { return }
        self.timer = self.loop.schedule(at: oldest.idleSince + self.settings.idleTimeout) {
            [weak self] in self?.closeExpired()
        }
    }

    private func closeExpired() {
        self.timer = nil
        let now = self.loop.now
        while let oldest = self.idle.first, oldest.idleSince + self.settings.idleTimeout <= now {
            self.idle.removeFirst().close()
        }
        self.armTimer()
    }
}
