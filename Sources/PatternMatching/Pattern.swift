internal import CPCRE2

/// How a pattern is to be read.
package struct PatternOptions: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// ASCII letters match in both cases (nginx's `~*`).
    package static let ignoresCase = PatternOptions(rawValue: 1)
    /// Only a match of the whole subject counts (Java's `matches()`).
    package static let matchesWholeText = PatternOptions(rawValue: 2)
}

/// A compiled regular expression (PCRE2, Perl syntax) over bytes.
///
/// Immutable after `compile`; any thread may match with it at any time. Subjects are bytes, not
/// characters: `.` matches one byte, as in nginx.
package final class Pattern: Sendable {
    /// The most steps the interpreter may take for one match. PCRE2's default is 10 times that.
    package static let stepCountMax: UInt32 = 1_000_000

    /// The expression as it was written.
    package let text: String
    /// How it was read.
    package let options: PatternOptions
    /// How many groups it has, the whole match not counted.
    package let groupCount: Int
    /// The named groups and their numbers.
    package let groupNames: [String: Int]

    // Addresses of the compiled code and of the limits, kept as numbers: PCRE2 never writes to
    // either after `compile`, so sharing them between threads is what its manual allows.
    private let code: UInt
    private let limits: UInt

    /// Compiles an expression.
    ///
    /// - Throws: PCRE2's reason and the offset of the mistake.
    package static func compile(
        _ text: String, options: PatternOptions = []
    ) throws(PatternSyntaxError) -> Pattern {
        var flags: UInt32 = 0
        if options.contains(.ignoresCase) { flags |= PCRE2_CASELESS }
        if options.contains(.matchesWholeText) { flags |= PCRE2_ANCHORED | PCRE2_ENDANCHORED }
        var reason: Int32 = 0
        var offset = 0
        let bytes = Array(text.utf8)
        // SAFETY: PCRE2 reads `bytes` during the call only and writes two locals.
        let compiled = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe pcre2_compile_8(bytes.baseAddress, bytes.count, flags, &reason, &offset, nil)
        }
        guard let code = unsafe compiled, let limits = unsafe pcre2_match_context_create_8(nil)
        else {
            throw PatternSyntaxError(reason: Self.message(for: reason), offset: offset)
        }
        // SAFETY: both pointers are fresh and owned here. Without JIT the interpreter is used.
        unsafe pcre2_set_match_limit_8(limits, Self.stepCountMax)
        _ = unsafe pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
        return Pattern(
            text, options, code: UInt(bitPattern: code), limits: UInt(bitPattern: limits))
    }

    private init(_ text: String, _ options: PatternOptions, code: UInt, limits: UInt) {
        self.text = text
        self.options = options
        self.code = code
        self.limits = limits
        self.groupCount = Self.number(PCRE2_INFO_CAPTURECOUNT, of: code)
        self.groupNames = Self.names(of: code)
    }

    deinit {
        // SAFETY: made by `compile`, freed once; nobody can match with `self` any more.
        unsafe pcre2_code_free_8(OpaquePointer(bitPattern: self.code))
        unsafe pcre2_match_context_free_8(OpaquePointer(bitPattern: self.limits))
    }

    /// Whether the pattern matches somewhere in the subject.
    ///
    /// - Throws: when the match was given up at its limit.
    package func matches(_ subject: Span<UInt8>) throws(PatternLimitReached) -> Bool {
        try self.run(on: subject, groupCount: 0) != nil
    }

    /// The first match in the subject, or nil.
    ///
    /// - Throws: when the match was given up at its limit.
    package func firstMatch(
        in subject: Span<UInt8>
    ) throws(PatternLimitReached) -> PatternMatch? {
        guard let ranges = try self.run(on: subject, groupCount: self.groupCount) else {
            return nil
        }
        return PatternMatch(ranges: ranges)
    }

    private func run(
        on subject: Span<UInt8>, groupCount: Int
    ) throws(PatternLimitReached) -> [Range<Int>?]? {
        let outcome: Outcome = unsafe subject.withUnsafeBufferPointer { bytes in
            unsafe self.run(on: bytes, groupCount: groupCount)
        }
        switch outcome {
        case .noMatch: return nil
        case .match(let ranges): return ranges
        case .limit(let code): throw PatternLimitReached(code: code)
        }
    }

    private enum Outcome {
        case noMatch
        case match([Range<Int>?])
        case limit(Int32)
    }

    private func run(on bytes: UnsafeBufferPointer<UInt8>, groupCount: Int) -> Outcome {
        // SAFETY: both were made by PCRE2 and live as long as self.
        let code = unsafe OpaquePointer(bitPattern: self.code)
        let limits = unsafe OpaquePointer(bitPattern: self.limits)
        // SAFETY: the match block is owned by this call; code and limits live as long as `self`;
        // the subject is borrowed by the caller for the whole call and an empty one gets a valid
        // address, which PCRE2 asks for.
        guard let block = unsafe pcre2_match_data_create_8(UInt32(groupCount + 1), nil) else {
            return .limit(PCRE2_ERROR_NOMEMORY)
        }
        defer { unsafe pcre2_match_data_free_8(block) }
        var empty: UInt8 = 0
        let count = unsafe withUnsafePointer(to: &empty) { placeholder in
            let start = unsafe bytes.baseAddress ?? placeholder
            let first = unsafe pcre2_match_8(code, start, bytes.count, 0, 0, block, limits)
            guard first == PCRE2_ERROR_JIT_STACKLIMIT else { return first }
            // The JIT's stack is small; the interpreter takes the rare deep subject.
            return unsafe pcre2_match_8(
                code, start, bytes.count, 0, PCRE2_NO_JIT, block, limits)
        }
        if count == PCRE2_ERROR_NOMATCH { return .noMatch }
        guard count >= 0, let places = unsafe pcre2_get_ovector_pointer_8(block) else {
            return .limit(count)
        }
        let setCount = count == 0 ? groupCount + 1 : Int(count)
        return .match(
            (0...groupCount).map { group in
                guard group < setCount else { return nil }
                let (low, high) = unsafe (places[2 * group], places[2 * group + 1])
                return low >= 0 && low <= high ? low..<high : nil
            })
    }

    private static func number(_ what: Int32, of code: UInt) -> Int {
        var value: UInt32 = 0
        // SAFETY: the kinds asked for write one 32-bit number.
        _ = unsafe pcre2_pattern_info_8(
            OpaquePointer(bitPattern: code), UInt32(what), &value)
        return Int(value)
    }

    /// The table of names: each entry is a 16-bit number, high byte first, and a C string.
    private static func names(of code: UInt) -> [String: Int] {
        let entrySize = Self.number(PCRE2_INFO_NAMEENTRYSIZE, of: code)
        var table: UnsafePointer<UInt8>?
        // SAFETY: PCRE2 writes one pointer into its own table, which lives as long as the code.
        _ = unsafe pcre2_pattern_info_8(
            OpaquePointer(bitPattern: code), UInt32(PCRE2_INFO_NAMETABLE), &table)
        guard let table = unsafe table else { return [:] }
        var names: [String: Int] = [:]
        for index in 0..<Self.number(PCRE2_INFO_NAMECOUNT, of: code) {
            let entry = unsafe UnsafeBufferPointer(
                start: table + index * entrySize, count: entrySize)
            let name = unsafe String(decoding: entry.dropFirst(2).prefix { $0 != 0 }, as: UTF8.self)
            names[name] = unsafe Int(entry[0]) << 8 | Int(entry[1])
        }
        return names
    }

    private static func message(for code: Int32) -> String {
        var text = [UInt8](repeating: 0, count: 256)
        // SAFETY: PCRE2 writes at most `text.count` bytes, the closing zero included.
        _ = unsafe text.withUnsafeMutableBufferPointer { text in
            unsafe pcre2_get_error_message_8(code, text.baseAddress, text.count)
        }
        return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }
}
