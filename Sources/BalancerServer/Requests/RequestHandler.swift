import Base
import EventLoop
import HTTPProtocol
import HTTPTransport

/// Leads the requests of one connection through their phases. Loop thread only.
///
/// ```
///   next ─► begin ─► search ─► enter ──┬─► files, proxy, return ─► done ─► logged
///                      ▲        │      └─► fail(status) ─┬─► built-in page ─► done
///                      └────────┴── internal redirects ◄─┘ error_page
/// ```
final class RequestHandler {
    /// What comes next for a request.
    enum Step {
        /// Its location is to be found: the server's rewrite steps run, then the table is asked.
        case search
        /// Its location has been found.
        case enter
        /// It is passed on to a server.
        case passOn(ProxyRun)
        /// A file is looked for and sent.
        case sendFile
        /// It gets the answer for a status: an error page, or the built-in one.
        case fail(Int)
        /// It has been answered, or its connection cut.
        case done
    }

    let exchange: Exchange
    let connection: ServerConnection
    var worker: Worker { self.exchange.worker }
    /// Stands for the body of requests that have none.
    let noBody: RequestBody
    /// What passes requests on, once one was; refers to this object until `serve` ends.
    private var proxyRun: ProxyRun?

    init(_ exchange: Exchange) {
        self.exchange = exchange
        self.connection = exchange.connection
        self.noBody = RequestBody([], on: exchange.connection)
    }

    /// Serves the connection until its end.
    func serve() async {
        self.connection.rejection = { [unowned self] _, reason in self.reject(reason) }
        self.connection.connection.whenPeerFinishes = { [unowned exchange] in
            exchange.clientLeft()
        }
        let (connection, exchange) = (self.connection, self.exchange)
        while await connection.next() != nil {
            exchange.begin()
            await self.handle()
            self.end()
        }
        self.proxyRun = nil
        self.connection.rejection = nil
        self.connection.connection.whenPeerFinishes = nil
        if case .connection(.deadlineReached)? = self.connection.failure {
            self.log(.info, "client timed out")
        }
    }

    private func handle() async {
        var step = self.start()
        while true {
            switch step {
            case .search: step = self.search()
            case .enter: step = self.enter()
            case .passOn(let run): step = await run.run()
            case .sendFile: step = await self.sendFile()
            case .fail(let status): step = self.fail(status)
            case .done: return
            }
        }
    }

    /// The run of the present request through a group of servers.
    func proxyRun(_ group: UpstreamGroup, _ plan: ProxyPlan) -> ProxyRun {
        let run = self.proxyRun ?? ProxyRun(self, group, plan)
        self.proxyRun = run
        run.begin(group, plan)
        return run
    }

    /// Keeps the books of a request that has ended.
    private func end() {
        self.exchange.upstream = nil
        self.worker.counters.addAnswer(self.connection.status)
        self.worker.log(self.exchange)
    }

    /// What every request must be before anything is looked for.
    private func start() -> Step {
        let head = self.exchange.head
        switch head.method {
        case .connect: return .fail(405)
        case .trace where !self.exchange.location.settings.answersTrace: return .fail(405)
        default: break
        }
        guard head.targetForm != .asterisk else { return .fail(400) }
        guard !head.path.isEmpty else {
            self.exchange.path.append(UInt8(ascii: "/"))
            self.exchange.isTargetUnchanged = false
            return .search
        }
        let isValid = RequestPath.append(
            head.bytes(head.path), mergesSlashes: self.exchange.server.connection.mergesSlashes,
            to: self.exchange.path)
        return isValid ? .search : .fail(400)
    }

    /// The server's rewrite steps, then its locations.
    private func search() -> Step {
        let exchange = self.exchange
        if !exchange.server.rewriteSteps.isEmpty {
            exchange.location = exchange.server.fallback
            switch self.run(exchange.server.rewriteSteps) {
            case .answered(let step): return step
            case .stopped, .ended, .searchAgain: break
            }
        }
        let path = exchange.path
        switch exchange.server.locations.find(path.bytes, state: exchange.variables) {
        case .found(let location):
            exchange.location = location
            if location.settings.isInternal, !exchange.isInternal { return .fail(404) }
            return .enter
        case .needsSlash(let location):
            exchange.location = location
            return self.redirectToSlash()
        case .none:
            exchange.location = exchange.server.fallback
            return .enter
        }
    }

    /// The location's rewrite steps, who may come in, then what makes the answer.
    private func enter() -> Step {
        let exchange = self.exchange
        switch self.run(exchange.location.rewriteSteps) {
        case .answered(let step): return step
        case .searchAgain: return self.redirected()
        case .stopped, .ended: break
        }
        exchange.applySettings()
        let location = exchange.location
        if !exchange.dropsBody, let limit = self.connection.bodyByteCountMax,
            let length = self.connection.bodyByteCountRemaining, length > limit
        {
            self.log(.error, "client intended to send too large body: \(length) bytes")
            return .fail(413)
        }
        guard location.settings.access.allows(exchange.peerAddress) else {
            self.log(.error, "access forbidden by rule")
            return .fail(403)
        }
        if let tryFiles = location.settings.tryFiles, let step = self.lookFor(tryFiles) {
            return step
        }
        if let plan = self.worker.plan(for: location, exchange.generation) {
            return self.passOn(plan)
        }
        switch location.settings.content {
        case .proxy: preconditionFailure("what is passed on has a plan")
        case .files: return .sendFile
        case .statistics: return self.sendStatistics()
        case .emptyPicture: return self.sendEmptyPicture()
        }
    }

    /// Counts a redirect from inside; too many are a mistake in the configuration.
    func redirected() -> Step {
        self.exchange.isInternal = true
        self.exchange.isTargetUnchanged = false
        self.exchange.redirectionsLeft -= 1
        guard self.exchange.redirectionsLeft >= 0 else {
            self.worker.counters.add(.redirectionCycles)
            self.log(.error, "rewrite or internal redirection cycle while processing the request")
            return .fail(500)
        }
        return .search
    }

    /// Sends the request to another path of this server, given with its arguments.
    func redirect(to target: [UInt8]) -> Step {
        let exchange = self.exchange
        let pathEnd = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
        exchange.path.clear()
        exchange.path.append(target[..<pathEnd])
        exchange.arguments.clear()
        if pathEnd < target.count { exchange.arguments.append(target[(pathEnd + 1)...]) }
        return self.redirected()
    }

    /// Sends the request to the location `@name`.
    func redirect(toNamed name: String) -> Step {
        guard let location = self.exchange.server.locations.location(named: name) else {
            self.log(.error, "could not find named location \"@\(name)\"")
            return .fail(500)
        }
        if case .fail(let status) = self.redirected() { return .fail(status) }
        self.exchange.location = location
        return .enter
    }

    func log(_ level: ErrorLogSettings.Level, _ text: String) {
        self.worker.errorLog.log(level, text, of: self.exchange)
    }

    /// Answers a request that could not be read.
    private func reject(_ reason: HTTPParseError) {
        self.exchange.beginRejected()
        self.log(.info, "client sent an invalid request: \(reason)")
        self.sendPage(reason.status)
        self.end()
    }
}
