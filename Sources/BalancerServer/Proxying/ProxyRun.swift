import Base
import EventLoop
import HTTPProtocol
import HTTPTransport
import LoadBalancing
import SystemInterface

extension RequestHandler {
    /// Passes the request on to a group of servers.
    func passOn(_ plan: ProxyPlan) -> Step {
        guard let (group, plan) = self.target(of: plan) else { return .fail(502) }
        if plan.settings.minorVersion == 0, !self.exchange.dropsBody,
            self.exchange.head.framing == .chunked
        {
            self.log(.error, "a body without a length cannot be passed on in HTTP/1.0")
            return .fail(411)
        }
        self.exchange.proxyHost = plan.settings.host
        self.exchange.proxyPort = plan.settings.port
        return .passOn(self.proxyRun(group, plan))
    }
}

/// One request's way through a group of servers, until one of them has answered it.
///
/// ```
/// choose ─► connection ─► request ─► head of the answer ─► the answer is passed on
///    ▲                        │
///    └── another server ◄─────┘ only while no byte of an answer has reached the client, and
///                               nothing was sent or the method may be repeated
/// ```
/// Every choice is paid back to its group once. One object serves all requests of a connection, one
/// after another: making one for each was a twentieth of what a request cost. Loop thread only.
final class ProxyRun {
    /// How an attempt at one server ended.
    enum Outcome {
        /// The client has its answer, or its connection was cut.
        case answered(RequestHandler.Step)
        /// Nothing has reached the client.
        case failed(ProxyFailure, hasSent: Bool)
    }

    let handler: RequestHandler
    let exchange: Exchange
    let connection: ServerConnection
    private(set) var group: UpstreamGroup
    private(set) var plan: ProxyPlan
    private(set) var body: RequestBody
    private var query = PeerQuery()
    private var tried = TriedPeers()
    private var triesLeft = 0
    /// How many tries the request has behind it in other groups.
    private var tryCountBefore = 0
    private var deadline = Instant.distantFuture

    var worker: Worker { self.handler.worker }
    var loop: Loop { self.connection.loop }

    /// Makes the run of a handler's first request that is passed on.
    init(_ handler: RequestHandler, _ group: UpstreamGroup, _ plan: ProxyPlan) {
        self.handler = handler
        self.exchange = handler.exchange
        self.connection = handler.connection
        self.group = group
        self.plan = plan
        self.body = handler.noBody
    }

    /// Begins with the handler's present request.
    func begin(_ group: UpstreamGroup, _ plan: ProxyPlan) {
        if self.group !== group { self.group = group }
        if self.plan !== plan { self.plan = plan }
        self.takeBody()
        self.tried = TriedPeers()
        self.peerOutcome = .succeeded
        self.tryCountBefore = self.exchange.upstreamTries.count
        let count = group.settings.peers.count
        let limit = plan.settings.tryCountMax
        self.triesLeft = limit > 0 ? min(limit, count) : count
        let timeout = plan.settings.tryTimeout
        self.deadline = timeout > .zero ? self.loop.now + timeout : .distantFuture
    }

    private func takeBody() {
        if let body = self.plan.settings.body {
            self.body = RequestBody(
                VariableEvaluator.bytes(body, of: self.exchange), on: self.connection)
        } else if self.exchange.dropsBody || !self.plan.settings.passesRequestBody
            || self.connection.request.framing == .none
        {
            if self.body !== self.handler.noBody { self.body = self.handler.noBody }
        } else {
            self.body = RequestBody(of: self.connection)
        }
    }

    /// Asks one server after another.
    func run() async -> RequestHandler.Step {
        self.query =
            self.group.needsQuery
            ? PeerAffinity.query(for: self.group.settings, self.exchange) : PeerQuery()
        while true {
            let index = self.group.choose(self.query, tried: &self.tried, now: self.loop.now)
            guard let index else { return self.noServer() }
            self.triesLeft -= 1
            let began = self.loop.now
            let receivedBefore = self.exchange.bytesSent
            self.beginTry(index)
            let outcome = await self.attempt(index)
            self.endTry(began)
            switch outcome {
            case .answered(let step):
                self.group.finished(
                    index, self.peerOutcome, byteCount: self.exchange.bytesSent - receivedBefore,
                    now: self.loop.now)
                return step
            case .failed(let failure, let hasSent):
                self.group.finished(
                    index, self.peerOutcome(of: failure), byteCount: 0, now: self.loop.now)
                if let step = self.step(after: failure, hasSent: hasSent) { return step }
                self.worker.counters.add(.requestsSentAgain)
            }
        }
    }

    // MARK: One server

    /// Tries a server: over a kept connection first, and once more over a new one when the kept
    /// one turns out to have ended.
    private func attempt(_ index: Int) async -> Outcome {
        let address = self.group.settings.peers[index].address
        let pool = self.worker.pool(for: self.group)
        if let kept = pool.take(address) {
            let outcome = await self.ask(kept, pool, index)
            guard case .failed(let failure, let hasSent) = outcome, failure.mayBeStale,
                !kept.hasAnswerBytes, !self.exchange.hasClientLeft, self.body.isReplayable,
                !hasSent || self.exchange.method.isIdempotent
            else { return outcome }
        }
        let began = self.loop.now
        do {
            let upstream = try await pool.connect(
                to: address,
                timeout: self.group.settings.peers[index].connectTimeout
                    ?? self.plan.settings.connectTimeout)
            self.exchange.upstreamTries[self.exchange.upstreamTries.count - 1].connectTime =
                self.loop.now - began
            return await self.ask(upstream, pool, index)
        } catch {
            return .failed(.connecting(error), hasSent: false)
        }
    }

    /// Sends the request over a connection and passes its answer on.
    private func ask(
        _ upstream: UpstreamConnection, _ pool: UpstreamPool, _ index: Int
    ) async -> Outcome {
        self.exchange.upstream = upstream
        let (sentBefore, receivedBefore) = (
            upstream.connection.sentByteCount, upstream.connection.receivedByteCount
        )
        defer {
            self.exchange.upstream = nil
            self.countBytes(of: upstream.connection, sentBefore, receivedBefore)
        }
        let sender: BodySender?
        do {
            sender = try self.write(to: upstream)
        } catch {
            upstream.close()
            return .failed(.client(error), hasSent: false)
        }
        do throws(HTTPTransportError) {
            if sender == nil, try !upstream.flushNow() {
                try await upstream.flush(timeout: self.plan.settings.sendTimeout)
            }
        } catch {
            upstream.close()
            return .failed(.sending(error), hasSent: upstream.hasSentBytes)
        }
        let began = self.loop.now
        let timeout = self.group.settings.peers[index].readTimeout ?? self.plan.settings.readTimeout
        var outcome: Outcome
        do {
            let head = try await upstream.readHead(timeout: timeout)
            if self.takes(head, after: self.loop.now - began) {
                outcome = .answered(await self.pass(on: head, of: upstream, pool, timeout))
            } else {
                upstream.close()
                outcome = .failed(.status(head.status), hasSent: true)
            }
        } catch {
            upstream.close()
            outcome = .failed(.reading(error), hasSent: upstream.hasSentBytes)
        }
        if let sender { outcome = await self.stop(sender, outcome) }
        return outcome
    }

    /// Writes the request, with what there is of its body.
    ///
    /// - Returns: what sends the rest of the body, nil when it is whole.
    /// - Throws: what the client did wrong.
    private func write(
        to upstream: UpstreamConnection
    ) throws(HTTPTransportError) -> BodySender? {
        upstream.beginRequest(self.exchange.method)
        let output = upstream.connection.output
        UpstreamRequestWriter(exchange: self.exchange, plan: self.plan)
            .append(self.body.framing, to: output)
        if try self.body.begin(to: output) {
            upstream.requestIsWhole()
            return nil
        }
        let sender = BodySender(
            self.body, from: self.connection, to: upstream,
            timeout: self.plan.settings.sendTimeout)
        sender.start()
        return sender
    }

    /// Ends the sending of a body. What the client is to read must not wait for what it still
    /// sends.
    private func stop(_ sender: BodySender, _ outcome: Outcome) async -> Outcome {
        if !sender.hasEnded { _ = try? self.connection.connection.flushNow() }
        await sender.stop()
        if case .failed(_, let hasSent) = outcome, let error = sender.clientError {
            return .failed(.client(error), hasSent: hasSent)
        }
        return outcome
    }

    /// Notes the head of an answer; whether this answer is the one that the client gets.
    private func takes(_ head: ResponseHead, after time: Duration) -> Bool {
        let last = self.exchange.upstreamTries.count - 1
        self.exchange.upstreamTries[last].status = head.status
        self.exchange.upstreamTries[last].headerTime = time
        if self.isTriedElsewhere(head.status) { return false }
        self.exchange.upstreamHead = head
        return true
    }

    // MARK: Another server

    /// Whether a status sends the request to another server, and there is one left.
    private func isTriedElsewhere(_ status: Int) -> Bool {
        guard let member = NextUpstream.member(forStatus: status),
            self.plan.settings.nextUpstream.contains(member)
        else { return false }
        return self.mayRepeat && self.body.isReplayable && self.hasTriesLeft
    }

    /// Whether the request may be executed twice.
    private var mayRepeat: Bool {
        self.exchange.method.isIdempotent
            || self.plan.settings.nextUpstream.contains(.nonIdempotent)
    }

    private var hasTriesLeft: Bool { self.triesLeft > 0 && self.loop.now < self.deadline }

    /// What follows a failure: nil for another server, else how the request ends.
    private func step(after failure: ProxyFailure, hasSent: Bool) -> RequestHandler.Step? {
        if self.exchange.hasClientLeft, self.plan.settings.stopsWhenClientLeaves {
            return self.clientLeft()
        }
        self.handler.log(.error, failure.text)
        if case .client(let error) = failure {
            if case .connection = error, error.status != 408 { return self.clientLeft() }
            return .fail(error.status)
        }
        guard self.plan.settings.nextUpstream.contains(failure.condition) else {
            if hasSent, !self.mayRepeat { self.worker.counters.add(.requestsNotSentAgain) }
            return .fail(self.status(of: failure))
        }
        if hasSent, !self.mayRepeat {
            self.worker.counters.add(.requestsNotSentAgain)
            return .fail(self.status(of: failure))
        }
        guard self.body.isReplayable else {
            self.worker.counters.add(.bodiesNotReplayable)
            return .fail(self.status(of: failure))
        }
        return self.hasTriesLeft ? nil : .fail(self.status(of: failure))
    }

    /// What the client is told: httpd calls a server that cannot be reached unavailable.
    private func status(of failure: ProxyFailure) -> Int {
        if case .connecting = failure, self.exchange.configuration.dialect == .httpd { return 503 }
        return failure.status
    }

    /// Nobody waits for the answer any more: nginx's 499.
    func clientLeft() -> RequestHandler.Step {
        self.worker.counters.add(.clientsLeft)
        self.exchange.unansweredStatus = 499
        self.connection.connection.close()
        return .done
    }

    private func noServer() -> RequestHandler.Step {
        self.worker.counters.add(.noLiveServer)
        let status = self.exchange.configuration.dialect == .httpd ? 503 : 502
        var attempt = UpstreamTry()
        attempt.groupName = self.group.settings.name
        attempt.beginsNewGroup = self.beginsNewGroup
        attempt.status = status
        self.exchange.upstreamTries.append(attempt)
        self.handler.log(.error, "no live upstreams while connecting to upstream")
        return .fail(status)
    }

    // MARK: Books

    /// How the server of the answer that was passed on did; set while it is.
    var peerOutcome = PeerOutcome.succeeded

    private func peerOutcome(of failure: ProxyFailure) -> PeerOutcome {
        switch failure {
        case .client: return .undecided
        case .status(403), .status(404): return .undecided
        default:
            let hasLeft = self.exchange.hasClientLeft && self.plan.settings.stopsWhenClientLeaves
            return hasLeft ? .undecided : .failed
        }
    }

    private func beginTry(_ index: Int) {
        let isFirstOfGroup = self.beginsNewGroup
        let last = self.exchange.upstreamTries.count
        self.exchange.upstreamTries.append(UpstreamTry())
        self.exchange.upstreamTries[last].address = self.group.settings.peers[index].address
        self.exchange.upstreamTries[last].route = self.group.settings.peers[index].policy.route
        self.exchange.upstreamTries[last].beginsNewGroup = isFirstOfGroup
    }

    /// Whether the try that is about to be noted is the first one of this group, after another.
    private var beginsNewGroup: Bool {
        self.exchange.upstreamTries.count == self.tryCountBefore && self.tryCountBefore > 0
    }

    private func countBytes(
        of connection: Connection, _ sentBefore: Int, _ receivedBefore: Int
    ) {
        let last = self.exchange.upstreamTries.count - 1
        self.exchange.upstreamTries[last].sentByteCount =
            Int64(connection.sentByteCount - sentBefore)
        self.exchange.upstreamTries[last].receivedByteCount =
            Int64(connection.receivedByteCount - receivedBefore)
    }

    private func endTry(_ began: Instant) {
        let last = self.exchange.upstreamTries.count - 1
        self.exchange.upstreamTries[last].responseTime = self.loop.now - began
        if self.exchange.upstreamTries[last].status == 0 {
            self.exchange.upstreamTries[last].status = 502
        }
    }
}
