import Base

/// Reads command lines as memcached 1.6.45 does: a command with too few words has a bad format,
/// words too many are passed over, and `noreply` is what stands last.
package enum CommandParser {
    /// The command of a line, which comes without its end.
    package static func parse(_ line: Span<UInt8>) -> Command {
        guard line.count > 1 else { return .refused(Answers.badFormat) }
        // A line that begins with a blank has no command.
        guard line[0] != 0x20 else {
            var tokens = TokenReader(0..<line.count)
            return Self.unknown(line, &tokens)
        }
        var tokens = TokenReader(0..<line.count)
        guard let name = tokens.next(line), name.count > 1 else {
            return Self.unknown(line, &tokens)
        }
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
        if let verb = ManagementVerb(word) { return .manage(verb, words: tokens.rest) }
        return Self.unknown(line, &tokens)
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
        if word.isEqual(to: "stats") { return .stats(words: tokens.rest) }
        if word.isEqual(to: "flush_all") { return Self.flushAll(line, &tokens) }
        if let verb = ManagementVerb(word) { return .manage(verb, words: tokens.rest) }
        return Self.unknown(line, &tokens)
    }

    /// A browser that was sent here by mistake is not answered, as memcached does it: what it sends
    /// next may be what a stranger wants executed.
    static func unknown(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Command {
        var last = 0..<0
        while let next = tokens.next(line) { last = next }
        if line.extracting(last).hasPrefix("HTTP/") { return .quit }
        return .refused(line.extracting(last).isEqual(to: "noreply") ? "" : Answers.error)
    }

    private static func get(
        _ line: Span<UInt8>, _ tokens: inout TokenReader, withCAS: Bool
    ) -> Command {
        var probe = tokens
        guard probe.next(line) != nil else { return .refused(Answers.badFormat) }
        return .get(keys: tokens.rest, withCAS: withCAS)
    }

    private static func getAndTouch(
        _ line: Span<UInt8>, _ tokens: inout TokenReader, withCAS: Bool
    ) -> Command {
        guard let expiry = tokens.next(line) else { return .refused(Answers.badFormat) }
        var probe = tokens
        guard probe.next(line) != nil else { return .refused(Answers.badFormat) }
        guard let seconds = line.extracting(expiry).signed32() else {
            return .refused(Answers.badExpiry)
        }
        return .getAndTouch(keys: tokens.rest, expiry: seconds, withCAS: withCAS)
    }

    private static func store(
        _ line: Span<UInt8>, _ tokens: inout TokenReader, _ verb: StoreVerb
    ) -> Command {
        guard let key = tokens.next(line), let flags = tokens.next(line),
            let expiry = tokens.next(line), let size = tokens.next(line),
            let byteCount = Self.byteCount(line.extracting(size))
        else { return .refused(Answers.badFormat) }
        var last = size
        var cas: UInt64? = verb == .compareAndSet ? nil : 0
        if verb == .compareAndSet, let word = tokens.next(line) {
            cas = line.extracting(word).number64()
            last = word
        }
        while let word = tokens.next(line) { last = word }
        let isSilent = line.extracting(last).isEqual(to: "noreply")
        guard key.count <= ProtocolLimits.keyByteCountMax,
            let flagBits = Self.flags(line.extracting(flags)),
            let seconds = line.extracting(expiry).signedNumber(), let cas
        else {
            return .refusedStore(isSilent ? "" : Answers.badFormat, byteCount: byteCount)
        }
        return .store(
            StoreCommand(
                verb: verb, key: key, flags: flagBits, expiry: seconds, byteCount: byteCount,
                cas: cas, isSilent: isSilent))
    }

    private static func flags(_ word: Span<UInt8>) -> UInt32? {
        word.unsignedNumber().map { UInt32(truncatingIfNeeded: $0) }
    }

    /// The size of a data block; nil when it cannot be one.
    static func byteCount(_ word: Span<UInt8>) -> Int? {
        guard let count = word.signed32(), count >= 0, count <= Int(Int32.max) - 2 else {
            return nil
        }
        return count
    }

    /// memcached passes over whatever follows the key; memccapable wants many words refused.
    private static func delete(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Command {
        guard let key = tokens.next(line) else { return .refused(Answers.badFormat) }
        guard tokens.count(line) <= ProtocolLimits.deleteWordCountMax else {
            return .refused(Answers.error)
        }
        let isSilent = Self.endsSilently(line, &tokens)
        guard key.count <= ProtocolLimits.keyByteCountMax else {
            return Self.refuse(Answers.badFormat, isSilent)
        }
        return .delete(key: key, isSilent: isSilent)
    }

    private static func arithmetic(
        _ line: Span<UInt8>, _ tokens: inout TokenReader, isIncrement: Bool
    ) -> Command {
        guard let key = tokens.next(line), let delta = tokens.next(line) else {
            return .refused(Answers.badFormat)
        }
        let isSilent = Self.endsSilently(line, &tokens)
        guard key.count <= ProtocolLimits.keyByteCountMax else {
            return Self.refuse(Answers.badFormat, isSilent)
        }
        guard let number = line.extracting(delta).number64() else {
            return Self.refuse(Answers.badDelta, isSilent)
        }
        return .arithmetic(key: key, delta: number, isIncrement: isIncrement, isSilent: isSilent)
    }

    private static func touch(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Command {
        guard let key = tokens.next(line), let expiry = tokens.next(line) else {
            return .refused(Answers.badFormat)
        }
        let isSilent = Self.endsSilently(line, &tokens)
        guard key.count <= ProtocolLimits.keyByteCountMax else {
            return Self.refuse(Answers.badFormat, isSilent)
        }
        guard let seconds = line.extracting(expiry).signed32() else {
            return Self.refuse(Answers.badExpiry, isSilent)
        }
        return .touch(key: key, expiry: seconds, isSilent: isSilent)
    }

    private static func flushAll(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Command {
        guard let first = tokens.next(line) else { return .flushAll(delay: 0, isSilent: false) }
        let isAlone = line.extracting(first).isEqual(to: "noreply")
        if isAlone, tokens.count(line) == 0 { return .flushAll(delay: 0, isSilent: true) }
        let isSilent = Self.endsSilently(line, &tokens)
        return .flushAll(delay: line.extracting(first).signed32(), isSilent: isSilent)
    }

    // MARK: noreply

    /// A refusal, of which nothing is said to a client that wants no answer.
    private static func refuse(_ answer: StaticString, _ isSilent: Bool) -> Command {
        .refused(isSilent ? "" : answer)
    }

    /// Reads to the line's end: whether its last word is `noreply`.
    private static func endsSilently(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Bool {
        var last = 0..<0
        while let word = tokens.next(line) { last = word }
        return line.extracting(last).isEqual(to: "noreply")
    }
}
