package import Base
package import DaemonKit
package import EventLoop
import HTTPTransport
import Logging
import PageTemplates
import Synchronization
package import SystemInterface

/// The application server: what `sessiond` runs, and what tests start in their own process.
///
/// ```
/// prepare ─► server.xml read ─► applications deployed ─► listeners opened
/// serve   ─► session managers started ─► connections accepted ─► folders looked at each second
/// reload  ─► all read anew ─► what needs a restart is refused by name ─► deployment replaced
/// drain   ─► what has begun is finished ─► stop
/// ```
package final class ApplicationServer: DaemonService {
    /// How often folders and files are looked at.
    private static let watchInterval = Duration.seconds(1)

    private struct State {
        var configuration: ServerConfiguration
        var users: UserDatabase
        var servers: [(server: HTTPServer, listeners: [Listener])] = []
        var workers: [LoopBound<Worker>] = []
        var isStopped = false
        /// What the files held when they were taken.
        var files: [ConfigurationReport.File] = []
    }

    /// Where server.xml and the applications are.
    package let settings: ServerOptions
    let daemon: Daemon
    let deployments: DeploymentBox
    private let state: Mutex<State>
    private var logger: Logger { self.daemon.logger }

    /// Reads the configuration and deploys the applications; opens nothing.
    ///
    /// - Throws: a `Diagnostic` for a file that cannot be used.
    package init(_ settings: ServerOptions, daemon: Daemon) throws {
        self.settings = settings
        self.daemon = daemon
        let configuration = try ServerConfigurationReader.read(
            base: settings.base, file: settings.file)
        let users = try Self.users(of: configuration)
        for notice in configuration.notices { daemon.logger.notice("\(notice.summary)") }
        let deployment = try Deployer(
            configuration, logger: daemon.logger, events: daemon.events
        ).deploy(replacing: nil)
        self.deployments = DeploymentBox(deployment)
        self.state = Mutex(
            State(
                configuration: configuration, users: users,
                files: Self.files(of: configuration, deployment)))
    }

    /// Where it takes clients, one list for each connector.
    package var addresses: [SocketAddress] {
        self.state.withLock { $0.servers.flatMap { $0.listeners.map(\.address) } }
    }

    /// The users and roles of tomcat-users.xml.
    package var users: UserDatabase { self.state.withLock { $0.users } }

    /// What the files held when they were taken, server.xml first.
    var configurationFiles: [ConfigurationReport.File] { self.state.withLock { $0.files } }

    private static func files(
        of configuration: ServerConfiguration, _ deployment: Deployment
    ) -> [ConfigurationReport.File] {
        var paths = [configuration.file]
        if let users = configuration.userDatabasePath { paths.append(users) }
        for application in deployment.applications {
            paths += application.configuration.sources + ["\(application.root)/WEB-INF/web.xml"]
        }
        var seen: Set<String> = []
        return paths.compactMap { path in
            guard seen.insert(path).inserted,
                let text = try? Files.read(path, limit: ConfigurationReport.fileBytesMax)
            else { return nil }
            return ConfigurationReport.File(path: path, text: text)
        }
    }

    private static func users(
        of configuration: ServerConfiguration
    ) throws(Diagnostic) -> UserDatabase {
        guard let path = configuration.userDatabasePath,
            (try? Files.status(path)) != nil
        else { return UserDatabase() }
        let source = try ServerConfigurationReader.source(of: path)
        return try UserDatabase(try XMLReader.parse(source, file: path))
    }

    // MARK: DaemonService

    /// Opens files and listeners; see `DaemonService`.
    package func prepare(on loop: Loop) async throws {
        let configuration = self.state.withLock { $0.configuration }
        let workers = self.daemon.loops.loops.map { loop in
            LoopBound(
                Worker(loop: loop, published: self.deployments, logger: self.daemon.logger),
                loop: loop)
        }
        self.state.withLock { $0.workers = workers }
        var opening = ConnectorOpening(self.daemon)
        for (index, service) in configuration.services.enumerated() {
            for connector in service.connectors {
                try opening.add(connector, engineIndex: index)
            }
        }
        let opened = try opening.open(workers: workers)
        self.state.withLock { $0.servers = opened }
        self.addRoutes()
        self.addMetrics()
    }

    /// Begins to accept; see `DaemonService`.
    package func serve() async throws {
        let started = SystemClock.now()
        for application in self.deployments.value.applications {
            application.sessions.start(on: self.daemon.loops.loops)
            self.logger.info("deployed \(Self.name(of: application)) from \(application.root)")
        }
        for (server, listeners) in self.state.withLock({ $0.servers }) {
            for listener in listeners {
                server.start(listener)
                self.logger.info("starting http-\(listener.address)")
            }
        }
        let milliseconds = (SystemClock.now() - started).milliseconds
        self.logger.info("server startup in \(milliseconds) milliseconds")
        self.scheduleWatch()
    }

    /// Takes all of a new configuration or nothing; see `DaemonService`.
    package func reload() async throws {
        let old = self.state.withLock { $0.configuration }
        let new = try ServerConfigurationReader.read(
            base: self.settings.base, file: self.settings.file)
        let users = try Self.users(of: new)
        try old.refuseWhatNeedsRestart(in: new)
        let deployer = Deployer(new, logger: self.logger, events: self.daemon.events)
        let deployment = try deployer.deploy(replacing: self.deployments.value)
        for notice in new.notices { self.logger.notice("\(notice.summary)") }
        self.state.withLock {
            $0.configuration = new
            $0.users = users
            $0.files = Self.files(of: new, deployment)
        }
        self.publish(deployment)
    }

    /// Opens the access logs anew.
    package func reopenLogs() {
        for log in self.deployments.value.accessLogs { log.reopen() }
    }

    /// Finishes what has begun; see `DaemonService`.
    package func drain(deadline: Instant) async -> Int {
        let servers = self.state.withLock { $0.servers }
        for (server, _) in servers { server.beginDrain() }
        var cutCount = 0
        for (server, _) in servers { cutCount += await server.drain(deadline: deadline) }
        return cutCount
    }

    /// Closes everything; see `DaemonService`.
    package func stop() async {
        let (servers, workers) = self.state.withLock { state in
            state.isStopped = true
            return (state.servers, state.workers)
        }
        for (server, _) in servers {
            server.stopListening()
            server.closeAll()
        }
        for application in self.deployments.value.applications { application.sessions.stop() }
        for worker in workers {
            // One after another: each loop writes the lines that wait on it.
            await Suspension.wait { done in
                worker.loop.run {
                    worker.value.flushLogs()
                    done.resume()
                }
            }
        }
    }

    // MARK: Deployment

    private func publish(_ deployment: Deployment) {
        let old = self.deployments.value
        let kept = Set(old.applications.map { ObjectIdentifier($0.sessions) })
        for application in deployment.applications
        where !kept.contains(ObjectIdentifier(application.sessions)) {
            application.sessions.start(on: self.daemon.loops.loops)
        }
        self.deployments.replace(deployment)
        let present = Set(deployment.applications.map { ObjectIdentifier($0.sessions) })
        for application in old.applications
        where !present.contains(ObjectIdentifier(application.sessions)) {
            application.sessions.stop()
        }
        for application in deployment.applications
        where !old.applications.contains(where: { $0 === application }) {
            self.logger.info("deployed \(Self.name(of: application)) from \(application.root)")
        }
        for application in old.applications
        where !deployment.applications.contains(where: { $0.path == application.path }) {
            self.logger.info("undeployed \(Self.name(of: application))")
        }
    }

    private func scheduleWatch() {
        guard let loop = Loop.current else { return }
        loop.schedule(at: loop.now + Self.watchInterval) { [weak self] in
            guard let self, !self.state.withLock({ $0.isStopped }) else { return }
            self.lookAtFolders()
            self.scheduleWatch()
        }
    }

    /// Deploys what came, went or changed in the folders. A mistake in a file keeps what is there.
    func lookAtFolders() {
        let current = self.deployments.value
        let deployer = Deployer(
            self.state.withLock { $0.configuration }, logger: self.logger,
            events: self.daemon.events)
        guard deployer.needsDeployment(current) else { return }
        do {
            self.publish(try deployer.deploy(replacing: current))
        } catch {
            self.logger.error("nothing is deployed anew: \(error)")
        }
    }
}

/// What the command line says.
package struct ServerOptions: Sendable {
    /// The Tomcat base folder, and the server.xml when it is not the base's.
    package var base: String, file: String?

    /// Names a base folder.
    package init(base: String, file: String? = nil) {
        self.base = base
        self.file = file
    }
}
