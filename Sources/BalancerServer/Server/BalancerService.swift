package import Base
package import DaemonKit
package import EventLoop
package import HTTPTransport
import Logging
import Synchronization
package import SystemInterface

/// The balancer: what `balancerd` runs, and what tests start in their own process.
///
/// ```
/// prepare ─► logs opened ─► listeners opened
/// serve   ─► connections accepted
/// reload  ─► all read anew ─► what needs a restart is refused by name ─► listeners, generation
/// drain   ─► what has begun is finished ─► stop
/// ```
package final class BalancerService: DaemonService {
    /// A listener with the server behind it.
    private struct Entrance: Sendable {
        /// The address as configured, which names it in each generation.
        let address: SocketAddress
        let listener: Listener
        let server: HTTPServer
    }

    private struct State {
        var entrances: [Entrance] = []
        /// Servers whose listeners a reload took away, until their last connection has ended.
        var retired: [HTTPServer] = []
        /// What servers that are gone had counted.
        var past = HTTPServer.Statistics()
        var workers: [LoopBound<Worker>] = []
    }

    /// Where the configuration is.
    package let options: BalancerOptions
    let daemon: Daemon
    let logs: LogFiles
    let published: GenerationBox
    let counters: [BalancerCounters]
    private let state = Mutex(State())
    private let openCount = Atomic<Int>(0)
    private var logger: Logger { self.daemon.logger }

    /// Brings a configuration that was read to life; opens the logs and nothing else.
    ///
    /// - Throws: a `Diagnostic` when a log cannot be opened.
    package init(
        _ configuration: BalancerConfiguration, _ options: BalancerOptions, daemon: Daemon
    ) throws {
        self.options = options
        self.daemon = daemon
        self.logs = LogFiles(logger: daemon.logger)
        self.published = GenerationBox(
            try Generation(
                configuration, after: nil, logs: self.logs, events: daemon.events))
        self.counters = daemon.loops.loops.map { _ in BalancerCounters() }
        for notice in configuration.notices { daemon.logger.notice("\(notice.summary)") }
    }

    /// Where it takes clients.
    package var addresses: [SocketAddress] {
        self.state.withLock { $0.entrances.map(\.listener.address) }
    }

    /// The numbers of all listeners together, of those that are gone too.
    package var statistics: HTTPServer.Statistics {
        let (servers, past) = self.state.withLock {
            ($0.entrances.map(\.server) + $0.retired, $0.past)
        }
        return servers.reduce(past) { $0 + $1.statistics }
    }

    // MARK: DaemonService

    /// Opens the listeners; see `DaemonService`.
    package func prepare(on loop: Loop) async throws {
        self.makeWorkers()
        let configured = self.published.value.configuration.listeners
        let listeners = try self.daemon.sockets.listeners(
            named: "http", at: configured.map(\.address)
        ) { address in
            configured.first { $0.address == address }.map(Self.options) ?? ListenerOptions()
        }
        var entrances: [Entrance] = []
        for (index, listener) in listeners.enumerated() {
            // A passed wildcard may stand for two configured ones.
            let settings =
                listeners.count == configured.count
                ? configured[index]
                : configured.first { $0.address.port == listener.address.port }
                    ?? configured[index]
            entrances.append(self.makeEntrance(settings.address, listener))
        }
        self.state.withLock { $0.entrances = entrances }
        self.addRoutes()
        self.addMetrics()
    }

    /// Begins to accept; see `DaemonService`.
    package func serve() async throws {
        for entrance in self.state.withLock({ $0.entrances }) {
            entrance.server.start(entrance.listener)
        }
    }

    /// Takes all of a new configuration or nothing; see `DaemonService`.
    package func reload() async throws {
        let configuration = try self.options.read()
        let old = self.published.value
        try old.configuration.refuseWhatNeedsRestart(in: configuration)
        try self.daemon.sockets.checkAllConfigured(
            "http", configuration.listeners.map(\.address))
        let generation = try Generation(
            configuration, after: old, logs: self.logs, events: self.daemon.events)
        let added = try self.openAdded(configuration)
        self.published.replace(generation)
        let removed = self.replaceEntrances(configuration, added)
        for entrance in added { entrance.server.start(entrance.listener) }
        // Their connections are told to close at their next answer.
        for entrance in removed { entrance.server.beginDrain() }
        for notice in configuration.notices { self.logger.notice("\(notice.summary)") }
        self.logs.keep(only: Set(generation.logFiles.map(\.path)))
    }

    /// Opens the logs anew.
    package func reopenLogs() { self.logs.reopen() }

    /// Finishes what has begun; see `DaemonService`.
    package func drain(deadline: Instant) async -> Int {
        let servers = self.state.withLock { $0.entrances.map(\.server) + $0.retired }
        for server in servers { server.beginDrain() }
        var cutCount = 0
        for server in servers { cutCount += await server.drain(deadline: deadline) }
        return cutCount
    }

    /// Closes everything; see `DaemonService`.
    package func stop() async {
        let (servers, workers) = self.state.withLock {
            ($0.entrances.map(\.server) + $0.retired, $0.workers)
        }
        for server in servers {
            server.stopListening()
            server.closeAll()
        }
        for worker in workers {
            // One after another: each loop writes the lines that wait on it.
            await Suspension.wait { done in
                worker.loop.run {
                    worker.value.closePools()
                    worker.value.flushLogs()
                    done.resume()
                }
            }
        }
    }

    // MARK: Loops and listeners

    private func makeWorkers() {
        let workers = zip(self.daemon.loops.loops, self.counters).map { loop, counters in
            LoopBound(
                Worker(
                    loop: loop, published: self.published, counters: counters,
                    errorLog: ErrorLog(files: self.logs, logger: self.logger),
                    statistics: { [self] in self.statistics }),
                loop: loop)
        }
        self.state.withLock { $0.workers = workers }
    }

    private static func options(_ settings: ListenerSettings) -> ListenerOptions {
        var options = ListenerOptions()
        options.backlog = Int32(clamping: settings.backlog ?? 511)
        options.reusePort = settings.reusesPort
        if case .unix = settings.address { options.unixPermissions = 0o666 }
        return options
    }

    private func makeEntrance(_ address: SocketAddress, _ listener: Listener) -> Entrance {
        let workers = self.state.withLock { $0.workers }
        let server = HTTPServer(
            loops: self.daemon.loops.loops, settings: ServerSettings()
        ) { connection in
            guard let index = workers.firstIndex(where: { $0.loop === connection.loop }) else {
                return
            }
            await self.serve(connection, at: address, workers[index].value, index)
        }
        return Entrance(address: address, listener: listener, server: server)
    }

    /// One client's connection, to its end.
    private func serve(
        _ connection: ServerConnection, at address: SocketAddress, _ worker: Worker, _ index: Int
    ) async {
        worker.refresh()
        let configuration = worker.generation.configuration
        let isFull =
            self.openCount.wrappingAdd(1, ordering: .relaxed).newValue
            > configuration.process.connectionCountMax
        defer { self.openCount.wrappingSubtract(1, ordering: .relaxed) }
        guard let listener = configuration.listeners.first(where: { $0.address == address })
        else { return }
        if isFull {
            worker.counters.add(.connectionsRefused)
            self.logger.error(
                "\(configuration.process.connectionCountMax) worker_connections are not enough")
            return
        }
        let servers =
            listener.addresses.count > 1
            ? listener.servers(forLocal: connection.connection.localAddress)
            : listener.addresses[0].servers
        connection.settings = ServerSettings(
            servers.defaultServer.connection, dialect: configuration.dialect)
        let exchange = Exchange(
            connection, worker: worker, listenerAddress: address, servers: servers,
            connectionNumber: worker.nextConnectionNumber(
                of: self.counters.count, index: index))
        await RequestHandler(exchange).serve()
    }

    /// Opens what a new configuration listens at beside the present. All or none.
    private func openAdded(_ configuration: BalancerConfiguration) throws -> [Entrance] {
        let known = Set(self.state.withLock { $0.entrances.map(\.address) })
        var added: [Entrance] = []
        do {
            for settings in configuration.listeners where !known.contains(settings.address) {
                let listener = try self.daemon.sockets.listener(
                    named: "http", at: settings.address, options: Self.options(settings))
                added.append(self.makeEntrance(settings.address, listener))
            }
        } catch {
            for entrance in added { entrance.listener.stop() }
            throw error
        }
        return added
    }

    /// Puts the listeners of a new configuration in their place; answers those that are gone.
    private func replaceEntrances(
        _ configuration: BalancerConfiguration, _ added: [Entrance]
    ) -> [Entrance] {
        let wanted = Set(configuration.listeners.map(\.address))
        return self.state.withLock { state in
            let removed = state.entrances.filter { !wanted.contains($0.address) }
            state.entrances = state.entrances.filter { wanted.contains($0.address) } + added
            for server in state.retired where server.statistics.openCount == 0 {
                state.past = state.past + server.statistics
            }
            state.retired.removeAll { $0.statistics.openCount == 0 }
            state.retired += removed.map(\.server)
            return removed
        }
    }
}
