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
    private var searchedByteCount = 0
    /// How much of the line of a get was answered.
    private var answeredByteCount = 0
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
        let bytes = input.bytes
        if self.wire == .automatic {
            self.wire = bytes[0] == BinaryHeader.requestMagic ? .binary : .ascii
        }
        if self.wire == .binary { return self.executeBinary(input, executor) }
        guard let end = bytes.firstIndex(of: 0x0A, from: self.searchedByteCount) else {
            self.searchedByteCount = bytes.count
            return self.checkLineLength(bytes)
        }
        self.searchedByteCount = 0
        let lineEnd = end > 0 && bytes[end - 1] == 0x0D ? end - 1 : end
        let line = bytes.extracting(0..<lineEnd)
        let command = CommandParser.parse(line)
        // Nothing is bound here: the command, which is large, would be copied for it.
        switch command {
        case .store, .metaSet, .refusedStore:
            return self.store(input, line, command, lineByteCount: end + 1, executor)
        default:
            guard self.perform(command, line, executor) else {
                self.searchedByteCount = end
                return false
            }
        }
        input.consume(end + 1)
        return true
    }

    /// A line that has no end yet may be long only when it is a multi-get.
    private func checkLineLength(_ bytes: Span<UInt8>) -> Bool {
        if bytes.count <= ProtocolLimits.lineByteCountMax { return false }
        var start = 0
        while start < bytes.count, bytes[start] == 0x20 { start += 1 }
        let line = bytes.extracting(droppingFirst: start)
        let isGet = line.hasPrefix("get ") || line.hasPrefix("gets ")
        if start > ProtocolLimits.leadingBlankCountMax || !isGet
            || bytes.count > ProtocolLimits.getLineByteCountMax
        {
            self.end(.error)
        }
        return false
    }

    /// Answers a get, or the rest of one; false when something else comes before it goes on.
    @inline(__always)
    private func get(
        _ line: Span<UInt8>, _ keys: Range<Int>, withCAS: Bool, expiry: UInt32? = nil,
        _ executor: CommandExecutor
    ) -> Bool {
        let left = max(keys.lowerBound, self.answeredByteCount)..<keys.upperBound
        let rest = executor.get(
            line, left, withCAS: withCAS, expiry: expiry, isRest: self.answeredByteCount > 0)
        self.answeredByteCount = rest?.lowerBound ?? 0
        return rest == nil
    }

    /// Executes a command that is its line; false when something else comes before it goes on.
    private func perform(
        _ command: Command, _ line: Span<UInt8>, _ executor: CommandExecutor
    ) -> Bool {
        let output = executor.output
        switch command {
        case .get(let keys, let withCAS):
            return self.get(line, keys, withCAS: withCAS, executor)
        case .getAndTouch(let keys, let seconds, let withCAS):
            let expiry = self.service.clock.expiry(seconds, now: executor.now)
            return self.get(line, keys, withCAS: withCAS, expiry: expiry, executor)
        case .delete(let key, let isSilent):
            executor.delete(line.extracting(key), isSilent: isSilent)
        case .arithmetic(let key, let delta, let isIncrement, let isSilent):
            executor.change(
                line.extracting(key), by: delta, isIncrement: isIncrement, isSilent: isSilent)
        case .touch(let key, let expiry, let isSilent):
            executor.touch(line.extracting(key), expiry: expiry, isSilent: isSilent)
        case .flushAll(let delay, let isSilent):
            self.flushAll(delay, isSilent: isSilent, executor)
        case .metaGet(let key, let flags): executor.metaGet(line, key, flags)
        case .metaDelete(let key, let flags): executor.metaDelete(line, key, flags)
        case .metaNoOp: output.append("MN\r\n")
        case .version: output.append(CacheService.versionAnswer)
        case .stats(let words): self.statistics(line, words, executor)
        case .quit: self.end(line.hasPrefix("quit") ? .normal : .error)
        case .manage(let verb, let words):
            self.manage(verb, line, words, executor)
        case .metaArithmetic(let key, let flags): executor.metaArithmetic(line, key, flags)
        case .metaDebug(let key, let isBinary):
            executor.metaDebug(line, key, isBinary: isBinary)
        case .refused(let answer): output.append(answer)
        case .store, .metaSet, .refusedStore:
            preconditionFailure("storage commands are executed with their data")
        }
        return true
    }

    /// Passes over a line and a data block of `byteCount` bytes behind it.
    func skip(_ input: ByteBuffer, _ lineByteCount: Int, _ byteCount: Int) -> Bool {
        input.consume(lineByteCount)
        self.skipCount = byteCount + 2
        return true
    }

    private func flushAll(_ delay: Int?, isSilent: Bool, _ executor: CommandExecutor) {
        if self.service.options.commands.allowsFlush {
            return executor.flushAll(delay: delay, isSilent: isSilent)
        }
        // memcached counts it all the same.
        executor.counts.flushCount += 1
        if !isSilent { executor.output.append(Answers.flushNotAllowed) }
    }

    private func statistics(
        _ line: Span<UInt8>, _ words: Range<Int>, _ executor: CommandExecutor
    ) {
        var tokens = TokenReader(words)
        let isSizes = tokens.next(line).map { line.extracting($0).isEqual(to: "sizes") } ?? false
        if isSizes, self.record != nil, self.service.options.memory.tracksSizes {
            self.stream = SizesStream(self.service)
            return
        }
        StatisticsReports(service: self.service, now: executor.now, asking: self.record)
            .append(line, words, to: executor.output)
    }
}
