import Base

/// Why an answer cannot be read; the connection is of no further use.
struct AnswerError: Error, Equatable {}

/// Reads answers from the front of what a connection received. Pure.
enum AnswerParser {
    /// The longest line of an answer: a key and its numbers, with room to spare.
    static let lineByteCountMax = 4_096
    /// The largest value that is taken; memcached's own limit for `-I`.
    static let valueByteCountMax = 1 << 30

    /// One answer of a form, and how many bytes it takes; nil when it is not all there.
    ///
    /// - Throws: when it can never be a valid answer.
    static func parse(
        _ input: Span<UInt8>, as form: CacheRequest.AnswerForm
    ) throws(AnswerError) -> (answer: CacheAnswer, byteCount: Int)? {
        guard let end = try Self.lineEnd(input, from: 0) else { return nil }
        let line = input.extracting(0..<Self.withoutReturn(input, end))
        if let failure = Self.failure(line) { return (.failed(failure), end + 1) }
        switch form {
        case .line: return (try Self.word(line), end + 1)
        case .meta: return (try Self.meta(line), end + 1)
        case .metaStore: return (try Self.metaStore(line), end + 1)
        case .values: return try Self.values(input, line, end)
        }
    }

    /// The index of the line feed, or nil when the line is not whole.
    private static func lineEnd(_ input: Span<UInt8>, from start: Int) throws(AnswerError) -> Int? {
        if let end = input.firstIndex(of: 0x0A, from: start) { return end }
        if input.count - start > Self.lineByteCountMax { throw AnswerError() }
        return nil
    }

    private static func withoutReturn(_ input: Span<UInt8>, _ end: Int) -> Int {
        end > 0 && input[end - 1] == 0x0D ? end - 1 : end
    }

    private static func failure(_ line: Span<UInt8>) -> CacheFailure? {
        let isError =
            line.hasPrefix("ERROR") || line.hasPrefix("CLIENT_ERROR")
            || line.hasPrefix("SERVER_ERROR")
        return isError ? .refused(line.makeString()) : nil
    }

    private static func word(_ line: Span<UInt8>) throws(AnswerError) -> CacheAnswer {
        if line.isEqual(to: "STORED") || line.isEqual(to: "DELETED") || line.isEqual(to: "TOUCHED")
            || line.hasPrefix("VERSION ")
        {
            return .done
        }
        if line.isEqual(to: "NOT_FOUND") { return .missing }
        if line.isEqual(to: "NOT_STORED") { return .notStored }
        if line.isEqual(to: "EXISTS") { return .changed }
        throw AnswerError()
    }

    /// `HD f1 c2`, `EN`.
    private static func meta(_ line: Span<UInt8>) throws(AnswerError) -> CacheAnswer {
        if line.isEqual(to: "EN") { return .missing }
        guard line.hasPrefix("HD") else { throw AnswerError() }
        var item = CacheItem(flags: 0, cas: 0, value: [])
        var index = 2
        while index < line.count {
            guard line[index] == 0x20 else { throw AnswerError() }
            let start = index + 1
            index = line.firstIndex(of: 0x20, from: start) ?? line.count
            guard index > start, let number = line.extracting((start + 1)..<index).decimalValue()
            else { continue }
            switch line[start] {
            case UInt8(ascii: "f"): item.flags = UInt32(truncatingIfNeeded: number)
            case UInt8(ascii: "c"): item.cas = number
            default: break
            }
        }
        return .item(item)
    }

    /// `HD c2`, `NS`, `EX`, `NF`; memcached adds `c0` to the refusals.
    private static func metaStore(_ line: Span<UInt8>) throws(AnswerError) -> CacheAnswer {
        if line.hasPrefix("NS") { return .notStored }
        if line.hasPrefix("EX") { return .changed }
        if line.hasPrefix("NF") { return .missing }
        guard case .item(let item) = try Self.meta(line) else { throw AnswerError() }
        return .stored(cas: item.cas == 0 ? nil : item.cas)
    }

    /// `VALUE key flags bytes cas`, the value, `END`; or `END` alone.
    private static func values(
        _ input: Span<UInt8>, _ line: Span<UInt8>, _ lineEnd: Int
    ) throws(AnswerError) -> (answer: CacheAnswer, byteCount: Int)? {
        if line.isEqual(to: "END") { return (.missing, lineEnd + 1) }
        guard line.hasPrefix("VALUE ") else { throw AnswerError() }
        var numbers: [UInt64] = []
        var index = line.firstIndex(of: 0x20, from: 6) ?? line.count
        while index < line.count {
            let start = index + 1
            index = line.firstIndex(of: 0x20, from: start) ?? line.count
            guard let number = line.extracting(start..<index).decimalValue() else {
                throw AnswerError()
            }
            numbers.append(number)
        }
        guard numbers.count == 3, numbers[1] <= UInt64(Self.valueByteCountMax) else {
            throw AnswerError()
        }
        let valueStart = lineEnd + 1
        let valueEnd = valueStart + Int(numbers[1])
        // The value's line end and `END` with its own.
        let tail = 7
        guard input.count >= valueEnd + tail else { return nil }
        guard input.extracting(valueEnd..<(valueEnd + tail)).isEqual(to: "\r\nEND\r\n") else {
            throw AnswerError()
        }
        let item = CacheItem(
            flags: UInt32(truncatingIfNeeded: numbers[0]), cas: numbers[2],
            value: input.extracting(valueStart..<valueEnd).makeArray())
        return (.item(item), valueEnd + tail)
    }
}
