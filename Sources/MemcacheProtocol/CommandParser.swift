import Base

/// Reads command lines.
package enum CommandParser {
    /// The command of a line, which comes without its end.
    package static func parse(_ line: Span<UInt8>) -> Command {
        var tokens = TokenReader(0..<line.count)
        guard let name = tokens.next(line) else { return .refused(Answers.error, skip: 0) }
        switch name.count {
        case 2: return Self.meta(line, name, &tokens)
        case 3: return Self.three(line, name, &tokens)
        default: return Self.longer(line, line.extracting(name), &tokens)
        }
    }

    private static func three(
        _ line: Span<UInt8>, _ name: Range<Int>, _ tokens: inout TokenReader
    ) -> Command {
        let word = line.extracting(name)
        if word.isEqual(to: "get") { return Self.get(line, &tokens, withCAS: false) }
        if word.isEqual(to: "set") { return Self.store(line, &tokens, .set) }
        if word.isEqual(to: "add") { return Self.store(line, &tokens, .add) }
        if word.isEqual(to: "cas") { return Self.store(line, &tokens, .compareAndSet) }
        if word.isEqual(to: "gat") { return Self.getAndTouch(line, &tokens, withCAS: false) }
        return .refused(Answers.error, skip: 0)
    }

    private static func longer(
        _ line: Span<UInt8>, _ word: Span<UInt8>, _ tokens: inout TokenReader
    ) -> Command {
        if word.isEqual(to: "gets") { return Self.get(line, &tokens, withCAS: true) }
        if word.isEqual(to: "gats") { return Self.getAndTouch(line, &tokens, withCAS: true) }
        if word.isEqual(to: "incr") { return Self.arithmetic(line, &tokens, isIncrement: true) }
        if word.isEqual(to: "decr") { return Self.arithmetic(line, &tokens, isIncrement: false) }
        if word.isEqual(to: "touch") { return Self.touch(line, &tokens) }
        if word.isEqual(to: "delete") { return Self.delete(line, &tokens) }
        if word.isEqual(to: "replace") { return Self.store(line, &tokens, .replace) }
        if word.isEqual(to: "append") { return Self.store(line, &tokens, .append) }
        if word.isEqual(to: "prepend") { return Self.store(line, &tokens, .prepend) }
        if word.isEqual(to: "version") { return .version }
        if word.isEqual(to: "quit") { return .quit }
        if word.isEqual(to: "stats") { return .stats(tokens.next(line)) }
        if word.isEqual(to: "shutdown") { return .shutdown(tokens.next(line)) }
        if word.isEqual(to: "flush_all") { return Self.flushAll(line, &tokens) }
        if word.isEqual(to: "verbosity") { return Self.verbosity(line, &tokens) }
        return .refused(Answers.error, skip: 0)
    }

    private static func get(
        _ line: Span<UInt8>, _ tokens: inout TokenReader, withCAS: Bool
    ) -> Command {
        var probe = tokens
        guard probe.next(line) != nil else { return .refused(Answers.error, skip: 0) }
        return .get(keys: tokens.rest, withCAS: withCAS)
    }

    private static func getAndTouch(
        _ line: Span<UInt8>, _ tokens: inout TokenReader, withCAS: Bool
    ) -> Command {
        guard let expiry = tokens.next(line) else { return .refused(Answers.error, skip: 0) }
        var probe = tokens
        guard probe.next(line) != nil else { return .refused(Answers.error, skip: 0) }
        guard let seconds = line.signedDecimal(expiry) else {
            return Self.refuse(Answers.badExpiry, line)
        }
        return .getAndTouch(keys: tokens.rest, expiry: seconds, withCAS: withCAS)
    }

    private static func store(
        _ line: Span<UInt8>, _ tokens: inout TokenReader, _ verb: StoreVerb
    ) -> Command {
        guard let key = tokens.next(line), let flags = tokens.next(line),
            let expiry = tokens.next(line), let size = tokens.next(line)
        else { return .refused(Answers.error, skip: 0) }
        var cas: UInt64 = 0
        if verb == .compareAndSet {
            guard let number = tokens.next(line) else { return .refused(Answers.error, skip: 0) }
            guard let value = line.extracting(number).decimalValue() else {
                return Self.refuse(Answers.badFormat, line)
            }
            cas = value
        }
        guard key.count <= ProtocolLimits.keyByteCountMax,
            let flagBits = line.extracting(flags).decimalValue(),
            let seconds = line.signedDecimal(expiry), let byteCount = line.signedDecimal(size),
            byteCount >= 0, byteCount <= Int(Int32.max) - 2
        else { return Self.refuse(Answers.badFormat, line) }
        return .store(
            StoreCommand(
                verb: verb, key: key, flags: UInt32(truncatingIfNeeded: flagBits), expiry: seconds,
                byteCount: byteCount, cas: cas, isSilent: Self.isSilent(line, &tokens)))
    }

    private static func delete(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Command {
        guard let key = tokens.next(line) else { return .refused(Answers.error, skip: 0) }
        guard key.count <= ProtocolLimits.keyByteCountMax else {
            return Self.refuse(Answers.badFormat, line)
        }
        // A time of 0 was allowed once; `delete key 0` and `delete key 0 noreply` still delete.
        guard let second = tokens.next(line) else { return .delete(key: key, isSilent: false) }
        let isZero = line.extracting(second).isEqual(to: "0")
        let isNoReply = line.extracting(second).isEqual(to: "noreply")
        guard let third = tokens.next(line) else {
            if isZero || isNoReply { return .delete(key: key, isSilent: isNoReply) }
            return Self.refuse(Answers.badDelete, line)
        }
        let isSilent = line.extracting(third).isEqual(to: "noreply")
        guard isZero, isSilent, tokens.next(line) == nil else {
            return Self.refuse(Answers.badDelete, line)
        }
        return .delete(key: key, isSilent: true)
    }

    private static func arithmetic(
        _ line: Span<UInt8>, _ tokens: inout TokenReader, isIncrement: Bool
    ) -> Command {
        guard let key = tokens.next(line), let delta = tokens.next(line) else {
            return .refused(Answers.error, skip: 0)
        }
        guard key.count <= ProtocolLimits.keyByteCountMax else {
            return Self.refuse(Answers.badFormat, line)
        }
        guard let number = line.extracting(delta).decimalValue() else {
            return Self.refuse(Answers.badDelta, line)
        }
        return .arithmetic(
            key: key, delta: number, isIncrement: isIncrement,
            isSilent: Self.isSilent(line, &tokens))
    }

    private static func touch(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Command {
        guard let key = tokens.next(line), let expiry = tokens.next(line) else {
            return .refused(Answers.error, skip: 0)
        }
        guard key.count <= ProtocolLimits.keyByteCountMax else {
            return Self.refuse(Answers.badFormat, line)
        }
        guard let seconds = line.signedDecimal(expiry) else {
            return Self.refuse(Answers.badExpiry, line)
        }
        return .touch(key: key, expiry: seconds, isSilent: Self.isSilent(line, &tokens))
    }

    private static func flushAll(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Command {
        guard let first = tokens.next(line) else { return .flushAll(delay: 0, isSilent: false) }
        if line.extracting(first).isEqual(to: "noreply") {
            return .flushAll(delay: 0, isSilent: true)
        }
        guard let delay = line.signedDecimal(first) else {
            return Self.refuse(Answers.badFormat, line)
        }
        return .flushAll(delay: delay, isSilent: Self.isSilent(line, &tokens))
    }

    private static func verbosity(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Command {
        guard let first = tokens.next(line) else { return .refused(Answers.error, skip: 0) }
        if line.extracting(first).isEqual(to: "noreply") { return .verbosity(0, isSilent: true) }
        guard let level = line.signedDecimal(first), level >= 0 else {
            return Self.refuse(Answers.badFormat, line)
        }
        return .verbosity(level, isSilent: Self.isSilent(line, &tokens))
    }

    private static func meta(
        _ line: Span<UInt8>, _ name: Range<Int>, _ tokens: inout TokenReader
    ) -> Command {
        let word = line.extracting(name)
        if word.isEqual(to: "mn") { return .metaNoOp }
        guard
            word.isEqual(to: "mg") || word.isEqual(to: "ms") || word.isEqual(to: "md"),
            let key = tokens.next(line)
        else { return .refused(Answers.error, skip: 0) }
        guard key.count <= ProtocolLimits.keyByteCountMax else {
            return Self.refuse(Answers.badFormat, line)
        }
        if word.isEqual(to: "mg") { return .metaGet(key: key, flags: tokens.rest) }
        if word.isEqual(to: "md") { return .metaDelete(key: key, flags: tokens.rest) }
        guard let size = tokens.next(line), let byteCount = line.signedDecimal(size),
            byteCount >= 0, byteCount <= Int(Int32.max) - 2
        else { return .refused("CLIENT_ERROR bad data chunk\r\n", skip: 0) }
        return .metaSet(key: key, byteCount: byteCount, flags: tokens.rest)
    }

    /// A refusal, of which nothing is said when the line's last word is `noreply`.
    private static func refuse(_ answer: StaticString, _ line: Span<UInt8>) -> Command {
        var end = line.count
        while end > 0, line[end - 1] == 0x20 { end -= 1 }
        let start = max(0, end - 7)
        let isSilent = line.extracting(start..<end).isEqual(to: "noreply")
        return .refused(isSilent ? "" : answer, skip: 0)
    }

    /// Whether the next word is `noreply`.
    private static func isSilent(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Bool {
        guard let word = tokens.next(line) else { return false }
        return line.extracting(word).isEqual(to: "noreply")
    }
}
