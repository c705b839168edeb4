import Base
import EventLoop
import HTTPProtocol
import HTTPTransport
import LoadBalancing

// The way back: the server's answer to the client, piece by piece.

extension ProxyRun {
    /// Passes an answer on, from its head to its end.
    func pass(
        on head: ResponseHead, of upstream: UpstreamConnection, _ pool: UpstreamPool,
        _ timeout: Duration
    ) async -> RequestHandler.Step {
        self.peerOutcome =
            self.group.settings.failureStatuses.contains(head.status) ? .failed : .succeeded
        if self.plan.settings.interceptsErrors, head.status >= 300,
            self.exchange.location.settings.errorPages.contains(where: {
                $0.statuses.contains(head.status)
            })
        {
            upstream.close()
            return .fail(head.status)
        }
        if head.status == 101 { return await self.passTunnel(head, upstream) }
        self.passHead(head, framing: head.framing(to: self.exchange.method))
        do throws(PassingError) {
            let isWhole = try await self.passBody(of: upstream, timeout)
            guard isWhole else { return self.cutAnswer(upstream, "closed connection") }
        } catch {
            switch error {
            case .server(let reason): return self.cutAnswer(upstream, "failed (\(reason))")
            case .client:
                upstream.close()
                self.worker.counters.add(.clientsLeft)
                self.connection.cut()
                return .done
            }
        }
        let step = self.handler.finish()
        pool.put(upstream)
        return step
    }

    /// An answer that has begun cannot be taken back: its connection is cut, and that is counted.
    private func cutAnswer(_ upstream: UpstreamConnection, _ what: String) -> RequestHandler.Step {
        upstream.close()
        if self.exchange.hasClientLeft {
            self.worker.counters.add(.clientsLeft)
        } else {
            self.peerOutcome = .failed
            self.worker.counters.add(.answersCut)
            self.handler.log(.error, "upstream \(what) while reading upstream")
        }
        self.connection.cut()
        return .done
    }

    // MARK: The head

    private func passHead(_ head: ResponseHead, framing: BodyFraming) {
        var own: StandardFields = .all
        if head.has(.server), !self.plan.hidden.contains(.server) { own.remove(.server) }
        if head.has(.date), !self.plan.hidden.contains(.date) { own.remove(.date) }
        let reason = head.bytes(head.reason)
        let isUsual = head.status == 200 && reason.isEqual(to: "OK")
        self.handler.begin(
            head.status, reason: isUsual ? nil : reason.makeString(), standardFields: own)
        for field in head.fields { self.pass(field, of: head) }
        self.addVia(head)
        switch framing {
        case .length(let count): self.handler.endHead(.length(count))
        case .chunked, .untilClose: self.handler.endHead(.stream)
        case .none:
            // The head of an answer to HEAD tells the length that GET would have.
            let isHead = self.exchange.method == .head
            if isHead, head.contentLength == nil {
                self.handler.endHead(.stream)
            } else {
                self.handler.endHead(.length(isHead ? head.contentLength ?? 0 : 0))
            }
        }
    }

    private func pass(_ field: HeaderField, of head: ResponseHead) {
        switch field.known {
        case .contentLength: return
        case .location where !self.plan.settings.redirects.isEmpty,
            .refresh where !self.plan.settings.redirects.isEmpty:
            return self.addRewritten(field, of: head)
        case .setCookie
        where !self.plan.settings.cookiePaths.isEmpty || !self.plan.settings.cookieDomains.isEmpty:
            return self.addRewritten(field, of: head)
        case .via where self.plan.settings.via != .off: return
        case .contentType: self.exchange.sentContentType = nil
        default: break
        }
        if self.plan.hidden.contains(field, of: head) || head.isHopByHop(field) { return }
        self.connection.addField(field, of: head)
    }

    private func addRewritten(_ field: HeaderField, of head: ResponseHead) {
        let rewriter = AnswerRewriter(exchange: self.exchange, plan: self.plan)
        let value = head.bytes(field.value).makeArray()
        let new = rewriter.rewrite(value, of: field.known)
        guard HTTPText.isFieldValue(new.span) else {
            return self.connection.addField(head.bytes(field.name), value.span)
        }
        if field.known == .location {
            self.exchange.sentLocation = String(decoding: new, as: UTF8.self)
        }
        self.connection.addField(head.bytes(field.name), new.span)
    }

    private func addVia(_ head: ResponseHead) {
        guard self.plan.settings.via == .on || self.plan.settings.via == .full else { return }
        let value = ByteBuffer(capacity: 64)
        for field in head.fields where field.known == .via {
            value.append(head.bytes(field.value))
            value.append(", " as StaticString)
        }
        ViaField.append(head.minorVersion, of: self.exchange, self.plan.settings.via, to: value)
        self.connection.addField("Via", value.makeString())
    }

    // MARK: The body

    /// Which side failed.
    enum PassingError: Error {
        case client
        case server(HTTPTransportError)
    }

    /// Passes the body on as it comes; the client sets the pace.
    ///
    /// - Returns: whether it was whole.
    private func passBody(
        of upstream: UpstreamConnection, _ timeout: Duration
    ) async throws(PassingError) -> Bool {
        var bodyByteCount: Int64 = 0
        while true {
            var count = try self.partNow(of: upstream)
            if count == nil { count = try await self.nextPart(of: upstream, timeout) }
            guard let count else { return false }
            if count == 0 { break }
            let input = upstream.connection.input
            self.connection.write(input.bytes.extracting(first: count))
            upstream.consumeBody(count)
            bodyByteCount += Int64(count)
            if self.connection.needsRelief { try await self.flush() }
        }
        let last = self.exchange.upstreamTries.count - 1
        self.exchange.upstreamTries[last].bodyByteCount = bodyByteCount
        return true
    }

    /// The piece that is there already, nil when it must be waited for.
    private func partNow(of upstream: UpstreamConnection) throws(PassingError) -> Int? {
        do {
            return try upstream.bodyPartNow()
        } catch {
            throw .server(error)
        }
    }

    private func flush() async throws(PassingError) {
        do {
            try await self.connection.flush()
        } catch {
            throw .client
        }
    }

    /// Waits for the next piece; nil when the server ended in the middle. What was written until
    /// then leaves before.
    private func nextPart(
        of upstream: UpstreamConnection, _ timeout: Duration
    ) async throws(PassingError) -> Int? {
        try await self.flush()
        do throws(HTTPTransportError) {
            return try await upstream.nextBodyPart(timeout: timeout)
        } catch .invalidMessage(.truncated) {
            return nil
        } catch {
            throw .server(error)
        }
    }
}
