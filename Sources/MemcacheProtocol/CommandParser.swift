import Base

/// Reads command lines, with the arguments that memcached 1.6.18 takes: a command with too few or
/// too many words is an `ERROR`, and `noreply` is whatever stands last.
package enum CommandParser {
    /// The command of a line, which comes without its end.
    package static func parse(_ line: Span<UInt8>) -> Command {
        var tokens = TokenReader(0..<line.count)
        guard let name = tokens.next(line), name.count > 1 else { return .refused(Answers.error) }
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
        return Self.unknown(line, word, &tokens)
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
        return Self.unknown(line, word, &tokens)
    }

    /// A browser that was sent here by mistake is not answered, as memcached does it: what it sends
    /// next may be what a stranger wants executed.
    static func unknown(
        _ line: Span<UInt8>, _ word: Span<UInt8>, _ tokens: inout TokenReader
    ) -> Command {
        // memcached sorts these out by their first letter before it looks for HTTP.
        let isSorted = "gsacidtm".utf8.contains(word[0])
        guard !isSorted else { return .refused(Answers.error) }
        var last = 0..<0
        while let next = tokens.next(line) { last = next }
        return line.extracting(last).hasPrefix("HTTP/") ? .quit : .refused(Answers.error)
    }

    private static func get(
        _ line: Span<UInt8>, _ tokens: inout TokenReader, withCAS: Bool
    ) -> Command {
        var probe = tokens
        guard probe.next(line) != nil else { return .refused(Answers.error) }
        return .get(keys: tokens.rest, withCAS: withCAS)
    }

    private static func getAndTouch(
        _ line: Span<UInt8>, _ tokens: inout TokenReader, withCAS: Bool
    ) -> Command {
        guard let expiry = tokens.next(line) else { return .refused(Answers.error) }
        guard let seconds = line.extracting(expiry).signedNumber() else {
            return .refused(Answers.badExpiry)
        }
        return .getAndTouch(keys: tokens.rest, expiry: seconds, withCAS: withCAS)
    }

    private static func store(
        _ line: Span<UInt8>, _ tokens: inout TokenReader, _ verb: StoreVerb
    ) -> Command {
        guard let key = tokens.next(line), let flags = tokens.next(line),
            let expiry = tokens.next(line), let size = tokens.next(line)
        else { return .refused(Answers.error) }
        var casWord = 0..<0
        if verb == .compareAndSet {
            guard let word = tokens.next(line) else { return .refused(Answers.error) }
            casWord = word
        }
        guard let isSilent = Self.ending(line, &tokens) else { return .refused(Answers.error) }
        guard key.count <= ProtocolLimits.keyByteCountMax,
            let flagBits = line.extracting(flags).unsignedNumber(),
            let seconds = line.extracting(expiry).signedNumber(),
            let byteCount = Self.byteCount(line.extracting(size))
        else { return Self.refuse(Answers.badFormat, isSilent) }
        var cas: UInt64 = 0
        if verb == .compareAndSet {
            guard let number = line.extracting(casWord).unsignedNumber() else {
                return Self.refuse(Answers.badFormat, isSilent)
            }
            cas = number
        }
        return .store(
            StoreCommand(
                verb: verb, key: key, flags: UInt32(truncatingIfNeeded: flagBits), expiry: seconds,
                byteCount: byteCount, cas: cas, isSilent: isSilent))
    }

    /// The size of a data block; nil when it cannot be one.
    ///
    /// memcached cuts a size beyond 32 bits down to them, and then takes the rest of the block for
    /// commands: here it is refused.
    static func byteCount(_ word: Span<UInt8>) -> Int? {
        guard let count = word.signedNumber(), count >= 0, count <= Int(Int32.max) - 2 else {
            return nil
        }
        return count
    }

    private static func delete(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Command {
        guard let key = tokens.next(line) else { return .refused(Answers.error) }
        var isSilent = false
        if let second = tokens.next(line) {
            // A time of 0 was allowed once; `delete key 0` and `delete key 0 noreply` still delete.
            let isZero = line.extracting(second).isEqual(to: "0")
            var isValid = isZero
            if let third = tokens.next(line) {
                guard tokens.next(line) == nil else { return .refused(Answers.error) }
                isSilent = line.extracting(third).isEqual(to: "noreply")
                isValid = isZero && isSilent
            } else {
                isSilent = line.extracting(second).isEqual(to: "noreply")
                isValid = isZero || isSilent
            }
            guard isValid else { return Self.refuse(Answers.badDelete, isSilent) }
        }
        guard key.count <= ProtocolLimits.keyByteCountMax else {
            return Self.refuse(Answers.badFormat, isSilent)
        }
        return .delete(key: key, isSilent: isSilent)
    }

    private static func arithmetic(
        _ line: Span<UInt8>, _ tokens: inout TokenReader, isIncrement: Bool
    ) -> Command {
        guard let key = tokens.next(line), let delta = tokens.next(line),
            let isSilent = Self.ending(line, &tokens)
        else { return .refused(Answers.error) }
        guard key.count <= ProtocolLimits.keyByteCountMax else {
            return Self.refuse(Answers.badFormat, isSilent)
        }
        guard let number = line.extracting(delta).unsignedNumber() else {
            return Self.refuse(Answers.badDelta, isSilent)
        }
        return .arithmetic(key: key, delta: number, isIncrement: isIncrement, isSilent: isSilent)
    }

    private static func touch(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Command {
        guard let key = tokens.next(line), let expiry = tokens.next(line),
            let isSilent = Self.ending(line, &tokens)
        else { return .refused(Answers.error) }
        guard key.count <= ProtocolLimits.keyByteCountMax else {
            return Self.refuse(Answers.badFormat, isSilent)
        }
        guard let seconds = line.extracting(expiry).signedNumber() else {
            return Self.refuse(Answers.badExpiry, isSilent)
        }
        return .touch(key: key, expiry: seconds, isSilent: isSilent)
    }

    private static func flushAll(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Command {
        guard let first = tokens.next(line) else { return .flushAll(delay: 0, isSilent: false) }
        guard let second = tokens.next(line) else {
            if line.extracting(first).isEqual(to: "noreply") {
                return .flushAll(delay: 0, isSilent: true)
            }
            return Self.flush(line, first, isSilent: false)
        }
        guard tokens.next(line) == nil else { return .refused(Answers.error) }
        return Self.flush(line, first, isSilent: line.extracting(second).isEqual(to: "noreply"))
    }

    private static func flush(
        _ line: Span<UInt8>, _ word: Range<Int>, isSilent: Bool
    ) -> Command {
        guard let delay = line.extracting(word).signedNumber() else {
            return Self.refuse(Answers.badExpiry, isSilent)
        }
        return .flushAll(delay: delay, isSilent: isSilent)
    }

    private static func verbosity(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Command {
        guard let first = tokens.next(line) else { return .refused(Answers.error) }
        let isAlone = line.extracting(first).isEqual(to: "noreply")
        guard let ending = Self.ending(line, &tokens) else { return .refused(Answers.error) }
        guard let level = line.extracting(first).unsignedNumber() else {
            return Self.refuse(Answers.badFormat, isAlone || ending)
        }
        return .verbosity(Int(UInt32(truncatingIfNeeded: level)), isSilent: ending)
    }

    // MARK: noreply

    /// A refusal, of which nothing is said to a client that wants no answer.
    private static func refuse(_ answer: StaticString, _ isSilent: Bool) -> Command {
        .refused(isSilent ? "" : answer)
    }

    /// Reads the one word that may follow the arguments: whether it is `noreply`, or nil when there
    /// are more.
    private static func ending(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Bool? {
        guard let word = tokens.next(line) else { return false }
        guard tokens.next(line) == nil else { return nil }
        return line.extracting(word).isEqual(to: "noreply")
    }
}
