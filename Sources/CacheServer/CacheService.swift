import Base
import CacheStorage
package import DaemonKit
package import EventLoop
import Logging
import Synchronization
import SystemInterface

/// The cache as a daemon serves it.
package final class CacheService: DaemonService {
    static let versionText: StaticString = "1.6.45-holdfast"
    static let versionAnswer: StaticString = "VERSION 1.6.45-holdfast\r\n"

    let daemon: Daemon
    private let arguments: [String]
    private let current: Mutex<CacheOptions>
    private let takenFiles = Mutex<[ConfigurationReport.File]>([])
    let store: CacheStore
    let clock: CacheClock
    let connections = ConnectionCounts()
    let table = ConnectionTable()
    let watchers = WatchHub()
    let prefixes: PrefixCounts
    /// Which keys are asked for most.
    let hotKeys = HotKeys(
        seed: SecureRandom.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    let commands: CommonCommands
    let prefixFlushes = PrefixFlushRuns()
    let crawl = CrawlRun()
    /// How many commands of one connection are executed in a row.
    let commandsInARowMax: Int
    /// Who has to log in, and how.
    let logins: CacheLogins
    /// TLS for clients; nil without `-Z`.
    let tls: CacheTLS?
    /// The peers with the same items; nil without `-x` and `-X NUMBER`.
    let replicator: Replicator?
    let datagrams = Mutex<CacheDatagrams?>(nil)
    /// The loop of what the cache does by itself.
    let mainLoop = Mutex<Loop?>(nil)
    let listeners = Mutex(CacheListeners())
    let drains = Atomic<Bool>(false)
    /// Whether commands are logged (`-vv`).
    let tellsCommands: Atomic<Bool>

    /// Makes the cache's store.
    ///
    /// - Throws: when the memory cannot be had.
    package init(_ daemon: Daemon, _ options: CacheOptions, arguments: [String]) throws {
        self.daemon = daemon
        self.arguments = arguments
        self.current = Mutex(options)
        self.tellsCommands = Atomic(options.verbosity > 1)
        self.commandsInARowMax =
            options.commands.limitsCommandsInARow
            ? options.commands.commandsInARowMax : CommandExecutor.keysInARowMax
        self.logins = try CacheLogins(options.commands)
        self.tls =
            options.tls.isEnabled
            ? try CacheTLS(options.tls, daemon.logger, at: SystemClock.now()) : nil
        self.prefixes = PrefixCounts(
            delimiter: options.commands.prefixDelimiter, isOn: options.commands.countsPrefixes)
        let memory = try ItemMemory.open(options, daemon.kept)
        if options.memory.usesLargePages { Self.askForLargePages(memory, daemon.logger) }
        let clock = CacheClock()
        let start = SystemClock.now()
        // SAFETY: the store keeps `memory` for as long as it uses its bytes.
        self.store = unsafe CacheStore(
            options.storage, memory: memory.bytes, owner: memory, origin: clock.origin(),
            giveBack: memory.giveBack)
        ItemMemory.log(
            self.store.recovery, took: SystemClock.now() - start, to: daemon.logger)
        self.clock = CacheClock(clock, epoch: self.store.epoch)
        self.commands = CommonCommands(
            self.store, self.clock, self.prefixes, self.hotKeys,
            loopCount: daemon.loops.loops.count)
        self.replicator =
            options.replication.isEnabled
            ? try Replicator(options, self.store, self.clock, daemon) : nil
        self.store.observer = ItemObserver(self.watchers, self.replicator?.node)
    }

    /// The options in force.
    var options: CacheOptions { self.current.withLock { $0 } }
    /// The listeners' descriptors and addresses.
    var listenerNumbers: [(descriptor: Int32, address: SocketAddress)] {
        self.listeners.withLock { $0.entries }.compactMap { entry in
            entry.listener.descriptorNumber.map { ($0, entry.listener.address) }
        }
    }

    /// Changes how much is logged (`-v`, `verbosity`): the level, and whether commands are told.
    func setVerbosity(_ verbosity: Int) {
        self.changeOptions { $0.verbosity = verbosity }
        self.daemon.logs.level = verbosity > 0 ? .debug : .info
        self.tellsCommands.store(verbosity > 1, ordering: .relaxed)
    }

    /// Changes options that a command may change.
    func changeOptions(_ change: (inout CacheOptions) -> Void) {
        self.current.withLock { change(&$0) }
    }

    /// How many threads serve.
    var threadCount: Int { self.daemon.loops.loops.count }
    /// Whether the server is ending.
    var isDraining: Bool { self.drains.load(ordering: .relaxed) }

    /// Opens the listeners and declares the metrics.
    package func prepare(on loop: Loop) async throws {
        let options = self.options
        self.rememberFiles()
        let listeners = try CacheListeners(options, self.daemon.sockets)
        self.listeners.withLock { $0 = listeners }
        try self.replicator?.listen(options.network, self.daemon.sockets)
        let datagrams = try self.bindDatagrams(options.network)
        self.datagrams.withLock { $0 = datagrams }
        self.writePortFile(listeners, datagrams, options.network)
        if options.memory.locksMemory { self.lockMemory() }
        self.mainLoop.withLock { $0 = loop }
        CacheMetrics.declare(self, in: self.daemon.metrics)
        CacheRoutes.register(self, on: loop, in: self.daemon.control)
        ReplicationRoutes.register(self, on: loop, in: self.daemon.control)
        self.beginUpkeep(on: loop)
    }

    /// Begins to accept.
    package func serve() async throws {
        for entry in self.listeners.withLock({ $0.entries }) {
            entry.listener.start(on: self.daemon.loops.loops) { [self] connection in
                await self.serve(connection, entry.endpoint)
            }
        }
        self.datagrams.withLock { $0 }?.start()
        self.replicator?.start()
    }

    private func bindDatagrams(_ network: NetworkOptions) throws -> CacheDatagrams? {
        guard network.udpPort != 0 else { return nil }
        let addresses = try network.addresses(defaultPort: network.udpPort).map(\.address)
        do {
            return try CacheDatagrams(addresses, on: self.daemon.loops.loops, for: self)
        } catch {
            throw StartError(description: "-U \(network.udpPort): cannot bind: \(error)")
        }
    }

    /// As memcached, which goes on when it cannot.
    private func writePortFile(
        _ listeners: CacheListeners, _ datagrams: CacheDatagrams?, _ network: NetworkOptions
    ) {
        do {
            try listeners.writePortFile(
                udp: datagrams?.addresses ?? [], isNeeded: network.socketPath == nil)
        } catch {
            self.daemon.logger.warning("\(error)")
        }
    }

    private static func askForLargePages(_ memory: SharedMemory, _ logger: Logger) {
        do {
            try memory.askForLargePages()
        } catch {
            logger.warning("-L: the kernel gives no large pages for shared memory: \(error)")
        }
    }

    private func lockMemory() {
        do {
            try ResourceLimits.lockMemory()
        } catch {
            self.daemon.logger.warning("-k: memory cannot be locked: \(error)")
        }
    }

    /// Ends the process as SIGINT does, or as SIGTERM does; for `shutdown`.
    func requestShutdown(isGraceful: Bool) {
        ChildProcesses.signal(Processes.identifier, isGraceful ? 15 : 2)
    }

    /// Reads the options again; what needs a restart is refused by name, and nothing is applied.
    package func reload() async throws {
        let running = self.options
        let fresh = try CacheOptions(self.arguments)
        let fixed = fresh.changedFixedOptions(from: running)
        guard fixed.isEmpty else {
            throw OptionProblem(
                description: "needs a restart to change \(fixed.joined(separator: ", "))")
        }
        let most = self.store.settings.raisedLimitMax
        guard fresh.storage.memoryLimit <= most else {
            throw OptionProblem(
                description: "needs a restart to raise -m beyond \(most >> 20), as chunks are "
                    + "larger then")
        }
        try CacheProgram.takeOpenFiles(fresh, self.daemon.logger)
        try self.tls?.check()
        try self.logins.reload()
        try self.tls?.refresh(at: SystemClock.now())
        try self.replicator?.reload()
        CacheProgram.takeLimits(fresh, self.daemon.logger)
        self.current.withLock { $0 = fresh }
        self.rememberFiles()
        self.store.setMemoryLimit(fresh.storage.memoryLimit)
        if fresh.verbosity != running.verbosity { self.setVerbosity(fresh.verbosity) }
    }

    /// SIGUSR1 ends memcached in an orderly way; with `-e` its items are there for the next one.
    package func reopenLogs() { self.requestShutdown(isGraceful: true) }

    /// The file of options as it was taken, and what `stats settings` answers.
    package func configuration() async -> ConfigurationReport {
        var report = ConfigurationReport()
        report.language = "memcached"
        let reports = StatisticsReports(
            service: self, now: self.clock.second(SystemClock.now()), asking: nil)
        report.settings = reports.settings().entries.map { ($0.name, $0.value) }
        report.files = self.takenFiles.withLock { $0 }
        return report
    }

    /// Remembers what the file of options held when it was taken.
    private func rememberFiles() {
        guard let path = self.options.configurationFile,
            let text = try? Files.read(path, limit: ConfigurationReport.fileBytesMax)
        else { return }
        self.takenFiles.withLock { $0 = [ConfigurationReport.File(path: path, text: text)] }
    }
}
