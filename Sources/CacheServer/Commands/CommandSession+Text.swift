import Base
import MemcacheProtocol

// The text and meta commands: lines, of which a get may be long and is then answered in parts.
extension CommandSession {
    /// Executes the first line, with its data block where it has one; false when it is not all
    /// there, or when something else comes before it goes on.
    func executeText(_ input: ByteBuffer, _ executor: CommandExecutor) -> Bool {
        let bytes = input.bytes
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
