import Base
import EventLoop
import HTTPProtocol
import HTTPTransport

/// Sends the rest of a body while the answer is waited for, as a task of its own: a server may
/// answer, or want to be read from, before it has all of it. Loop thread only.
final class BodySender {
    private let body: RequestBody
    private let client: ServerConnection
    private let upstream: UpstreamConnection
    private let timeout: Duration
    private var isStopped = false
    private var waiter: Suspension?
    /// Whether it has ended, well or not.
    private(set) var hasEnded = false
    /// What the client did wrong.
    private(set) var clientError: HTTPTransportError?

    init(
        _ body: RequestBody, from client: ServerConnection, to upstream: UpstreamConnection,
        timeout: Duration
    ) {
        self.body = body
        self.client = client
        self.upstream = upstream
        self.timeout = timeout
    }

    /// Begins, on the connections' loop.
    func start() {
        let bound = LoopBound(self, loop: self.client.loop)
        self.client.loop.spawn { await bound.value.run() }
    }

    private func run() async {
        do throws(HTTPTransportError) {
            while !self.isStopped, try await !self.step() {}
        } catch {
            if !self.isStopped { self.clientError = error }
            // Wakes who waits for the answer.
            self.upstream.close()
        }
        self.hasEnded = true
        let waiter = self.waiter.take()
        waiter?.resume()
    }

    /// Sends a piece and waits for the next. Answers whether there is nothing more to do.
    ///
    /// - Throws: what the client did wrong. What fails on the server's side shows to its reader.
    private func step() async throws(HTTPTransportError) -> Bool {
        let isWhole = try self.body.pump(to: self.upstream.connection.output)
        if isWhole { self.upstream.requestIsWhole() }
        do {
            try await self.upstream.flush(timeout: self.timeout)
        } catch {
            return true
        }
        if isWhole || self.isStopped { return true }
        _ = try await self.client.nextBodyPart()
        return false
    }

    /// Sends no more and waits until the task has ended.
    func stop() async {
        guard !self.hasEnded else { return }
        self.isStopped = true
        self.upstream.close()
        self.client.connection.endReadWait()
        await Suspension.wait { self.waiter = $0 }
    }
}
