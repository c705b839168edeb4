import Base
import EventLoop
import HTTPTransport
import Logging
import SystemInterface

/// What the requests of one loop share: the generation they see, idle connections to servers,
/// waiting log lines, the wall clock. Loop thread only.
final class Worker {
    /// How many bytes of log lines wait at the most, whatever a log's own buffer is.
    private static let logByteCountMax = 1 << 20

    let loop: Loop
    let counters: BalancerCounters
    let errorLog: ErrorLog
    /// The numbers of all listeners together.
    let statistics: @Sendable () -> HTTPServer.Statistics
    private let published: GenerationBox
    private(set) var generation: Generation
    private var pools: [UpstreamPool?] = []
    private var plans: [ProxyPlan?] = []
    private var lines: [ByteBuffer] = []
    private var flushIsScheduled = false
    private var unixOffset: Int64 = 0
    private var unixOffsetEnd = Instant(nanoseconds: .min)
    private var lastConnectionNumber: UInt64 = 0
    private let line = AccessLogLine()
    /// Memory for texts that are made and used at once.
    let scratch = ByteBuffer(capacity: 512)

    init(
        loop: Loop, published: GenerationBox, counters: BalancerCounters, errorLog: ErrorLog,
        statistics: @escaping @Sendable () -> HTTPServer.Statistics
    ) {
        self.loop = loop
        self.statistics = statistics
        self.published = published
        self.counters = counters
        self.errorLog = errorLog
        self.generation = published.value
        self.prepare()
    }

    private func prepare() {
        self.pools = self.generation.groups.map { _ in nil }
        self.plans = Array(repeating: nil, count: self.generation.configuration.locationCount)
        self.lines = self.generation.logFiles.map { _ in ByteBuffer() }
    }

    /// Takes the newest generation. Connections to servers of groups that are still there stay.
    func refresh() {
        guard self.published.number != self.generation.number else { return }
        self.flushLogs()
        let old = (self.generation, self.pools)
        self.generation = self.published.value
        self.prepare()
        for (group, pool) in zip(old.0.groups, old.1) {
            guard let pool else { continue }
            let same = self.generation.groups.first {
                $0.settings.name == group.settings.name
                    && $0.settings.keepAlive == group.settings.keepAlive
            }
            if let same { self.pools[same.settings.index] = pool } else { pool.closeAll() }
        }
    }

    /// The idle connections to a group's servers.
    func pool(for group: UpstreamGroup) -> UpstreamPool {
        let index = group.settings.index
        let isPresent = index < self.pools.count && self.generation.groups[index] === group
        if isPresent, let known = self.pools[index] { return known }
        var settings = UpstreamPoolSettings()
        // A request that began before a reload may still need a connection; nobody keeps it.
        settings.idleCountMax = isPresent ? group.settings.keepAlive.idleCountMax : 0
        settings.idleTimeout = group.settings.keepAlive.idleTimeout
        settings.requestCountMax = group.settings.keepAlive.requestCountMax
        settings.ageMax = group.settings.keepAlive.lifetime
        let pool = UpstreamPool(on: self.loop, settings: settings)
        if isPresent { self.pools[index] = pool }
        return pool
    }

    /// How a location's requests are passed on, made once; nil when they are not.
    func plan(for location: Location, _ generation: Generation) -> ProxyPlan? {
        let isPresent = generation === self.generation
        if isPresent, let known = self.plans[location.index] { return known }
        guard case .proxy(let settings) = location.settings.content else { return nil }
        let plan = ProxyPlan(settings)
        if isPresent { self.plans[location.index] = plan }
        return plan
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

    /// A number for a new connection, different from those of all other loops.
    func nextConnectionNumber(of loopCount: Int, index: Int) -> UInt64 {
        self.lastConnectionNumber += 1
        return self.lastConnectionNumber &* UInt64(loopCount) &+ UInt64(index)
    }

    // MARK: Access logs

    /// Writes the request's lines to the logs of its location.
    func log(_ exchange: Exchange) {
        for log in exchange.location.settings.accessLogs {
            if let condition = log.condition,
                !VariableEvaluator.isTrue(condition, of: exchange)
            {
                continue
            }
            if exchange.generation === self.generation {
                self.line.append(log.format, of: exchange, to: self.lines[log.file])
                self.linesWait(log.file)
            } else {
                let output = ByteBuffer(capacity: 256)
                self.line.append(log.format, of: exchange, to: output)
                exchange.generation.logFiles[log.file].write(output)
            }
        }
    }

    private func linesWait(_ file: Int) {
        let destination = self.generation.configuration.logFiles[file]
        let waiting = self.lines[file].count
        if waiting > max(destination.bufferByteCount, 1),
            destination.bufferByteCount > 0
                || waiting > Self.logByteCountMax
        {
            return self.generation.logFiles[file].write(self.lines[file])
        }
        guard !self.flushIsScheduled else { return }
        self.flushIsScheduled = true
        if destination.bufferByteCount == 0 {
            // The answers of this turn leave first, then their lines, all in one write.
            self.loop.atEndOfTurn { [self] in self.flushLogs() }
        } else {
            let delay = destination.flushInterval ?? .seconds(1)
            self.loop.schedule(at: self.loop.now + delay) { [self] in self.flushLogs() }
        }
    }

    /// Writes all lines that wait.
    func flushLogs() {
        self.flushIsScheduled = false
        for (file, lines) in zip(self.generation.logFiles, self.lines) { file.write(lines) }
    }

    /// Closes the idle connections; at the end.
    func closePools() {
        for pool in self.pools { pool?.closeAll() }
    }
}
