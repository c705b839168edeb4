import Base
package import EventLoop
package import Logging
import Synchronization
package import SystemInterface

/// A process that serves until it is told to stop: everything around the service itself.
///
/// ```
///   run ─► sockets passed, signals blocked, (background) ─► loops ─► prepare ─► control socket
///       ─► pid file ─► user ─► serve ─► READY=1 ─┬─ SIGHUP ─► reload ──┐
///                                               ├─ SIGUSR1 ─► reopenLogs │
///                                               │◄──────────────────────┘
///                                               ├─ SIGTERM, SIGQUIT ─► drain ─► stop ─► exit 0
///                                               └─ SIGINT ─► stop ─► exit 0
/// ```
/// A start that fails says why in one message on standard error and ends with the settings'
/// status, 1 as a rule.
package final class Daemon: Sendable {
    /// How it is run.
    package let settings: DaemonSettings
    /// The loops that serve clients.
    package let loops: LoopGroup
    /// The sockets that systemd passed.
    package let sockets: ActivatedSockets
    /// What systemd has kept since the last start, and where more is kept.
    package let kept: KeptDescriptors
    /// Where log lines go.
    package let logs: LogOutput
    /// The daemon's own logger, labelled with its name.
    package let logger: Logger
    /// All metrics; the service adds its own in `prepare`.
    package let metrics: Metrics
    /// What happens, for whoever watches.
    package let events: EventHub
    /// The control socket; the service adds its routes in `prepare`.
    package let control: ControlServer

    /// Makes the parts of a daemon without running it, for tests of services.
    ///
    /// - Throws: when the loops cannot be started.
    package init(
        _ settings: DaemonSettings, sockets: ActivatedSockets, kept: KeptDescriptors = .init(),
        logs: LogOutput
    ) throws(Errno) {
        self.settings = settings
        self.sockets = sockets
        self.kept = kept
        self.logs = logs
        self.logger = logs.makeLogger(label: settings.name)
        self.metrics = Metrics()
        self.events = EventHub(daemon: settings.name)
        self.control = ControlServer(logger: self.logger, events: self.events)
        self.loops = try LoopGroup(count: max(1, settings.loopCount), name: settings.name)
    }

    /// Runs a service until it ends, then ends the process: 0 after a stop, 1 when it could not
    /// start. Once a process, on the main thread, before any other thread is started.
    ///
    /// - Parameter makeService: makes the service; what it throws is a start that failed.
    package static func run(
        _ settings: DaemonSettings,
        makeService: @escaping @Sendable (Daemon) throws -> any DaemonService
    ) -> Never {
        let logs = LogOutput(level: settings.logLevel)
        logs.bootstrap()
        do {
            let signals = try SignalDescriptor()
            SignalDescriptor.ignoreBrokenPipes()
            let (sockets, kept) = try ActivatedSockets.fromEnvironment()
            var starter: Int32?
            if settings.runsInBackground {
                starter = try ProcessIdentity.goToBackground().take()
            }
            let daemon = try Daemon(settings, sockets: sockets, kept: kept, logs: logs)
            let background = starter
            let status = try runBlocking { loop in
                let service = try makeService(daemon)
                let life = LifeCycle(daemon, service, on: loop)
                return try await life.run(signals, starter: background)
            }
            ProcessIdentity.exitNow(status)
        } catch {
            logs.writeStartFailure(of: settings.name, "\(error)")
            let own = (error as? StartError)?.exitStatus
            ProcessIdentity.exitNow(own ?? settings.startFailureStatus)
        }
    }

    /// Opens the control socket: the passed one, the one that was asked for, or the usual one.
    ///
    /// - Throws: when a socket that was asked for or passed cannot be had. Without the usual one
    /// the
    ///   daemon goes on, and says so once.
    func openControl(on loop: Loop) throws {
        var options = ListenerOptions()
        // Everybody may ask; who may change is decided for each request (`ControlPeer`).
        options.unixPermissions = 0o666
        let passed = self.sockets.addresses(named: "control")
        let configured: [SocketAddress]
        if let path = self.settings.controlPath {
            configured = [.unix(path)]
        } else if !passed.isEmpty {
            configured = passed
        } else {
            self.openUsualControl(options, on: loop)
            return
        }
        let listeners = try self.sockets.listeners(named: "control", at: configured) { _ in options
        }
        for listener in listeners { self.control.start(listener, on: loop) }
    }

    private func openUsualControl(_ options: ListenerOptions, on loop: Loop) {
        let path = "\(DaemonSettings.controlFolder)/\(self.settings.name).sock"
        do {
            try Files.makeDirectory(DaemonSettings.controlFolder)
            self.control.start(try Listener.bind(.unix(path), options: options), on: loop)
        } catch {
            self.logger.notice(
                "going on without a control socket: \(path): \(error); see --control")
        }
    }
}

extension LogOutput {
    /// Writes why a daemon does not start; for people without time and level, as programs do.
    func writeStartFailure(of name: String, _ text: String) {
        switch self.form {
        case .journal, .priorities: self.write(level: .critical, label: name, text: text)
        case .human: self.writeRaw("\(name): \(text)\n")
        }
    }
}
