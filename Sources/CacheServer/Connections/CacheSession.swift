import Base
import CacheStorage
import EventLoop

/// One connection: reads what is there, has all of it executed, sends the answers. Loop thread
/// only.
///
/// ```
/// fill ─► execute ─► flush ─► fill …
///   ▲        │ a value is not all there: fill again
///   └────────┘
/// ```
/// None of it waits, so the loop calls `serve` for each event itself. A task is made only for what
/// must wait, and at the end: waking one is a good part of what a small request costs
/// (Docs/decisions/0001-loop.md), and its memory most of what a connection at rest costs.
final class CacheSession {
    /// How much is read at once.
    private static let readByteCount = Loop.bufferBlockSize
    /// How much when a large value is known to come (over TLS).
    private static let largeReadByteCount = 128 << 10
    /// How often a connection is read in a row while others wait.
    private static let readsInARowMax = 8
    /// How many bytes of it.
    private static let byteCountInARowMax = 128 << 10

    /// Why `serve` cannot go on at once.
    private enum Pause {
        /// All that came was answered.
        case forInput
        /// The client does not take its answers.
        case forRoom
        /// Others are to have their turn.
        case forOthers
        /// An answer is made while it is sent.
        case forStream
        /// The connection is to be closed.
        case forGood
    }

    private let connection: Connection
    private let service: CacheService
    private let record: ConnectionRecord
    private let commands: CommandSession
    private var pause = Pause.forInput
    private var atEnd: (@Sendable () -> Void)?

    init(_ connection: Connection, _ service: CacheService, _ wire: ProtocolChoice) {
        self.connection = connection
        self.service = service
        self.record = ConnectionRecord(connection)
        self.commands = CommandSession(
            service, wire, self.record,
            service.commands.commands(of: connection.loop))
    }

    /// Begins the connection's life, which goes on without the caller: between requests there is
    /// no task. `atEnd` is called when it is over.
    func begin(atEnd: @escaping @Sendable () -> Void) {
        self.atEnd = atEnd
        self.connection.isKept = true
        self.service.table.add(self.record)
        self.service.watchers.logConnection(self.record)
        self.rest()
    }

    private func rest() {
        let session = LoopBound(self, loop: self.connection.loop)
        self.connection.rest(self.serveAll) { await session.value.goOn() }
    }

    /// Does what must be waited for, until the connection rests again or has ended.
    private func goOn() async {
        do {
            while !self.connection.isClosed {
                switch self.pause {
                case .forInput: return self.rest()
                case .forRoom:
                    try await self.connection.flush()
                    self.serve()
                case .forOthers:
                    await self.connection.loop.yield()
                    self.serve()
                case .forStream:
                    if let stream = self.commands.stream.take() {
                        try await stream.run(on: self.connection, self.record)
                    }
                    self.record.state = .reading
                    self.serve()
                case .forGood: return self.finish()
                }
            }
        } catch {
            if let error = error as? ConnectionError { self.service.tls?.noteEnd(error) }
        }
        self.finish()
    }

    private func finish() {
        self.connection.close()
        self.service.table.remove(self.record)
        self.service.watchers.logConnection(self.record, closed: self.record.closeReason)
        self.atEnd.take()?()
    }

    /// Serves what came; whether that was all and no more is to be done than to wait for input.
    private func serveAll() -> Bool {
        self.serve()
        return self.pause == .forInput
    }

    /// Serves until something must be waited for.
    private func serve() {
        let connection = self.connection
        let commands = self.commands
        do {
            var received = 0
            commands.beginTurn()
            let sentBefore = connection.sentByteCount
            for _ in 0..<Self.readsInARowMax {
                var stop = CommandSession.Stop.forRoom
                while stop == .forRoom {
                    stop = commands.execute(
                        connection.input, connection.output, at: connection.loop.now)
                    if let pinned = commands.takePinned() {
                        connection.insert(pinned.value, at: pinned.position)
                    }
                    if stop == .forStream { return self.pause = .forStream }
                    guard try connection.flushNow() else { return self.pause = .forRoom }
                    if connection.sentByteCount &- sentBefore > Self.byteCountInARowMax {
                        return self.pause = .forOthers
                    }
                }
                if stop == .forOthers { return self.pause = .forOthers }
                let mayRest =
                    self.service.isDraining && connection.receivedByteCount > 0
                    && commands.arrival == nil
                    && CacheService.isResting(connection)
                if commands.isQuitting || mayRest { return self.pause = .forGood }
                guard let count = try self.receive() else {
                    let isWithin = commands.arrival != nil
                    self.record.state =
                        connection.input.isEmpty && !isWithin ? .reading : .readingValue
                    // A value that is half here is to come whole.
                    connection.isNeededToTheEnd = isWithin
                    // An idle connection holds no memory.
                    connection.releaseIdleMemory()
                    return self.pause = .forInput
                }
                if count == 0 { return self.pause = .forGood }
                received += count
                commands.missingByteCount = 0
                if received > Self.byteCountInARowMax { break }
            }
            self.pause = .forOthers
        } catch {
            self.service.tls?.noteEnd(error)
            self.pause = .forGood
        }
    }

    /// Receives what is there: a large value into its item, all else into the input. Nil when
    /// nothing is there, 0 when the client has finished.
    private func receive() throws(ConnectionError) -> Int? {
        let connection = self.connection
        let commands = self.commands
        if connection.input.isEmpty, !connection.isTLS {
            // SAFETY: the memory is the item's, and is used only while it is lent.
            let count = try unsafe commands.fillArrival(
                at: connection.loop.now
            ) { (memory) throws(ConnectionError) -> Int? in
                // SAFETY: as above.
                try unsafe connection.fillNow(into: memory, thenAtMost: Self.readByteCount)
            }
            if let count { return count }
        }
        let missing = min(commands.missingByteCount, Self.largeReadByteCount)
        let wanted = max(Self.readByteCount, missing)
        return try connection.fillNow(atMost: wanted)
    }
}

extension PinnedValue: OutputInsert {}
