import Base
import EventLoop
import HTTPProtocol
import HTTPTransport
import LoadBalancing
import SystemInterface

extension RequestHandler {
    /// Passes the request on to a group of servers.
    func passOn(_ settings: ProxySettings) async -> Step {
        guard let (group, settings) = self.target(of: settings) else { return .fail(502) }
        if settings.minorVersion == 0, !self.exchange.dropsBody,
            self.exchange.head.framing == .chunked
        {
            self.log(.error, "a body without a length cannot be passed on in HTTP/1.0")
            return .fail(411)
        }
        self.exchange.proxyHost = settings.host
        self.exchange.proxyPort = settings.port
        return await ProxyRun(self, group, settings).run()
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
/// Every choice is paid back to its group once. Loop thread only.
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
    let group: UpstreamGroup
    let settings: ProxySettings
    let plan: ProxyPlan
    let body: RequestBody
    private var query = PeerQuery()
    private var tried = TriedPeers()
    private var triesLeft: Int
    /// How many tries the request has behind it in other groups.
    private let tryCountBefore: Int
    private let deadline: Instant

    var worker: Worker { self.handler.worker }
    var loop: Loop { self.connection.loop }

    init(_ handler: RequestHandler, _ group: UpstreamGroup, _ settings: ProxySettings) {
        let exchange = handler.exchange
        self.handler = handler
        self.exchange = exchange
        self.connection = handler.connection
        self.group = group
        self.settings = settings
        self.plan = handler.worker.plan(for: exchange.location, settings, exchange.generation)
        if let body = settings.body {
            self.body = RequestBody(
                VariableEvaluator.bytes(body, of: exchange), on: handler.connection)
        } else if exchange.dropsBody || !settings.passesRequestBody {
            self.body = RequestBody([], on: handler.connection)
        } else {
            self.body = RequestBody(of: handler.connection)
        }
        self.tryCountBefore = exchange.upstreamTries.count
        let count = group.settings.peers.count
        self.triesLeft = settings.tryCountMax > 0 ? min(settings.tryCountMax, count) : count
        self.deadline =
            settings.tryTimeout > .zero
            ? handler.connection.loop.now + settings.tryTimeout : .distantFuture
    }

    /// Asks one server after another.
    func run() async -> RequestHandler.Step {
        self.query = PeerAffinity.query(for: self.group.settings, self.exchange)
        while true {
            let index = self.group.choose(self.query, tried: &self.tried, now: self.loop.now)
            guard let index else { return self.noServer() }
            self.triesLeft -= 1
            let began = self.loop.now
            let receivedBefore = self.exchange.bytesSent
            self.beginTry(self.group.settings.peers[index])
            let outcome = await self.attempt(self.group.settings.peers[index])
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
    private func attempt(_ peer: UpstreamPeer) async -> Outcome {
        let pool = self.worker.pool(for: self.group)
        if let kept = pool.take(peer.address) {
            let outcome = await self.ask(kept, pool, peer)
            guard case .failed(let failure, let hasSent) = outcome, failure.mayBeStale,
                !kept.hasAnswerBytes, !self.exchange.hasClientLeft, self.body.isReplayable,
                !hasSent || self.exchange.method.isIdempotent
            else { return outcome }
        }
        let began = self.loop.now
        do {
            let upstream = try await pool.connect(
                to: peer.address, timeout: peer.connectTimeout ?? self.settings.connectTimeout)
            self.exchange.upstreamTries[self.exchange.upstreamTries.count - 1].connectTime =
                self.loop.now - began
            return await self.ask(upstream, pool, peer)
        } catch {
            return .failed(.connecting(error), hasSent: false)
        }
    }

    /// Sends the request over a connection and passes its answer on.
    private func ask(
        _ upstream: UpstreamConnection, _ pool: UpstreamPool, _ peer: UpstreamPeer
    ) async -> Outcome {
        self.exchange.upstream = upstream
        let (sentBefore, receivedBefore) = (
            upstream.connection.sentByteCount, upstream.connection.receivedByteCount
        )
        defer {
            self.exchange.upstream = nil
            self.countBytes(of: upstream.connection, sentBefore, receivedBefore)
        }
        upstream.beginRequest(self.exchange.method)
        let output = upstream.connection.output
        UpstreamRequestWriter(exchange: self.exchange, settings: self.settings, plan: self.plan)
            .append(self.body.framing, to: output)
        var sender: BodySender?
        do throws(HTTPTransportError) {
            if try self.body.begin(to: output) {
                upstream.requestIsWhole()
            } else {
                let rest = BodySender(
                    self.body, from: self.connection, to: upstream,
                    timeout: self.settings.sendTimeout)
                rest.start()
                sender = rest
            }
        } catch {
            upstream.close()
            return .failed(.client(error), hasSent: false)
        }
        let outcome = await self.answer(of: upstream, sender, pool, peer)
        if let sender {
            // What the client is to read must not wait for what it still sends.
            if !sender.hasEnded { _ = try? self.connection.connection.flushNow() }
            await sender.stop()
            if case .failed(_, let hasSent) = outcome, let error = sender.clientError {
                return .failed(.client(error), hasSent: hasSent)
            }
        }
        return outcome
    }

    private func answer(
        of upstream: UpstreamConnection, _ sender: BodySender?, _ pool: UpstreamPool,
        _ peer: UpstreamPeer
    ) async -> Outcome {
        if sender == nil {
            do {
                try await upstream.flush(timeout: self.settings.sendTimeout)
            } catch {
                upstream.close()
                return .failed(.sending(error), hasSent: upstream.hasSentBytes)
            }
        }
        let began = self.loop.now
        let timeout = peer.readTimeout ?? self.settings.readTimeout
        let head: ResponseHead
        do {
            head = try await upstream.readHead(timeout: timeout)
        } catch {
            upstream.close()
            return .failed(.reading(error), hasSent: upstream.hasSentBytes)
        }
        self.exchange.upstreamTries[self.exchange.upstreamTries.count - 1].status = head.status
        self.exchange.upstreamTries[self.exchange.upstreamTries.count - 1].headerTime =
            self.loop.now - began
        if self.isTriedElsewhere(head.status) {
            upstream.close()
            return .failed(.status(head.status), hasSent: true)
        }
        self.exchange.upstreamHead = head
        return .answered(await self.pass(on: head, of: upstream, pool, timeout))
    }

    // MARK: Another server

    /// Whether a status sends the request to another server, and there is one left.
    private func isTriedElsewhere(_ status: Int) -> Bool {
        guard let member = NextUpstream.member(forStatus: status),
            self.settings.nextUpstream.contains(member)
        else { return false }
        return self.mayRepeat && self.body.isReplayable && self.hasTriesLeft
    }

    /// Whether the request may be executed twice.
    private var mayRepeat: Bool {
        self.exchange.method.isIdempotent || self.settings.nextUpstream.contains(.nonIdempotent)
    }

    private var hasTriesLeft: Bool { self.triesLeft > 0 && self.loop.now < self.deadline }

    /// What follows a failure: nil for another server, else how the request ends.
    private func step(after failure: ProxyFailure, hasSent: Bool) -> RequestHandler.Step? {
        if self.exchange.hasClientLeft, self.settings.stopsWhenClientLeaves {
            return self.clientLeft()
        }
        self.handler.log(.error, failure.text)
        if case .client(let error) = failure {
            if case .connection = error, error.status != 408 { return self.clientLeft() }
            return .fail(error.status)
        }
        guard self.settings.nextUpstream.contains(failure.condition) else {
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
            let hasLeft = self.exchange.hasClientLeft && self.settings.stopsWhenClientLeaves
            return hasLeft ? .undecided : .failed
        }
    }

    private func beginTry(_ peer: UpstreamPeer) {
        var attempt = UpstreamTry()
        attempt.address = peer.address
        attempt.route = peer.policy.route
        attempt.beginsNewGroup = self.beginsNewGroup
        self.exchange.upstreamTries.append(attempt)
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
