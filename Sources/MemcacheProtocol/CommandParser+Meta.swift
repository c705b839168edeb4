import Base

// Meta commands: a word of two letters, a key, flags. Each has its own limit on its words.
extension CommandParser {
    static func meta(
        _ line: Span<UInt8>, _ name: Range<Int>, _ tokens: inout TokenReader
    ) -> Command {
        guard line[name.lowerBound] == UInt8(ascii: "m") else { return Self.unknown(line, &tokens) }
        let letter = line[name.lowerBound + 1]
        switch letter {
        case UInt8(ascii: "n"): return .metaNoOp
        case UInt8(ascii: "e"): return Self.metaDebug(line, &tokens)
        case UInt8(ascii: "g"), UInt8(ascii: "s"), UInt8(ascii: "d"), UInt8(ascii: "a"): break
        default: return Self.unknown(line, &tokens)
        }
        guard let key = tokens.next(line) else { return .refused(Answers.badFormat) }
        if letter == UInt8(ascii: "s") { return Self.metaSet(line, key, &tokens) }
        let isArithmetic = letter == UInt8(ascii: "a")
        guard key.count <= ProtocolLimits.keyByteCountMax else {
            return .refused(isArithmetic ? Answers.badArithmeticFlags : Answers.badFormat)
        }
        guard !Self.hasTooManyWords(line, tokens, before: 2) else {
            return .refused(isArithmetic ? Answers.badArithmeticFlags : Answers.tooManyFlags)
        }
        switch letter {
        case UInt8(ascii: "g"): return .metaGet(key: key, flags: tokens.rest)
        case UInt8(ascii: "d"): return .metaDelete(key: key, flags: tokens.rest)
        default: return .metaArithmetic(key: key, flags: tokens.rest)
        }
    }

    private static func metaSet(
        _ line: Span<UInt8>, _ key: Range<Int>, _ tokens: inout TokenReader
    ) -> Command {
        guard let size = tokens.next(line),
            let byteCount = Self.byteCount(line.extracting(size))
        else { return .refused(Answers.badFormat) }
        guard key.count <= ProtocolLimits.keyByteCountMax else {
            return .refusedStore(Answers.badFormat, byteCount: byteCount)
        }
        guard !Self.hasTooManyWords(line, tokens, before: 3) else {
            return .refusedStore(Answers.tooManyFlags, byteCount: byteCount)
        }
        return .metaSet(key: key, byteCount: byteCount, flags: tokens.rest)
    }

    private static func metaDebug(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Command {
        guard let key = tokens.next(line), key.count <= ProtocolLimits.keyByteCountMax else {
            return .refused(Answers.badFormat)
        }
        var isBinary = false, isFirst = true
        while let word = tokens.next(line) {
            if isFirst { isBinary = line.extracting(word).isEqual(to: "b") }
            isFirst = false
            guard MetaFlags.isLetter(line[word.lowerBound]) else {
                return .refused(Answers.badFormat)
            }
        }
        return .metaDebug(key: key, isBinary: isBinary)
    }

    /// Whether more words follow than a meta command has; short lines are not counted through.
    private static func hasTooManyWords(
        _ line: Span<UInt8>, _ tokens: TokenReader, before: Int
    ) -> Bool {
        let most = ProtocolLimits.metaWordCountMax - before
        guard tokens.rest.count > 2 * most else { return false }
        return tokens.count(line) > most
    }
}
