import Base
package import EventLoop
package import SystemInterface

/// One cache, as one loop uses it. Loop thread only.
package final class CacheNode {
    /// A request that waits for its answer.
    private struct Waiting {
        let form: CacheRequest.AnswerForm
        let deadline: Instant
        /// Takes the answer; nil once the request has run out of time, and its answer is dropped.
        var ticket: Ticket?
    }

    /// Where the cache listens.
    package let address: SocketAddress
    /// The loop that the node belongs to.
    package let loop: Loop
    /// Whether the cache can be used.
    package private(set) var state = CacheNodeState.unknown
    /// Called on the loop whenever `state` changes.
    package var stateChanged: ((CacheNodeState) -> Void)?
    /// Requests sent, answers that came too late, connections that failed: since the start.
    package private(set) var requestCount = 0, timeoutCount = 0, failureCount = 0

    private let settings: CacheNodeSettings
    private let operationTimeout: Int64
    private var connection: Connection?
    private let dialling = Dialling()
    private var isStopped = false
    private var waiting = FirstInFirstOut<Waiting>()
    private var unsent = ByteBuffer()
    private var flushIsScheduled = false
    private var timer: TimerHandle?
    private var silentTimeouts = 0

    /// Makes a node; it connects at its first request, or at `connect()`.
    package init(
        address: SocketAddress, settings: CacheNodeSettings = CacheNodeSettings(), on loop: Loop
    ) {
        self.address = address
        self.settings = settings
        self.operationTimeout = settings.operationTimeout.nanoseconds
        self.loop = loop
    }

    /// Sends a request and waits for its answer. Never throws: what goes wrong is `failed`.
    package func send(_ request: CacheRequest) async -> CacheAnswer {
        await self.begin(request).value()
    }

    /// Sends a request without waiting, so that several, to several nodes, are under way at once.
    package func begin(_ request: CacheRequest) -> Ticket {
        self.enqueue(request) ?? Ticket(answer: .failed(.unreachable))
    }

    /// Begins to connect, so that `state` becomes known. Without effect when that is done or under
    /// way.
    package func connect() {
        guard self.connection == nil, !self.dialling.isUnderWay, !self.isStopped else { return }
        self.dialling.isUnderWay = true
        self.dialling.attemptBegan = self.loop.now
        let node = LoopBound(self, loop: self.loop)
        self.loop.spawn { await node.value.dialUntilConnected() }
    }

    /// Ends the node: requests that wait fail, nothing is dialled any more.
    package func stop() {
        self.isStopped = true
        self.dialling.settle()
        self.dialling.endPause()
        self.connection?.close()
        self.connection = nil
        self.failAll(.unreachable)
    }

    // MARK: Sending

    private func enqueue(_ request: CacheRequest) -> Ticket? {
        if self.isStopped || self.state == .down { return nil }
        if self.waiting.count >= self.settings.waitingCountMax { return nil }
        self.requestCount += 1
        let ticket = Ticket()
        let deadline = self.loop.now.adding(nanoseconds: self.operationTimeout)
        self.waiting.append(
            Waiting(form: request.answerForm, deadline: deadline, ticket: ticket))
        if let connection {
            request.append(to: connection.output)
            self.scheduleFlush(connection)
        } else {
            request.append(to: self.unsent)
            self.connect()
        }
        self.armTimer()
        return ticket
    }

    private func scheduleFlush(_ connection: Connection) {
        if self.flushIsScheduled { return }
        self.flushIsScheduled = true
        self.loop.atEndOfTurn { [self] in
            do {
                if try connection.flushNow() {
                    self.flushIsScheduled = false
                } else {
                    self.finishFlush(connection)
                }
            } catch {
                self.flushIsScheduled = false
                self.lost(connection)
            }
        }
    }

    /// The cache takes no more for now: a task of its own waits until all has gone out.
    private func finishFlush(_ connection: Connection) {
        let node = LoopBound(self, loop: self.loop)
        self.loop.spawn {
            do {
                try await connection.flush()
                node.value.flushIsScheduled = false
            } catch {
                node.value.flushIsScheduled = false
                node.value.lost(connection)
            }
        }
    }

    // MARK: The connection

    /// Ends the pause before the next attempt to connect, as somebody knows that the cache lives.
    package func dialNow() {
        if self.state != .up { self.connect() }
        self.dialling.endPause()
    }

    /// Waits until it is known anew whether a cache that is not up lives: an attempt to connect is
    /// made at once, or the one under way is awaited. For `reachLimit` at the most.
    ///
    /// An attempt that is older than that is not waited for, and one that ended in silence is not
    /// repeated before its time: a machine that is off costs few requests the wait.
    package func reach() async {
        guard self.state != .up, !self.isStopped else { return }
        self.connect()
        let age = self.loop.now - self.dialling.attemptBegan
        if self.dialling.isPausing {
            guard !self.dialling.wasSilent, age >= self.settings.reachSpacing else { return }
            self.dialling.attemptBegan = self.loop.now
            self.dialling.endPause()
        } else if age >= self.settings.reachLimit {
            return
        }
        await self.dialling.outcome(on: self.loop, limit: self.settings.reachLimit)
    }

    private func dialUntilConnected() async {
        var pause = self.settings.redialPauseFirst
        while !self.isStopped {
            self.dialling.attemptBegan = self.loop.now
            let deadline = self.loop.now + self.settings.connectTimeout
            do {
                let connection = try await Connection.connect(
                    to: self.address, on: self.loop, deadline: deadline)
                // A process that is stopped still has its connections accepted by the kernel.
                if self.state == .down { try await Self.awaitSignOfLife(connection, deadline) }
                self.dialling.isUnderWay = false
                if self.isStopped { return connection.close() }
                self.connected(connection)
                return self.dialling.settle()
            } catch {
                self.failureCount += 1
                self.dialling.wasSilent = self.loop.now >= deadline
                self.failAll(.unreachable)
                self.setState(.down)
                self.dialling.settle()
            }
            if self.isStopped { break }
            await self.dialling.pause(on: self.loop, pause)
            pause = min(pause * 2, self.settings.redialPauseMax)
        }
        self.dialling.isUnderWay = false
    }

    private static func awaitSignOfLife(
        _ connection: Connection, _ deadline: Instant
    ) async throws {
        CacheRequest.version.append(to: connection.output)
        do {
            try await connection.flush(deadline: deadline)
            let input = connection.input
            while true {
                if let (_, byteCount) = try AnswerParser.parse(input.bytes, as: .line) {
                    return input.consume(byteCount)
                }
                if try await connection.fill(deadline: deadline) == 0 {
                    throw ConnectionError.closed
                }
            }
        } catch {
            connection.close()
            throw error
        }
    }

    private func connected(_ connection: Connection) {
        self.connection = connection
        self.silentTimeouts = 0
        connection.output.append(self.unsent)
        self.unsent.clear()
        if !connection.output.isEmpty { self.scheduleFlush(connection) }
        let node = LoopBound(self, loop: self.loop)
        self.loop.spawn { await node.value.readAnswers(connection) }
        self.setState(.up)
    }

    private func readAnswers(_ connection: Connection) async {
        let input = connection.input
        do {
            while try await connection.fill(atMost: 65_536) > 0 {
                self.silentTimeouts = 0
                while let first = self.waiting.first,
                    let (answer, byteCount) = try AnswerParser.parse(input.bytes, as: first.form)
                {
                    input.consume(byteCount)
                    self.waiting.removeFirst()
                    first.ticket?.settle(answer)
                }
            }
        } catch {}
        self.lost(connection)
    }

    private func lost(_ connection: Connection) {
        guard self.connection === connection else { return }
        self.connection = nil
        connection.close()
        self.failureCount += 1
        self.failAll(.lost)
        self.setState(.down)
        self.connect()
    }

    private func failAll(_ failure: CacheFailure) {
        self.unsent.clear()
        while let first = self.waiting.first {
            self.waiting.removeFirst()
            first.ticket?.settle(.failed(failure))
        }
    }

    private func setState(_ state: CacheNodeState) {
        if self.state == state { return }
        self.state = state
        self.stateChanged?(state)
    }

    // MARK: Time

    /// One timer for all that wait: the deadlines are in the order of the queue.
    private func armTimer() {
        if self.timer?.isPending == true { return }
        guard let deadline = self.waiting.firstWhere({ $0.ticket != nil })?.deadline else { return }
        self.timer = self.loop.schedule(at: deadline) { [weak self] in self?.timerFired() }
    }

    private func timerFired() {
        self.timer = nil
        let now = self.loop.now
        var hasTimedOut = false
        self.waiting.updateAll { entry in
            guard let ticket = entry.ticket, entry.deadline <= now else { return }
            entry.ticket = nil
            hasTimedOut = true
            self.timeoutCount += 1
            ticket.settle(.failed(.timedOut))
        }
        if hasTimedOut {
            self.silentTimeouts += 1
            if self.silentTimeouts >= self.settings.silentTimeoutsMax, let connection {
                return self.lost(connection)
            }
        }
        self.armTimer()
    }
}
