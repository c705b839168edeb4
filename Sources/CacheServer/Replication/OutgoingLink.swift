import Base
import CacheReplication
import EventLoop
import Logging
import Synchronization
import SystemInterface

/// The link by which this cache tells one peer its changes. It dials, and dials again, until it is
/// stopped. Any thread.
final class OutgoingLink: Sendable {
    /// How long it waits before it dials again: twice as long each time.
    private static let pauses = (first: Duration.milliseconds(100), last: Duration.seconds(5))
    private static let dialTimeMax = Duration.seconds(3)

    let peer: PeerAddress
    let loop: Loop
    /// Wakes the link's task.
    let signal: LoopSignal
    private let replicator: Replicator
    private let report: Mutex<LinkReport>
    private let isStopping = Atomic<Bool>(false)
    private let wantsCopy = Atomic<Bool>(false)
    private let isAwaitingChange = Atomic<Bool>(false)

    init(_ peer: PeerAddress, _ replicator: Replicator, on loop: Loop) {
        self.peer = peer
        self.replicator = replicator
        self.loop = loop
        self.signal = LoopSignal(on: loop)
        self.report = Mutex(
            LinkReport(name: peer.name, isIncoming: false, since: SystemClock.now()))
    }

    /// What is known of it now.
    var current: LinkReport { self.report.withLock { $0 } }

    /// Begins.
    func start() { self.loop.spawn { await self.run() } }

    /// Ends it.
    func stop() {
        self.isStopping.store(true, ordering: .releasing)
        self.signal.set()
    }

    /// Sends all items again.
    func copyAgain() {
        self.wantsCopy.store(true, ordering: .releasing)
        self.signal.set()
    }

    /// Whether it is to end.
    var isStopped: Bool { self.isStopping.load(ordering: .acquiring) }

    /// Whether somebody has asked for a full copy since this was asked last.
    func takeCopyRequest() -> Bool {
        self.wantsCopy.exchange(false, ordering: .acquiringAndReleasing)
    }

    /// Sees to it that the signal is set when the log reaches beyond a place.
    func awaitChange(at place: UInt64) {
        guard !self.isAwaitingChange.exchange(true, ordering: .acquiringAndReleasing) else {
            return
        }
        self.replicator.node.log.whenReaching(place) { [weak self] in
            self?.isAwaitingChange.store(false, ordering: .releasing)
            self?.signal.set()
        }
    }

    /// Changes what is known of it.
    func note(_ change: (inout LinkReport) -> Void) { self.report.withLock { change(&$0) } }

    // MARK: Its life

    private func run() async {
        var pause = Self.pauses.first
        while !self.isStopped {
            let wasSaid = self.current.problem != nil
            do {
                try await self.serve()
            } catch LinkProblem.isOneself {
                if self.current.state != .closed {
                    self.replicator.logger.notice("replication: \(self.peer.name) is this cache")
                }
                self.enter(.closed, LinkProblem.isOneself.description)
                // A name may lead elsewhere later.
                pause = Self.pauses.last
            } catch LinkProblem.sameTag {
                // This cache has another one now.
            } catch {
                if self.isStopped { break }
                let wasUp = [.streaming, .copying].contains(self.current.state)
                if wasUp { pause = Self.pauses.first }
                self.enter(.waiting, "\(error)")
                if wasUp || !wasSaid {
                    self.replicator.logger.warning("replication to \(self.peer.name): \(error)")
                }
            }
            if self.replicator.isForgotten(self) { break }
            await self.signal.wait(until: self.loop.now + pause)
            pause = min(Self.pauses.last, pause + pause)
        }
        self.enter(.closed, nil)
    }

    private func enter(_ state: LinkReport.State, _ problem: String?) {
        self.note { report in
            report.enter(state)
            report.problem = problem
        }
    }

    private func serve() async throws(LinkProblem) {
        let connection = try await self.dial()
        defer { connection.close() }
        connection.isNeededToTheEnd = true
        let greeting = try await self.replicator.handshake.dial(connection)
        let source = ChangeSource(
            self.replicator.node, peer: greeting.node, position: greeting.position)
        self.note { report in
            report.node = greeting.node
            report.connectCount += 1
            report.problem = nil
        }
        self.replicator.logger.notice(
            "replication to \(self.peer.name): \(source.isCopying ? "full copy" : "goes on")")
        let telling = Telling(source, connection, self, self.replicator.clock)
        try await telling.run()
    }

    private func dial() async throws(LinkProblem) -> Connection {
        var problem = LinkProblem.frame(FrameProblem("the host is not known"))
        for address in await self.peer.resolve(on: self.loop) {
            do {
                return try await Connection.connect(
                    to: address, on: self.loop, deadline: self.loop.now + Self.dialTimeMax)
            } catch {
                problem = .connection(error)
            }
        }
        throw problem
    }
}
