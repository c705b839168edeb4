import Base
import CacheStorage
import MemcacheProtocol
import Synchronization

/// One client's commands, whatever brings them: what is half here, and what was said before.
///
/// Nothing in it waits: what is there is executed, and the answers are appended.
final class CommandSession {
    private static let ofCommands: WatchStreams = [.fetchers, .mutations, .deletions]

    /// Why the execution of what came stopped.
    enum Stop {
        /// No whole command is left.
        case forInput
        /// Answers are to be sent first.
        case forRoom
        /// Others are to have their turn (`-R`).
        case forOthers
        /// `stream` is to run first.
        case forStream
    }

    let service: CacheService
    /// How others see the connection; nil for datagrams.
    let record: ConnectionRecord?
    private let commands: LoopCommands
    private var wire: ProtocolChoice
    /// How many commands may be executed before others have their turn.
    private var commandsLeft: Int
    /// What the loop had counted of further keys when the turn began.
    private var keyCountAtTurn = 0
    /// Bytes of a refused value that are still to be passed over.
    var skipCount = 0
    /// A value that goes into its item while it comes.
    var arrival: ValueArrival?
    /// A large value that grows in steps.
    var join: PendingJoin?
    /// So many bytes of the input are known to hold no line's end, so that a long line, which comes
    /// in many pieces and is answered in many, is not looked through for each of them.
    var searchedByteCount = 0
    /// How much of the line of a get was answered.
    var answeredByteCount = 0
    /// Whether the client, or what it sent, asks for the end.
    private(set) var isQuitting = false
    /// How many bytes of a value are missing, so that large ones are read in large pieces.
    var missingByteCount = 0
    /// An answer that is made while it is sent, and that comes before anything else.
    var stream: (any SessionStream)?

    /// The login that must come first, until it has come.
    private var login: TextLogin?
    /// The login of a binary client, which must be done before other commands.
    var sasl: SASLLogin?

    init(
        _ service: CacheService, _ wire: ProtocolChoice, _ record: ConnectionRecord?,
        _ commands: LoopCommands
    ) {
        self.service = service
        self.commands = commands
        self.wire = wire
        self.record = record
        self.commandsLeft = service.commandsInARowMax
        self.login = service.logins.text.map { TextLogin($0) }
        self.sasl = service.logins.sasl.map { SASLLogin($0) }
    }

    /// Begins a turn: as much may be executed as one connection may before others.
    func beginTurn() {
        self.commandsLeft = self.service.commandsInARowMax
        self.keyCountAtTurn = self.commands.counts.furtherKeyCount
    }

    /// Ends the connection once what is answered was sent.
    func end(_ reason: CloseReason) {
        self.isQuitting = true
        self.record?.closeReason = reason
    }

    /// Executes what is in the input.
    func execute(_ input: ByteBuffer, _ output: ByteBuffer, at time: Instant) -> Stop {
        let received = input.count
        // Bytes that are known not to be a whole command are not looked at again.
        if self.missingByteCount > 0 || received == 0 && !self.hasArrived { return .forInput }
        let executor = self.executor(output, at: time)
        let outputBefore = output.count
        let stop = self.executeAll(input, executor)
        if stop == .forOthers { executor.counts.yieldCount += 1 }
        self.commands.count(received - input.count, output.count - outputBefore)
        self.record?.lastCommandNanoseconds = time.nanoseconds
        return stop
    }

    private func executor(_ output: ByteBuffer, at time: Instant) -> CommandExecutor {
        self.service.replicator?.keepTime()
        return CommandExecutor(
            commands: self.commands, now: self.commands.clock.second(time), output: output,
            watch: self.watchLog)
    }

    /// The value that is to be sent in the middle of what was just answered.
    func takePinned() -> (value: PinnedValue, position: Int)? {
        guard let pinned = self.commands.pinned?.take() else { return nil }
        self.commands.count(0, pinned.value.remaining)
        return pinned
    }

    /// Receives bytes of a value that is arriving, as `receive` brings them into its item's memory.
    ///
    /// - Returns: what `receive` answers; nil when no value is arriving, or in another way.
    func fillArrival<Failure: Error>(
        at time: Instant,
        _ receive: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int?
    ) throws(Failure) -> Int?? {
        guard let item = self.arrival?.item, item.missingByteCount > 0 else { return nil }
        var received: Int?
        // SAFETY: the memory is the item's, and `receive` has it only while it is lent.
        let count = try unsafe item.fill(
            atMost: ValueArrival.pieceByteCountMax, now: self.commands.clock.second(time)
        ) { (memory) throws(Failure) -> Int in
            // SAFETY: as above.
            received = try unsafe receive(memory)
            return min(received ?? 0, memory.count)
        }
        // Without memory it is read as any input, and passed over.
        guard let count else { return nil }
        self.commands.count(count, 0)
        return .some(received)
    }

    private var watchLog: WatchLog? {
        // Made once: a set that is written as a list costs a fifth of a get each time.
        guard self.service.watchers.isWatched(Self.ofCommands) else { return nil }
        return WatchLog(hub: self.service.watchers, descriptor: self.record?.descriptor ?? -1)
    }

    private func executeAll(_ input: ByteBuffer, _ executor: CommandExecutor) -> Stop {
        let keyLimit = self.keyCountAtTurn &+ CommandExecutor.keysInARowMax
        var left = self.commandsLeft
        defer { self.commandsLeft = left }
        while !input.isEmpty || self.hasArrived, !self.isQuitting {
            if executor.mustSend { return .forRoom }
            if left == 0 || executor.counts.furtherKeyCount > keyLimit { return .forOthers }
            guard self.executeOne(input, executor) else {
                if self.answeredByteCount == 0, self.join == nil { return .forInput }
                return executor.mustSend ? .forRoom : .forOthers
            }
            if self.stream != nil { return .forStream }
            left -= 1
        }
        return .forInput
    }

    /// Executes the first command alone; false when it is not all there.
    func executeFirst(_ input: ByteBuffer, _ output: ByteBuffer, at time: Instant) -> Bool {
        let received = input.count
        if received == 0 || self.missingByteCount > 0 { return false }
        let executor = self.executor(output, at: time)
        let outputBefore = output.count
        let isDone = self.executeOne(input, executor)
        self.commands.count(received - input.count, output.count - outputBefore)
        return isDone
    }

    /// Takes a step of the login; false when it is not all there.
    private func logIn(_ input: ByteBuffer, _ output: ByteBuffer) -> Bool {
        switch self.login?.step(input, output) {
        case .needsMore: return false
        case .mustClose:
            self.end(.error)
            return false
        case .refused: return true
        case .accepted, nil:
            self.login = nil
            return true
        }
    }

    /// Executes the first command; false when it is not all there.
    private func executeOne(_ input: ByteBuffer, _ executor: CommandExecutor) -> Bool {
        if self.service.tellsCommands.load(ordering: .relaxed), self.isAtCommand(input) {
            return self.executeLogged(input, executor) { self.executeNext(input, executor) }
        }
        return self.executeNext(input, executor)
    }

    /// Whether a command begins here that is no login.
    private func isAtCommand(_ input: ByteBuffer) -> Bool {
        !input.isEmpty && self.login == nil && self.arrival == nil && self.skipCount == 0
            && self.answeredByteCount == 0 && self.join == nil
    }

    private func executeNext(_ input: ByteBuffer, _ executor: CommandExecutor) -> Bool {
        if self.login != nil { return self.logIn(input, executor.output) }
        if let arrival = self.arrival { return self.take(input, for: arrival, executor) }
        if self.skipCount > 0 {
            let count = min(self.skipCount, input.count)
            input.consume(count)
            self.skipCount -= count
            return self.skipCount == 0
        }
        if self.wire == .automatic {
            self.wire = input.bytes[0] == BinaryHeader.requestMagic ? .binary : .ascii
        }
        if self.wire == .binary { return self.executeBinary(input, executor) }
        return self.executeText(input, executor)
    }

    /// Passes over a line and a data block of `byteCount` bytes behind it.
    func skip(_ input: ByteBuffer, _ lineByteCount: Int, _ byteCount: Int) -> Bool {
        input.consume(lineByteCount)
        self.skipCount = byteCount + 2
        return true
    }
}
