import Base
import EventLoop
import Logging
import Synchronization
import SystemInterface

/// A running daemon's life, from its start to its exit status. Main loop only, but for `snapshot`.
final class LifeCycle: Sendable {
    /// How long the service's last call may take.
    private static let stopLimit = Duration.seconds(1)
    /// How often systemd is told what the daemon does.
    private static let statusInterval = Duration.seconds(10)

    enum Phase: String, Sendable {
        case starting, running, draining, stopped
    }

    private struct State {
        var phase = Phase.starting
        var end: Suspension?
        var isReloading = false
        /// A hang-up came before there was anything to reload.
        var mustReload = false
        var reloadWaiters: [Suspension] = []
        var lastReloadFailure: String?
    }

    let daemon: Daemon
    let service: any DaemonService
    let loop: Loop
    let startedUnixSeconds: Int
    private let started: Instant
    private let state = Mutex(State())
    private let reloads: Counter
    private let failedReloads: Counter
    private let drainCuts: Counter
    private var logger: Logger { self.daemon.logger }

    init(_ daemon: Daemon, _ service: any DaemonService, on loop: Loop) {
        self.daemon = daemon
        self.service = service
        self.loop = loop
        self.startedUnixSeconds = Int(SystemClock.unixNanoseconds() / 1_000_000_000)
        self.started = SystemClock.now()
        let metrics = daemon.metrics
        self.reloads = metrics.counter(
            "holdfast_reloads_total", "Configurations that were taken while running.")
        self.failedReloads = metrics.counter(
            "holdfast_reloads_refused_total", "Configurations that were refused while running.")
        self.drainCuts = metrics.counter(
            "holdfast_drain_cut_total", "Connections that were cut at the drain limit.")
    }

    /// Starts the service, runs it until a signal ends it, and answers the exit status.
    ///
    /// - Parameter starter: the pipe to the process that waits for a daemon in the background.
    /// - Throws: why the start failed.
    func run(_ signals: SignalDescriptor, starter: Int32?) async throws -> Int32 {
        let watch = try self.loop.watch(signals.number) {
            while let signal = signals.next() { self.received(signal) }
        }
        defer { self.loop.unwatch(watch) }
        let settings = self.daemon.settings
        registerCommonMetrics(of: self.daemon)
        self.registerCommonRoutes()
        try await self.service.prepare(on: self.loop)
        try self.daemon.openControl(on: self.loop)
        try self.daemon.sockets.checkAllClaimed()
        let pidFile = settings.pidFile.map { PidFile(path: $0) }
        try self.write(pidFile)
        defer { pidFile?.remove() }
        if let user = settings.user { try Self.becomeUser(user, settings) }
        // From here on a signal may find clients that are served.
        self.state.withLock { $0.phase = .running }
        try await self.service.serve()
        try self.leaveStarter(starter)
        let status = await self.service.status()
        self.logger.notice("\(settings.name) \(settings.version) \(status.whereabouts)")
        Systemd.notify("READY=1", Systemd.status(status.line))
        self.daemon.events.publish("started", "\(settings.name) \(status.whereabouts)")
        self.startHousekeeping()
        if self.state.withLock({ $0.mustReload }) { self.received(.hangUp) }
        await Suspension.wait { end in
            let hasEnded = self.state.withLock { state in
                state.end = end
                return state.phase == .stopped
            }
            if hasEnded { self.resumeEnd() }
        }
        return 0
    }

    /// Where the daemon's life stands. Any thread.
    var phase: Phase { self.state.withLock { $0.phase } }
    /// How long the process has run. Any thread.
    var uptime: Duration { SystemClock.now() - self.started }
    /// Why the last reload was refused; nil when it was not. Any thread.
    var lastReloadFailure: String? { self.state.withLock { $0.lastReloadFailure } }

    private func received(_ signal: Signal) {
        if self.phase == .starting {
            // Nothing has been served yet; what was opened is closed by the kernel.
            switch signal {
            case .hangUp: self.state.withLock { $0.mustReload = true }
            case .user1: break
            default: ProcessIdentity.exitNow(0)
            }
            return
        }
        switch signal {
        case .terminate, .quit: self.loop.spawn { await self.drain(because: signal.name) }
        case .interrupt: self.loop.spawn { await self.stop(because: signal.name) }
        case .hangUp: self.loop.spawn { try? await self.reload(because: signal.name) }
        case .user1:
            self.logger.notice("\(signal.name): opening the log files anew")
            self.service.reopenLogs()
        }
    }

    // MARK: Ending

    /// Finishes what has begun, then ends. A second time has no effect.
    func drain(because reason: String) async {
        let limit = self.daemon.settings.drainLimit
        let isFirst = self.state.withLock { state in
            guard state.phase == .running else { return false }
            state.phase = .draining
            return true
        }
        guard isFirst else { return }
        let limitText = Self.secondsText(limit)
        self.logger.notice("\(reason): finishing what has begun, for at most \(limitText)")
        self.daemon.events.publish("draining", "\(reason): finishing what has begun")
        let extra = limit + Self.stopLimit * 2
        Systemd.notify(
            "STOPPING=1", Systemd.status("draining, for at most \(limitText)"),
            "EXTEND_TIMEOUT_USEC=\(extra.nanoseconds / 1_000)")
        let cut = await self.service.drain(deadline: self.loop.now + limit)
        if cut > 0 {
            self.drainCuts.add(cut)
            self.logger.warning("the drain limit of \(limitText) is over: \(cut) cut")
        }
        await self.stop(because: "drained")
    }

    /// Ends at once. A second time has no effect.
    func stop(because reason: String) async {
        let (isFirst, wasDraining) = self.state.withLock { state in
            let before = state.phase
            state.phase = .stopped
            return (before != .stopped, before == .draining)
        }
        guard isFirst else { return }
        if !wasDraining { Systemd.notify("STOPPING=1", Systemd.status("stopping")) }
        self.logger.notice("\(reason): ending")
        self.daemon.events.publish("stopping", "\(reason): ending")
        self.daemon.logs.lines.close()
        self.daemon.control.stop()
        // Whichever comes first: the service has stopped, or its time is over.
        self.loop.spawn {
            await self.service.stop()
            self.resumeEnd()
        }
        self.loop.schedule(at: self.loop.now + Self.stopLimit) { self.resumeEnd() }
    }

    private func resumeEnd() {
        let end = self.state.withLock { $0.end.take() }
        end?.resume()
    }

    // MARK: Reloading

    /// Lets the service take its configuration anew; one reload at a time, in the order they came.
    ///
    /// - Throws: why it was refused.
    func reload(because reason: String) async throws {
        await self.beginReload()
        defer { self.endReload() }
        guard self.phase == .running else {
            throw ControlError.conflict("the daemon is \(self.phase.rawValue)")
        }
        Systemd.notify(
            "RELOADING=1", Systemd.monotonicNow(nanoseconds: SystemClock.now().nanoseconds))
        defer { Systemd.notify("READY=1") }
        do {
            try await self.service.reload()
        } catch {
            self.failedReloads.add()
            self.state.withLock { $0.lastReloadFailure = "\(error)" }
            self.logger.error("\(reason): refused, nothing was changed: \(error)")
            self.daemon.events.publish("reload_refused", "\(reason): refused: \(error)")
            Systemd.notify(Systemd.status("reload refused: \(error)"))
            throw error
        }
        self.reloads.add()
        self.state.withLock { $0.lastReloadFailure = nil }
        let status = await self.service.status()
        self.logger.notice("\(reason): configuration taken, \(status.whereabouts)")
        Systemd.notify(Systemd.status(status.line))
        self.daemon.events.publish("reloaded", "\(reason): configuration taken")
    }

    private func beginReload() async {
        while self.state.withLock({ $0.isReloading }) {
            await Suspension.wait { waiter in
                self.state.withLock { $0.reloadWaiters.append(waiter) }
            }
        }
        self.state.withLock { $0.isReloading = true }
    }

    private func endReload() {
        let waiters = self.state.withLock { state in
            state.isReloading = false
            let waiters = state.reloadWaiters
            state.reloadWaiters = []
            return waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: Housekeeping

    private func startHousekeeping() {
        if let limit = Systemd.watchdogInterval() {
            let watchdog = Watchdog(loops: self.daemon.loops.loops, limit: limit)
            self.loop.spawn { await watchdog.run(on: self.loop) }
        }
        guard Processes.environment("NOTIFY_SOCKET") != nil else { return }
        self.loop.spawn {
            while true {
                await self.loop.sleep(until: self.loop.now + Self.statusInterval)
                guard self.phase == .running, self.lastReloadFailure == nil else { continue }
                Systemd.notify(Systemd.status(await self.service.status().line))
            }
        }
    }

    private func leaveStarter(_ starter: Int32?) throws {
        guard let starter else { return }
        let word = ByteBuffer("1")
        _ = try RawDescriptor.write(starter, from: word)
        RawDescriptor.close(starter)
        try ProcessIdentity.closeStandardFiles()
    }

    private func write(_ pidFile: PidFile?) throws(StartError) {
        do {
            try pidFile?.writeOrExplain()
        } catch {
            if self.daemon.settings.needsPidFile { throw error }
            self.logger.warning("\(error)")
        }
    }

    private static func becomeUser(_ name: String, _ settings: DaemonSettings) throws {
        do {
            guard try ProcessIdentity.changeUser(to: name) else {
                throw StartError(
                    description: "can't find the user \(name) to switch to",
                    exitStatus: settings.unknownUserStatus)
            }
        } catch let error as Errno {
            throw StartError(description: "failed to become the user \(name): \(error)")
        }
    }

    /// `30 s`, `0.5 s`.
    static func secondsText(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        if milliseconds % 1_000 == 0 { return "\(milliseconds / 1_000) s" }
        return "\(Double(milliseconds) / 1_000) s"
    }
}
