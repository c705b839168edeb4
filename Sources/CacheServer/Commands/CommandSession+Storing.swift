import Base
import CacheStorage
import MemcacheProtocol

// Text and meta commands with a data block.
extension CommandSession {
    /// Executes a command with a data block; false when its value is not all there.
    func store(
        _ input: ByteBuffer, _ line: Span<UInt8>, _ command: Command, lineByteCount: Int,
        _ executor: CommandExecutor
    ) -> Bool {
        switch command {
        case .store(let command):
            return self.store(input, line, command, lineByteCount: lineByteCount, executor)
        case .metaSet(let key, let byteCount, let flags):
            return self.metaSet(
                input, line, (key, byteCount, flags), lineByteCount: lineByteCount, executor)
        case .refusedStore(let answer, let byteCount):
            executor.output.append(answer)
            return self.skip(input, lineByteCount, byteCount)
        default: preconditionFailure("commands without a data block are their line")
        }
    }

    private func store(
        _ input: ByteBuffer, _ line: Span<UInt8>, _ command: StoreCommand, lineByteCount: Int,
        _ executor: CommandExecutor
    ) -> Bool {
        if !executor.store.settings.takes(
            keyByteCount: command.key.count, valueByteCount: command.byteCount,
            flags: command.flags)
        {
            let key = line.extracting(command.key)
            executor.prefixes.count(.set, key)
            executor.counts.tooLargeCount += 1
            executor.refuseTooLarge(
                key, executor.request(command), command.byteCount,
                dropsOld: command.verb == .set)
            if !command.isSilent { executor.output.append(Answers.tooLarge) }
            return self.skip(input, lineByteCount, command.byteCount)
        }
        guard let value = self.value(input, lineByteCount, command.byteCount) else {
            let key = line.extracting(command.key)
            return self.begin(.text(command), line, key, input, lineByteCount, executor)
        }
        let bytes = input.bytes
        guard Self.hasLineEnd(bytes, value.upperBound) else {
            let key = line.extracting(command.key)
            executor.prefixes.count(.set, key)
            executor.store.countStores(1, key, valueByteCount: command.byteCount)
            if !command.isSilent { executor.output.append(Answers.badDataChunk) }
            input.consume(value.upperBound + 2)
            return true
        }
        let key = line.extracting(command.key)
        guard
            let ready = self.ready(
                key, executor.request(command), isJoin: command.verb.isJoin,
                bytes.extracting(value), executor)
        else { return false }
        executor.store(command, key, bytes.extracting(value), arrived: ready)
        input.consume(value.upperBound + 2)
        return true
    }

    private func metaSet(
        _ input: ByteBuffer, _ line: Span<UInt8>,
        _ command: (key: Range<Int>, byteCount: Int, flags: Range<Int>), lineByteCount: Int,
        _ executor: CommandExecutor
    ) -> Bool {
        let request: MetaSetRequest
        switch executor.prepareMetaSet(line, command.key, command.flags, command.byteCount) {
        case .good(let good): request = good
        case .refused(hasData: true): return self.skip(input, lineByteCount, command.byteCount)
        case .refused(hasData: false):
            input.consume(lineByteCount)
            return true
        }
        guard let value = self.value(input, lineByteCount, command.byteCount) else {
            let place = line.extracting(command.key)
            let arriving = ValueArrival.Command.meta(
                key: command.key, flags: command.flags, request)
            guard request.flags.hasBinaryKey else {
                return self.begin(arriving, line, place, input, lineByteCount, executor)
            }
            // It was found good when the line was.
            guard let key = executor.decoded(place) else { return false }
            return self.begin(arriving, line, key.bytes, input, lineByteCount, executor)
        }
        let bytes = input.bytes
        guard Self.hasLineEnd(bytes, value.upperBound) else {
            executor.store.countStores(
                1, line.extracting(command.key), valueByteCount: command.byteCount)
            executor.output.append(Answers.badDataChunk)
            input.consume(value.upperBound + 2)
            return true
        }
        guard
            let ready = self.readyMeta(
                line.extracting(command.key), request, bytes.extracting(value), executor)
        else { return false }
        executor.metaSet(
            line, command.key, command.flags, request, bytes.extracting(value), arrived: ready)
        input.consume(value.upperBound + 2)
        return true
    }

    /// `ready` for a key as `ms` has it, which may be Base64.
    func readyMeta(
        _ key: Span<UInt8>, _ request: MetaSetRequest, _ value: Span<UInt8>,
        item: PendingItem? = nil, _ executor: CommandExecutor
    ) -> ArrivedValue? {
        guard request.isJoin, request.flags.hasBinaryKey, let bytes = executor.decoded(key) else {
            return self.ready(
                key, executor.request(request), isJoin: request.isJoin, value, item: item,
                executor)
        }
        return self.ready(
            bytes.bytes, executor.request(request), isJoin: true, value, item: item, executor)
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

    private static func hasLineEnd(_ bytes: Span<UInt8>, _ start: Int) -> Bool {
        bytes[start] == 0x0D && bytes[start + 1] == 0x0A
    }
}
