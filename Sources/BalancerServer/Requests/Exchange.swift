import Base
import EventLoop
import HTTPProtocol
import HTTPTransport
import SystemInterface

/// A request and its answer, as the phases and the variables see them. One for each connection,
/// begun anew with each request. Loop thread only.
///
/// ```
/// begin ─► server, location ─► (rewritten: path, arguments) ─► answer ─► logged
/// ```
final class Exchange: RequestView {
    /// How many times a request may be sent to another location (nginx's 10).
    static let redirectionCountMax = 10

    let connection: ServerConnection
    let worker: Worker
    let connectionNumber: UInt64
    /// The address of the listener's configuration, which finds its servers in each generation.
    let listenerAddress: SocketAddress

    private(set) var generation: Generation
    private var servers: VirtualServerTable
    var server: VirtualServer
    /// The location; the server's fallback until one was found.
    var location: Location
    /// The location whose settings the connection has.
    private var appliedLocation: Location?
    let variables = VariableState()
    let path = ByteBuffer(capacity: 128)
    let arguments = ByteBuffer()

    /// What is asked upstream; GET once an error page is looked for.
    var method = HTTPMethod.get
    /// Whether the target still stands as the client sent it.
    var isTargetUnchanged = true
    /// Whether the request was sent here from inside.
    var isInternal = false
    /// Whether an error page is being served, and the status it gets instead of its own.
    var isErrorPage = false
    var statusOverride: Int?
    var redirectionsLeft = Exchange.redirectionCountMax
    /// Whether the method was changed, so that the client's body is nobody's.
    var dropsBody = false

    var upstreamTries: [UpstreamTry] = []
    var proxyHost = ""
    var proxyPort: UInt16 = 80
    /// The connection that an answer is waited for on; closed when the client leaves.
    var upstream: UpstreamConnection?
    /// The head of the last server's answer; valid until the next answer on its connection.
    var upstreamHead: ResponseHead?
    /// Two fields of the answer that logs often want.
    var sentContentType: String?, sentLocation: String?
    private(set) var hasClientLeft = false
    /// The status where no answer could be sent (499), else 0.
    var unansweredStatus = 0
    private(set) var isComplete = false
    private var writtenBefore = 0
    private var receivedBefore = 0
    private var ownLocalAddress: SocketAddress?
    private lazy var ownPeerHostText = self.peerAddress.hostText

    init(
        _ connection: ServerConnection, worker: Worker, listenerAddress: SocketAddress,
        servers: VirtualServerTable, connectionNumber: UInt64
    ) {
        self.connection = connection
        self.worker = worker
        self.listenerAddress = listenerAddress
        self.connectionNumber = connectionNumber
        self.generation = worker.generation
        self.servers = servers
        self.server = servers.defaultServer
        self.location = servers.defaultServer.fallback
    }

    var configuration: BalancerConfiguration { self.generation.configuration }
    var head: RequestHead { self.connection.request }

    // MARK: Beginning and ending

    /// Begins with the request that the connection has just read; finds its server.
    func begin() {
        self.worker.refresh()
        if self.generation !== self.worker.generation { self.takeGeneration() }
        self.reset()
        let head = self.head
        self.server = self.servers.server(forHost: head.bytes(head.host), state: self.variables)
        self.location = self.server.fallback
        self.method = head.method
        if let query = head.query { self.arguments.append(head.bytes(query)) }
    }

    /// Begins with a request that could not be read; what is known of it is in `head`.
    func beginRejected() {
        self.reset()
        self.server = self.servers.defaultServer
        self.location = self.server.fallback
    }

    private func reset() {
        self.variables.reset()
        self.path.clear()
        self.arguments.clear()
        self.isTargetUnchanged = true
        self.isInternal = false
        self.isErrorPage = false
        self.statusOverride = nil
        self.redirectionsLeft = Self.redirectionCountMax
        self.dropsBody = false
        self.upstreamTries.removeAll(keepingCapacity: true)
        self.upstreamHead = nil
        self.sentContentType = nil
        self.sentLocation = nil
        self.unansweredStatus = 0
        self.isComplete = false
        let below = self.connection.connection
        self.writtenBefore = below.sentByteCount + below.output.count
        self.receivedBefore = below.receivedByteCount - below.input.count - head.storage.count
    }

    /// The listener may be gone: what comes over its connections is then served as before, once.
    private func takeGeneration() {
        let newest = self.worker.generation
        guard
            let listener = newest.configuration.listeners.first(where: {
                $0.address == self.listenerAddress
            })
        else { return self.connection.closeAfterResponse() }
        self.generation = newest
        self.servers =
            listener.addresses.count > 1
            ? listener.servers(forLocal: self.localAddress) : listener.addresses[0].servers
        self.server = self.servers.defaultServer
        self.connection.settings = ServerSettings(
            self.server.connection, dialect: newest.configuration.dialect)
        self.location = self.server.fallback
        self.appliedLocation = nil
    }

    /// Lets the connection be treated as the location wants it: before anything is done there.
    func applySettings() {
        let location = self.location
        let limit = location.settings.bodyByteCountMax
        self.connection.bodyByteCountMax = limit > 0 ? UInt64(limit) : nil
        guard location !== self.appliedLocation else { return }
        self.appliedLocation = location
        let connection = self.connection
        connection.settings.bodyTimeout = location.settings.bodyTimeout
        connection.settings.sendTimeout = location.settings.sendTimeout
        connection.settings.keepAliveTimeout = location.settings.keepAliveTimeout
        connection.settings.keepAliveRequestCountMax = location.settings.keepAliveRequestCountMax
        switch location.settings.serverSignature {
        case .full: connection.settings.serverToken = ProgramVersion.signature
        case .nameOnly: connection.settings.serverToken = ProgramVersion.name
        case .none: connection.settings.serverToken = nil
        }
    }

    /// Marks the answer as whole.
    func complete() { self.isComplete = true }

    /// The client has finished sending, or its connection broke: nobody waits for the answer.
    func clientLeft() {
        self.hasClientLeft = true
        self.upstream?.close()
    }

    // MARK: What variables ask

    var peerAddress: SocketAddress { self.connection.connection.peerAddress }
    var peerHostText: String { self.ownPeerHostText }
    var localAddress: SocketAddress {
        if let known = self.ownLocalAddress { return known }
        let address = self.connection.connection.localAddress
        self.ownLocalAddress = address
        return address
    }
    var connectionRequestCount: Int { self.connection.requestCount }
    var isPipelined: Bool { !self.connection.connection.output.isEmpty }
    var startedAt: Instant { self.connection.requestStart }
    var now: Instant { self.worker.loop.now }
    var unixNanoseconds: Int64 { self.worker.unixNanoseconds() }
    var requestByteCount: Int64 {
        let below = self.connection.connection
        return Int64(below.receivedByteCount - below.input.count - self.receivedBefore)
    }
    var status: Int {
        self.connection.status > 0 ? self.connection.status : self.unansweredStatus
    }
    var bodyBytesSent: Int64 { Int64(self.connection.responseBodyByteCount) }
    var bytesSent: Int64 {
        let below = self.connection.connection
        return Int64(below.sentByteCount + below.output.count - self.writtenBefore)
    }
    var keepsConnection: Bool { self.connection.keepsConnection }
}
