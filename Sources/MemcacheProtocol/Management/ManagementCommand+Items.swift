import Base

// lru, lru_crawler, slabs.
extension ManagementCommand {
    private static let crawlerSleepMax = 1_000_000
    private static let classNumberMax = 63
    private static let automoveWindows = 3...1_800

    static func lru(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> ManagementCommand {
        guard let word = tokens.next(line) else { return .refused(Answers.error) }
        let what = line.extracting(word)
        let count = tokens.count(line)
        if what.isAbbreviation(of: "tune"), count >= 4 { return Self.tune(line, &tokens) }
        if what.isAbbreviation(of: "mode"), count >= 1, let mode = tokens.next(line) {
            if line.extracting(mode).isAbbreviation(of: "flat") { return .segmentLRU(false) }
            if line.extracting(mode).isAbbreviation(of: "segmented") { return .segmentLRU(true) }
            return .refused(Answers.error)
        }
        if what.isAbbreviation(of: "temp_ttl"), let seconds = Self.signed(line, &tokens) {
            return .temporaryTTL(seconds < 0 ? nil : seconds)
        }
        return .refused(Answers.error)
    }

    private static func tune(
        _ line: Span<UInt8>, _ tokens: inout TokenReader
    ) -> ManagementCommand {
        guard let hot = Self.number(line, &tokens), let warm = Self.number(line, &tokens),
            let hotFactor = Self.fraction(line, &tokens),
            let warmFactor = Self.fraction(line, &tokens)
        else { return .refused(Answers.error) }
        if hot + warm > 80 { return .refused("ERROR hot and warm pcts must not exceed 80\r\n") }
        if hotFactor <= 0 || warmFactor <= 0 {
            return .refused("ERROR hot/warm age factors must be greater than 0\r\n")
        }
        return .tuneLRU(
            hotPercent: hot, warmPercent: warm, hotFactor: hotFactor, warmFactor: warmFactor)
    }

    static func crawler(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> ManagementCommand {
        guard let word = tokens.next(line) else { return .refused(Answers.error) }
        let what = line.extracting(word)
        switch tokens.count(line) {
        case 0:
            if what.isAbbreviation(of: "enable") { return .crawlerRuns(true) }
            if what.isAbbreviation(of: "disable") { return .crawlerRuns(false) }
        case 1: return Self.crawler(what, line, &tokens)
        default: break
        }
        return .refused(Answers.error)
    }

    private static func crawler(
        _ what: Span<UInt8>, _ line: Span<UInt8>, _ tokens: inout TokenReader
    ) -> ManagementCommand {
        if what.isAbbreviation(of: "crawl") { return .crawl(Self.scope(line, &tokens)) }
        let isDump = what.isAbbreviation(of: "metadump")
        if isDump || what.isAbbreviation(of: "mgdump") {
            return .dump(Self.scope(line, &tokens), keysOnly: !isDump)
        }
        if what.isAbbreviation(of: "tocrawl") {
            guard let count = Self.number(line, &tokens) else { return .refused(Answers.badFormat) }
            return .crawlerItemCountMax(count)
        }
        if what.isAbbreviation(of: "sleep") {
            guard let time = Self.number(line, &tokens) else { return .refused(Answers.badFormat) }
            guard time <= Self.crawlerSleepMax else {
                return .refused("CLIENT_ERROR sleep must be one second or less\r\n")
            }
            return .crawlerSleep(microseconds: time)
        }
        return .refused(Answers.error)
    }

    /// `all`, `hash`, or numbers of classes with commas between them; nil when one is none.
    private static func scope(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> CrawlScope? {
        guard let word = tokens.next(line) else { return nil }
        let text = line.extracting(word)
        if text.isEqual(to: "all") { return .all }
        if text.isEqual(to: "hash") { return .hash }
        var classes: [Int] = []
        for part in text.makeString().split(separator: ",") {
            guard let number = Int(part), (1...Self.classNumberMax).contains(number) else {
                return nil
            }
            classes.append(number)
        }
        return .classes(classes)
    }

    static func slabs(_ line: Span<UInt8>, _ tokens: inout TokenReader) -> ManagementCommand {
        guard let word = tokens.next(line) else { return .refused(Answers.error) }
        let what = line.extracting(word)
        let count = tokens.count(line)
        if what.isAbbreviation(of: "reassign"), count == 2 {
            guard let source = Self.signed(line, &tokens),
                let destination = Self.signed(line, &tokens)
            else { return .refused(Answers.badFormat) }
            return .reassign(source: source, destination: destination)
        }
        if what.isAbbreviation(of: "automove"), count >= 1 { return Self.automove(line, &tokens) }
        return .refused(Answers.error)
    }

    private static func automove(
        _ line: Span<UInt8>, _ tokens: inout TokenReader
    ) -> ManagementCommand {
        var numbers = tokens
        guard let word = tokens.next(line) else { return .refused(Answers.badFormat) }
        let what = line.extracting(word)
        if what.isAbbreviation(of: "ratio") {
            guard let ratio = Self.fraction(line, &tokens) else { return .refused(Answers.error) }
            return .automoveRatio(ratio)
        }
        if what.isAbbreviation(of: "freeratio") {
            guard let ratio = Self.fraction(line, &tokens) else { return .refused(Answers.error) }
            return .automoveFreeRatio(ratio)
        }
        if what.isAbbreviation(of: "window") {
            guard let seconds = Self.number(line, &tokens) else {
                return .refused(Answers.badFormat)
            }
            guard Self.automoveWindows.contains(seconds) else {
                return .refused("CLIENT_ERROR automove window too low or too high\r\n")
            }
            return .automoveWindow(seconds)
        }
        guard let mode = Self.number(line, &numbers) else { return .refused(Answers.badFormat) }
        return mode <= 2 ? .automove(mode) : .refused(Answers.error)
    }
}
