import Base
import CacheStorage
import EventLoop
import MemcacheProtocol

/// One connection: reads what is there, executes all of it, sends the answers. Loop thread only.
///
/// ```
/// fill ─► execute (lock) ─► flush ─► fill …
///   ▲        │ a value is not all there: fill again
///   └────────┘
/// ```
/// None of it waits, so the loop calls `serve` for each event itself. The task is woken only for
/// what must wait, and at the end: waking it is a good part of what a small request costs
/// (Docs/decisions/0001-loop.md).
final class CacheSession {
    /// Answers are sent before they grow beyond this, and the lock is let go.
    private static let outputHighWater = 256 << 10
    /// How much is read at once.
    private static let readByteCount = Loop.bufferBlockSize
    /// How often a connection is read in a row while others wait.
    private static let readsInARowMax = 16

    /// Why `serve` cannot go on at once.
    private enum Pause {
        /// All that came was answered.
        case forInput
        /// The client does not take its answers.
        case forRoom
        /// Others are to have their turn.
        case forOthers
        /// The connection is to be closed.
        case forGood
    }

    private let connection: Connection
    private let service: CacheService
    /// Bytes of a refused value that are still to be passed over.
    private var skipCount = 0
    private var isQuitting = false
    private var pause = Pause.forInput

    init(_ connection: Connection, _ service: CacheService) {
        self.connection = connection
        self.service = service
    }

    /// The connection's life.
    func run() async {
        do {
            while true {
                switch self.pause {
                case .forInput: try await self.connection.whileReadable(self.serveAll)
                case .forRoom:
                    try await self.connection.flush()
                    self.serve()
                case .forOthers:
                    await self.connection.loop.yield()
                    self.serve()
                case .forGood: return
                }
            }
        } catch {}
    }

    /// Serves what came; whether that was all and no more is to be done than to wait for input.
    private func serveAll() -> Bool {
        self.serve()
        return self.pause == .forInput
    }

    /// Serves until something must be waited for.
    private func serve() {
        let connection = self.connection
        do {
            for _ in 0..<Self.readsInARowMax {
                while self.execute(connection.input, connection.output) {
                    guard try connection.flushNow() else { return self.pause = .forRoom }
                }
                guard try connection.flushNow() else { return self.pause = .forRoom }
                let mayRest = self.service.isDraining && CacheService.isResting(connection)
                if self.isQuitting || mayRest { return self.pause = .forGood }
                let wanted = max(Self.readByteCount, min(self.missingByteCount, 1 << 20))
                guard let count = try connection.fillNow(atMost: wanted) else {
                    // An idle connection holds no memory.
                    connection.releaseIdleMemory()
                    return self.pause = .forInput
                }
                if count == 0 { return self.pause = .forGood }
                self.missingByteCount = 0
            }
            self.pause = .forOthers
        } catch {
            self.pause = .forGood
        }
    }

    /// How many bytes of a value are missing, so that large ones are read in large pieces.
    private var missingByteCount = 0

    /// Executes what is in the input; answers whether it stopped for the output to be sent.
    private func execute(_ input: ByteBuffer, _ output: ByteBuffer) -> Bool {
        let received = input.count
        // Bytes that are known not to be a whole command are not looked at again.
        if received == 0 || self.missingByteCount > 0 { return false }
        let service = self.service
        let now = service.clock.second(self.connection.loop.now)
        return service.store.withStore { store in
            let executor = CommandExecutor(
                store: store, clock: service.clock, now: now, output: output)
            var mustFlush = false
            while !input.isEmpty, !self.isQuitting {
                if output.count > Self.outputHighWater {
                    mustFlush = true
                    break
                }
                guard self.executeOne(input, executor) else { break }
            }
            store.commandCounts.bytesRead += received - input.count
            store.commandCounts.bytesWritten += output.count
            return mustFlush
        }
    }

    /// Executes the first command; false when it is not all there.
    private func executeOne(_ input: ByteBuffer, _ executor: CommandExecutor) -> Bool {
        if self.skipCount > 0 {
            let count = min(self.skipCount, input.count)
            input.consume(count)
            self.skipCount -= count
            return self.skipCount == 0
        }
        let bytes = input.bytes
        guard let end = bytes.firstIndex(of: 0x0A) else { return self.checkLineLength(bytes) }
        let lineEnd = end > 0 && bytes[end - 1] == 0x0D ? end - 1 : end
        let line = bytes.extracting(0..<lineEnd)
        let command = CommandParser.parse(line)
        switch command {
        case .store(let store):
            return self.store(input, line, store, lineByteCount: end + 1, executor)
        case .metaSet(let key, let byteCount, let flags):
            return self.metaSet(
                input, line, (key, byteCount, flags), lineByteCount: end + 1, executor)
        default: self.perform(command, line, executor)
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
            self.isQuitting = true
        }
        return false
    }

    private func perform(
        _ command: Command, _ line: Span<UInt8>, _ executor: CommandExecutor
    ) {
        let output = executor.output
        switch command {
        case .get(let keys, let withCAS): executor.get(line, keys, withCAS: withCAS)
        case .getAndTouch(let keys, let expiry, let withCAS):
            executor.get(
                line, keys, withCAS: withCAS,
                expiry: self.service.clock.expiry(expiry, now: executor.now))
        case .delete(let key, let isSilent):
            executor.delete(line.extracting(key), isSilent: isSilent)
        case .arithmetic(let key, let delta, let isIncrement, let isSilent):
            executor.change(
                line.extracting(key), by: delta, isIncrement: isIncrement, isSilent: isSilent)
        case .touch(let key, let expiry, let isSilent):
            executor.touch(line.extracting(key), expiry: expiry, isSilent: isSilent)
        case .flushAll(let delay, let isSilent):
            executor.flushAll(delay: delay, isSilent: isSilent)
        case .metaGet(let key, let flags): executor.metaGet(line, key, flags)
        case .metaDelete(let key, let flags): executor.metaDelete(line, key, flags)
        case .metaNoOp: output.append("MN\r\n")
        case .version: output.append(CacheService.versionAnswer)
        case .verbosity(_, let isSilent): if !isSilent { output.append(Answers.ok) }
        case .stats(let word):
            StatisticsReports(service: self.service, store: executor.store, now: executor.now)
                .append(word.map { line.extracting($0).makeString() }, to: output)
        case .quit: self.isQuitting = true
        case .shutdown: self.shutdown(output)
        case .metaArithmetic(let key, let flags): executor.metaArithmetic(line, key, flags)
        case .metaDebug(let key, let isBinary):
            executor.metaDebug(line, key, isBinary: isBinary)
        case .refused(let answer): output.append(answer)
        case .store, .metaSet: preconditionFailure("storage commands are executed with their data")
        }
    }

    private func shutdown(_ output: ByteBuffer) {
        guard self.service.options.allowsShutdown else {
            return output.append(Answers.shutdownDisabled)
        }
        self.isQuitting = true
        self.service.requestShutdown()
    }

    // MARK: Commands with a data block

    private func store(
        _ input: ByteBuffer, _ line: Span<UInt8>, _ command: StoreCommand, lineByteCount: Int,
        _ executor: CommandExecutor
    ) -> Bool {
        let output = executor.output
        if !executor.store.settings.takes(
            keyByteCount: command.key.count, valueByteCount: command.byteCount,
            flags: command.flags)
        {
            // An old value must not outlive the try to replace it.
            if command.verb == .set {
                _ = executor.store.delete(line.extracting(command.key), now: executor.now)
            }
            executor.store.commandCounts.tooLargeCount += 1
            if !command.isSilent { output.append(Answers.tooLarge) }
            return self.skip(input, lineByteCount, command.byteCount)
        }
        guard let value = self.value(input, lineByteCount, command.byteCount) else { return false }
        let bytes = input.bytes
        guard bytes.extracting(value.upperBound..<(value.upperBound + 2)).isEqual(to: "\r\n") else {
            if !command.isSilent { output.append(Answers.badDataChunk) }
            input.consume(value.upperBound + 2)
            return true
        }
        executor.store(command, line.extracting(command.key), bytes.extracting(value))
        input.consume(value.upperBound + 2)
        return true
    }

    private func metaSet(
        _ input: ByteBuffer, _ line: Span<UInt8>,
        _ command: (key: Range<Int>, byteCount: Int, flags: Range<Int>), lineByteCount: Int,
        _ executor: CommandExecutor
    ) -> Bool {
        guard
            let request = executor.prepareMetaSet(
                line, command.key, command.flags, command.byteCount)
        else { return self.skip(input, lineByteCount, command.byteCount) }
        guard let value = self.value(input, lineByteCount, command.byteCount) else { return false }
        let bytes = input.bytes
        guard bytes.extracting(value.upperBound..<(value.upperBound + 2)).isEqual(to: "\r\n") else {
            executor.output.append(Answers.badDataChunk)
            input.consume(value.upperBound + 2)
            return true
        }
        executor.metaSet(line, command.key, command.flags, request, bytes.extracting(value))
        input.consume(value.upperBound + 2)
        return true
    }

    /// Where the value stands; nil when it is not all there.
    private func value(
        _ input: ByteBuffer, _ start: Int, _ byteCount: Int
    ) -> Range<Int>? {
        let missing = start + byteCount + 2 - input.count
        if missing > 0 {
            self.missingByteCount = missing
            return nil
        }
        return start..<(start + byteCount)
    }

    private func skip(_ input: ByteBuffer, _ lineByteCount: Int, _ byteCount: Int) -> Bool {
        input.consume(lineByteCount)
        self.skipCount = byteCount + 2
        return true
    }
}
