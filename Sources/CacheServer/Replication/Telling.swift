import Base
import CacheReplication
import EventLoop

/// One connection of an outgoing link, from the greeting to its end: says what changes, and takes
/// the peer's answers. On its loop.
final class Telling {
    /// A peer that is told nothing is told so.
    private static let heartbeat = Duration.seconds(1)
    /// So many signs of life without an answer end the connection.
    private static let unansweredCountMax = 10
    /// How long a peer may take no bytes.
    private static let stallTimeMax = Duration.seconds(10)
    /// How much is said before others on the loop have their turn.
    private static let batchByteCount = 64 << 10

    private let source: ChangeSource
    private let connection: Connection
    private let link: OutgoingLink
    private let clock: CacheClock
    /// What was told by connections before this one.
    private let earlier: LinkReport
    private var unansweredCount = 0
    private var lastPosition = Instant(nanoseconds: 0)

    init(
        _ source: ChangeSource, _ connection: Connection, _ link: OutgoingLink, _ clock: CacheClock
    ) {
        self.source = source
        self.connection = connection
        self.link = link
        self.clock = clock
        self.earlier = link.current
    }

    /// Goes on until the connection ends or the link is stopped.
    func run() async throws(LinkProblem) {
        let loop = self.connection.loop
        let hearing = LoopBound(self, loop: loop)
        loop.spawn {
            let telling = hearing.value
            await telling.hear()
            telling.connection.close()
            telling.link.signal.set()
        }
        while !self.connection.isClosed, !self.link.isStopped {
            if self.link.takeCopyRequest() { self.source.beginCopy() }
            self.say(at: loop.now)
            if self.connection.output.isEmpty {
                self.link.awaitChange(at: self.source.place)
                await self.link.signal.wait(until: self.lastPosition + Self.heartbeat)
                if self.unansweredCount > Self.unansweredCountMax {
                    throw .connection(.deadlineReached)
                }
                continue
            }
            do {
                try await self.connection.flush(deadline: loop.now + Self.stallTimeMax)
            } catch {
                throw .connection(error)
            }
            await loop.yield()
        }
        if !self.link.isStopped { throw .ended }
    }

    private func say(at now: Instant) {
        let output = self.connection.output
        let said = self.source.fill(
            output, upTo: Self.batchByteCount, now: self.clock.second(now))
        if now - self.lastPosition >= Self.heartbeat {
            self.lastPosition = now
            self.unansweredCount += said ? 0 : 1
            self.source.sayPosition(output)
        }
        self.publish()
    }

    /// Takes the peer's answers until the connection ends, or something else comes.
    private func hear() async {
        while (try? await self.connection.fill()) ?? 0 > 0 {
            guard self.takeAnswers(self.connection.input) else { return }
            self.unansweredCount = 0
            self.publish()
        }
    }

    private func takeAnswers(_ input: ByteBuffer) -> Bool {
        do {
            while true {
                let bytes = input.bytes
                guard let (frame, byteCount) = try ReplicationFrame.read(bytes) else { return true }
                guard case .acknowledgement(let place) = frame else { return false }
                input.consume(byteCount)
                self.source.take(acknowledgement: place)
            }
        } catch {
            return false
        }
    }

    private func publish() {
        let source = self.source
        self.link.note { report in
            report.enter(source.isCopying ? .copying : .streaming)
            report.place = source.acknowledged
            report.end = source.place
            report.items = self.earlier.items + source.counts.items
            report.deletions = self.earlier.deletions + source.counts.deletions
            report.flushes = self.earlier.flushes + source.counts.flushes
            report.copies = self.earlier.copies + source.counts.copies
            report.overflows = self.earlier.overflows + source.counts.overflows
        }
    }
}
