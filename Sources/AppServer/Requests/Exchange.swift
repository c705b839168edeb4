import Base
import EventLoop
import HTTPProtocol
import HTTPTransport
import PatternMatching
import SystemInterface

/// One request and the answer that grows for it. Made once a connection and used for all its
/// requests; texts are made of bytes only when somebody asks for them. Loop thread only.
final class Exchange {
    let connection: ServerConnection
    let worker: Worker
    let connector: ConnectorConfiguration
    let engineIndex: Int

    // MARK: The request
    private(set) var target: RequestTarget?
    private(set) var hostIndex = 0
    private var lastPath: [UInt8] = []
    private var peerText: String?
    var route = Route(nil, .notFound, servletPath: "")
    /// Where the last path led, in which deployment and host.
    private var lastRoute: (route: Route, generation: Int, hostIndex: Int)?
    /// The application's session for this request, once `begin` of its manager was called.
    var session: SessionHandle?
    /// The id that the browser sent, and how.
    private(set) var requestedSessionID: String?
    private(set) var sessionIDSource = SessionRequest.Source.cookie
    /// The body, as far as it was read for the page.
    let requestBody = ByteBuffer()
    private var parameterList: [(name: String, value: String)]?
    private var clientAddress: String?
    private var isForwardedSecure: Bool?
    private(set) var startUnixNanoseconds: Int64 = 0

    // MARK: The answer
    var response = PendingResponse()
    let body = ByteBuffer()

    init(
        _ connection: ServerConnection, _ worker: Worker, _ connector: ConnectorConfiguration,
        engineIndex: Int
    ) {
        self.connection = connection
        self.worker = worker
        self.connector = connector
        self.engineIndex = engineIndex
    }

    var head: RequestHead { self.connection.request }
    var engine: Deployment.Engine { self.worker.deployment.engines[self.engineIndex] }
    var host: Deployment.Host { self.engine.hosts[self.hostIndex] }

    /// Forgets the last request and looks at the present one.
    ///
    /// - Returns: false when the path is not one that can be served.
    func begin() -> Bool {
        self.session = nil
        self.requestedSessionID = nil
        self.parameterList = nil
        self.clientAddress = nil
        self.isForwardedSecure = nil
        self.requestBody.clear()
        self.body.clear()
        self.response.reset()
        self.startUnixNanoseconds = self.worker.unixNanoseconds()
        let head = self.head
        self.hostIndex = self.engine.hostIndex(head.bytes(head.host))
        let isLastPath = self.isLastPath(head)
        if isLastPath, let last = self.lastRoute, last.hostIndex == self.hostIndex,
            last.generation == self.worker.deployment.generation,
            last.route.validUntil > self.worker.loop.now
        {
            self.route = last.route
            return true
        }
        if !isLastPath {
            self.target =
                head.path.isEmpty
                ? RequestTarget("/".utf8.span) : RequestTarget(head.bytes(head.path))
            self.lastPath = head.bytes(head.path).makeArray()
        }
        guard let target = self.target else {
            self.route = Route(nil, .notFound, servletPath: "")
            self.lastPath = []
            return false
        }
        self.route = self.worker.route(
            engine: self.engineIndex, host: self.hostIndex, path: target.path)
        self.lastRoute = (self.route, self.worker.deployment.generation, self.hostIndex)
        return true
    }

    /// Whether the path is that of the request before, as it mostly is behind a balancer.
    private func isLastPath(_ head: RequestHead) -> Bool {
        let last = self.lastPath
        guard !last.isEmpty, self.target != nil else { return false }
        return head.bytes(head.path).isEqual(to: last.span)
    }

    /// Finds the session id that the browser sent, in a cookie or in the path.
    func readSessionID(of application: WebApplication) {
        if application.web.tracksByURL, let target = self.target, target.hasParameters {
            let raw = target.uri
            let target = RequestTarget(
                raw.utf8.span, sessionParameter: application.parameterName)
            if let id = target?.sessionIdentifier {
                self.requestedSessionID = id
                self.sessionIDSource = .url
            }
        }
        if application.web.tracksByCookie, application.configuration.usesCookies,
            let place = self.head.cookie(application.cookieName)
        {
            self.requestedSessionID = self.head.string(place)
            self.sessionIDSource = .cookie
        }
    }

    var methodText: String {
        switch self.head.method {
        case .get: "GET"
        case .post: "POST"
        case .head: "HEAD"
        default: self.head.string(self.head.methodRange)
        }
    }

    /// The path as it came, path parameters and all.
    var uri: String { self.target?.uri ?? self.head.string(self.head.path) }
    /// The query without its `?`.
    var queryText: String? { self.head.query.map { self.head.string($0) } }

    /// The path without path parameters, still encoded.
    var uriWithoutParameters: String {
        let uri = self.uri
        guard let target = self.target, target.hasParameters else { return uri }
        var kept = ""
        var isParameter = false
        for scalar in uri.unicodeScalars {
            if scalar == "/" { isParameter = false }
            if scalar == ";" { isParameter = true }
            if !isParameter { kept.unicodeScalars.append(scalar) }
        }
        return kept
    }

    // MARK: Parameters

    /// All parameters: of the query, then of a form's body, in order.
    var parameters: [(name: String, value: String)] {
        if let list = self.parameterList { return list }
        let countMax = self.connector.parameterCountMax
        var list: [(name: String, value: String)] = []
        let head = self.head
        if let query = head.query {
            list = QueryReader.pairs(of: head.bytes(query), pairCountMax: countMax)
        }
        if self.isForm, list.count < countMax {
            let body = self.requestBody
            list += QueryReader.pairs(of: body.bytes, pairCountMax: countMax - list.count)
        }
        self.parameterList = list
        return list
    }

    /// Puts parameters of an include or forward before the others; answers what `pop` needs.
    func push(
        parameters: [(name: String, value: String)]
    ) -> [(name: String, value: String)]? {
        if parameters.isEmpty { return nil }
        let outer = self.parameters
        self.parameterList = parameters + outer
        return outer
    }

    /// Takes back what `push` did.
    func pop(_ outer: [(name: String, value: String)]?) {
        if let outer { self.parameterList = outer }
    }

    static func pairs(ofQuery query: String) -> [(name: String, value: String)] {
        QueryReader.pairs(of: query.utf8.span)
    }

    /// The first value of a parameter.
    func parameter(_ name: String) -> String? {
        self.parameters.first { $0.name == name }?.value
    }

    /// Whether the body is a form's whose parameters are read.
    var isForm: Bool {
        let head = self.head
        guard head.method == .post, let place = head.value(.contentType) else { return false }
        let value = head.bytes(place)
        let end = value.firstIndex(of: UInt8(ascii: ";")) ?? value.count
        return value.extracting(0..<end).makeString().trimmedOfWhiteSpace.lowercased()
            == "application/x-www-form-urlencoded"
    }

    // MARK: Addresses

    /// The address of the client, or what a trusted proxy says it is.
    var remoteAddress: String {
        if let address = self.clientAddress { return address }
        let direct = self.peerAddressText
        guard let settings = self.remoteIPSettings else {
            self.clientAddress = direct
            return direct
        }
        let address = self.forwardedAddress(direct, settings)
        self.clientAddress = address
        return address
    }

    /// The address of the other end of the connection itself.
    var peerAddressText: String {
        if let text = self.peerText { return text }
        let text = Self.text(self.connection.connection.peerAddress)
        self.peerText = text
        return text
    }

    private static func text(_ address: SocketAddress) -> String {
        if case .unix = address { return "127.0.0.1" }
        return address.hostText
    }

    private var remoteIPSettings: RemoteIPSettings? {
        self.host.configuration.remoteIP ?? self.engine.configuration.remoteIP
    }

    /// Walks the header's addresses from the right as long as they are proxies'.
    private func forwardedAddress(_ direct: String, _ settings: RemoteIPSettings) -> String {
        func isProxy(_ address: String) -> Bool {
            let bytes = address.utf8.span
            if (try? settings.internalProxies.matches(bytes)) ?? false { return true }
            return (try? settings.trustedProxies?.matches(bytes)) ?? false
        }
        guard isProxy(direct), let value = self.head.string(named: settings.addressHeader) else {
            return direct
        }
        if let name = settings.protocolHeader, let scheme = self.head.string(named: name) {
            self.isForwardedSecure = scheme.lowercased() == settings.secureValue.lowercased()
        }
        var address = direct
        for item in value.split(separator: ",").reversed() {
            address = String(item).trimmedOfWhiteSpace
            if !isProxy(address) { break }
        }
        return address
    }

    /// Whether the request came over TLS, here or at a trusted proxy.
    var isSecure: Bool {
        if self.remoteIPSettings != nil { _ = self.remoteAddress }
        return self.isForwardedSecure ?? self.connector.isSecure
    }

    var scheme: String {
        self.isForwardedSecure == nil ? self.connector.scheme : self.isSecure ? "https" : "http"
    }

    /// The name the client called the server by.
    var serverName: String {
        if let name = self.connector.proxyName { return name }
        let name = self.head.string(self.head.host)
        return name.isEmpty ? self.connection.connection.localAddress.hostText : name
    }

    var serverPort: Int {
        if let port = self.connector.proxyPort, port > 0 { return port }
        let head = self.head
        if head.authority.count > head.host.count + 1,
            let port = head.bytes(ByteRange(Int(head.host.end) + 1, Int(head.authority.end)))
                .decimalValue()
        {
            return Int(clamping: port)
        }
        return self.isSecure ? 443 : 80
    }

    /// `http://host:port`, the port left out where it is the scheme's own.
    var origin: String {
        let port = self.serverPort
        let scheme = self.scheme
        let isUsual = scheme == "http" && port == 80 || scheme == "https" && port == 443
        return "\(scheme)://\(self.serverName)\(isUsual ? "" : ":\(port)")"
    }
}
