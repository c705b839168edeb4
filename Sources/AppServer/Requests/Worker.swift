import Base
package import EventLoop
import Logging
import Synchronization
import SystemInterface

/// What the requests of one loop share: the deployment they see, caches, the wall clock, waiting
/// log lines. Loop thread only.
package final class Worker {
    /// How long a resolved address is believed before its files are looked at again.
    package static let checkInterval: Int64 = 250_000_000
    /// How many resolved addresses are kept.
    private static let routeCountMax = 4_096
    /// How long lines wait to be written together.
    private static let logDelay = Duration.milliseconds(100)
    /// How many bytes of lines wait at the most.
    private static let logByteCountMax = 65_536

    private struct RouteKey: Hashable {
        let engine: Int
        let host: Int
        let path: String
    }

    /// The loop it belongs to.
    package let loop: Loop
    let logger: Logger
    let files = FileCache()
    private let published: DeploymentBox
    private(set) var deployment: Deployment
    private var routes: [RouteKey: Route] = [:]
    private var logBuffers: [ObjectIdentifier: (file: AccessLogFile, lines: ByteBuffer)] = [:]
    private var logIsScheduled = false
    private var unixOffset: Int64 = 0
    private var unixOffsetEnd = Instant(nanoseconds: .min)
    let logText = AccessLogText()

    init(loop: Loop, published: DeploymentBox, logger: Logger) {
        self.loop = loop
        self.published = published
        self.logger = logger
        self.deployment = published.value
    }

    /// Takes a newer deployment when there is one.
    func refresh() {
        guard self.published.generation != self.deployment.generation else { return }
        self.deployment = self.published.value
        self.routes.removeAll(keepingCapacity: true)
    }

    /// Now, in nanoseconds since 1970, without a system call for each request.
    func unixNanoseconds() -> Int64 {
        let now = self.loop.now
        if now >= self.unixOffsetEnd {
            self.unixOffset = SystemClock.unixNanoseconds() - SystemClock.now().nanoseconds
            self.unixOffsetEnd = now.adding(nanoseconds: 1_000_000_000)
        }
        return now.nanoseconds &+ self.unixOffset
    }

    /// Where a decoded path leads; remembered for `checkInterval`.
    func route(engine: Int, host: Int, path: String) -> Route {
        let key = RouteKey(engine: engine, host: host, path: path)
        let now = self.loop.now
        if let known = self.routes[key], known.validUntil > now { return known }
        let found = Route.resolve(path, in: self.deployment.engines[engine].hosts[host])
        found.validUntil = now.adding(nanoseconds: Self.checkInterval)
        if self.routes.count >= Self.routeCountMax { self.routes.removeAll(keepingCapacity: true) }
        self.routes[key] = found
        return found
    }

    // MARK: Access logs

    /// The lines that wait for a log.
    func lines(for file: AccessLogFile) -> ByteBuffer {
        let key = ObjectIdentifier(file)
        if let known = self.logBuffers[key] { return known.lines }
        let lines = ByteBuffer()
        self.logBuffers[key] = (file, lines)
        return lines
    }

    /// Sees to it that waiting lines are written soon.
    func linesWereAdded(to file: AccessLogFile, _ lines: ByteBuffer) {
        if lines.count > Self.logByteCountMax || !file.settings.isBuffered {
            file.write(lines, unixSeconds: self.unixNanoseconds() / 1_000_000_000)
        } else if !self.logIsScheduled {
            self.logIsScheduled = true
            self.loop.schedule(at: self.loop.now + Self.logDelay) { [self] in self.flushLogs() }
        }
    }

    /// Writes all waiting lines.
    package func flushLogs() {
        self.logIsScheduled = false
        let seconds = self.unixNanoseconds() / 1_000_000_000
        for (_, log) in self.logBuffers { log.file.write(log.lines, unixSeconds: seconds) }
        if self.logBuffers.count > 64 { self.logBuffers.removeAll() }
    }
}

/// The deployment that all loops are to see; replaced as a whole. Any thread.
package final class DeploymentBox: Sendable {
    private let state: Mutex<Deployment>
    private let generationNumber: Atomic<Int>

    init(_ deployment: Deployment) {
        self.state = Mutex(deployment)
        self.generationNumber = Atomic(deployment.generation)
    }

    /// The present deployment.
    package var value: Deployment { self.state.withLock { $0 } }
    /// Its number; cheap enough to be read for each request.
    package var generation: Int { self.generationNumber.load(ordering: .relaxed) }

    /// Puts another in its place.
    func replace(_ deployment: Deployment) {
        self.state.withLock { $0 = deployment }
        self.generationNumber.store(deployment.generation, ordering: .releasing)
    }
}
