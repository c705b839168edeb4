import Base

/// A command for who runs the server, with its numbers read.
package enum ManagementCommand: Sendable {
    /// Whether it finishes what has begun; nil for a way that is none.
    case shutdown(isGraceful: Bool?)
    case verbosity(Int)
    case memoryLimit(megabytes: Int)
    case tuneLRU(hotPercent: Int, warmPercent: Int, hotFactor: Double, warmFactor: Double)
    case segmentLRU(Bool)
    /// Seconds, or nil to switch the class of short-lived items off.
    case temporaryTTL(Int?)
    case crawlerRuns(Bool)
    case crawlerSleep(microseconds: Int), crawlerItemCountMax(Int)
    /// Without a scope when what was given is none.
    case crawl(CrawlScope?)
    /// `metadump`, or with keys alone `mgdump`.
    case dump(CrawlScope?, keysOnly: Bool)
    case reassign(source: Int, destination: Int)
    case automove(Int), automoveRatio(Double), automoveFreeRatio(Double)
    case automoveWindow(Int)
    case watch(WatchStreams)
    /// Moves the clock by seconds, stops it, lets it run.
    case moveTime(Int), stopTime, startTime
    case refreshCertificates
    /// Not understood, or refused, with the whole answer.
    case refused(StaticString)

    /// Reads the words behind the command's name.
    package init(_ verb: ManagementVerb, _ line: Span<UInt8>, _ words: Range<Int>) {
        var tokens = TokenReader(words)
        switch verb {
        case .shutdown: self = Self.shutdown(line, &tokens)
        case .verbosity: self = Self.verbosity(line, &tokens)
        case .memoryLimit: self = Self.memoryLimit(line, &tokens)
        case .lru: self = Self.lru(line, &tokens)
        case .crawler: self = Self.crawler(line, &tokens)
        case .slabs: self = Self.slabs(line, &tokens)
        case .watch: self = Self.watch(line, &tokens)
        case .debugTime: self = Self.debugTime(line, &tokens)
        case .refreshCertificates: self = .refreshCertificates
        case .externalStorage: self = .refused(Answers.noExternalStorage)
        }
    }

    private static func shutdown(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Self {
        guard let word = tokens.next(line) else { return .shutdown(isGraceful: false) }
        let isGraceful = line.extracting(word).isAbbreviation(of: "graceful")
        return .shutdown(isGraceful: isGraceful && tokens.count(line) == 0 ? true : nil)
    }

    private static func verbosity(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Self {
        guard let level = Self.number(line, &tokens) else { return .refused(Answers.badFormat) }
        return .verbosity(level)
    }

    private static func memoryLimit(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Self {
        guard let megabytes = Self.number(line, &tokens) else { return .refused(Answers.error) }
        if megabytes < 8 {
            return .refused("MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m\r\n")
        }
        if megabytes > 1_000_000_000 {
            return .refused("MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes\r\n")
        }
        return .memoryLimit(megabytes: megabytes)
    }

    private static func watch(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Self {
        var streams: WatchStreams = []
        while let word = tokens.next(line) {
            guard
                let stream = WatchStreams.names.first(where: {
                    line.extracting(word).isAbbreviation(of: $0.0)
                })
            else { return .refused(Answers.error) }
            streams.insert(stream.1)
        }
        return .watch(streams.isEmpty ? .fetchers : streams)
    }

    private static func debugTime(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Self {
        guard let word = tokens.next(line) else { return .refused(Answers.error) }
        let text = line.extracting(word)
        if text.isEqual(to: "p") { return .stopTime }
        if text.isEqual(to: "r") { return .startTime }
        guard let seconds = text.signed32() else { return .refused(Answers.error) }
        return .moveTime(seconds)
    }

    // MARK: Words

    /// The next word as a number of 32 bits.
    static func number(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Int? {
        guard let word = tokens.next(line) else { return nil }
        return line.extracting(word).number32().map { Int($0) }
    }

    static func signed(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Int? {
        guard let word = tokens.next(line) else { return nil }
        return line.extracting(word).signed32()
    }

    static func fraction(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> Double? {
        guard let word = tokens.next(line), word.count < 32,
            let number = Double(line.extracting(word).makeString()), number.isFinite
        else { return nil }
        return number
    }
}

extension Span where Element == UInt8 {
    /// Whether it is a word or its beginning: memcached compares as far as what was typed goes.
    package func isAbbreviation(of word: StaticString) -> Bool {
        guard !self.isEmpty, self.count <= word.utf8CodeUnitCount else { return false }
        // SAFETY: no more letters are read than the word has.
        return word.withUTF8Buffer { letters in
            for place in 0..<self.count where unsafe letters[place] != self[place] { return false }
            return true
        }
    }
}
