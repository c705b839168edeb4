import Base
import CacheStorage
import MemcacheProtocol

/// `stats` and its sub-commands, with memcached 1.6.45's names in their order.
struct StatisticsReports {
    /// memcached's classes are numbered below this.
    private static let classNumberMax = 63

    let service: CacheService
    let now: UInt32
    /// The connection that asks.
    let asking: ConnectionRecord?
    var store: CacheStore { self.service.store }

    // MARK: Text

    /// Appends the answer to `stats` with the words behind it.
    func append(_ line: Span<UInt8>, _ words: Range<Int>, to output: ByteBuffer) {
        var tokens = TokenReader(words)
        guard let word = tokens.next(line) else { return Self.end(self.general(), output) }
        let what = line.extracting(word)
        if what.isAbbreviation(of: "reset") {
            self.reset()
            output.append(Answers.reset)
        } else if what.isAbbreviation(of: "detail") {
            self.detail(line, &tokens, to: output)
        } else if what.isAbbreviation(of: "settings") {
            Self.end(self.settings(), output)
        } else if what.isAbbreviation(of: "cachedump") {
            self.cacheDump(line, &tokens, to: output)
        } else if what.isAbbreviation(of: "conns") {
            Self.end(self.connections(), output)
        } else if let list = self.engine(what) {
            Self.end(list, output)
        } else {
            output.append(Answers.error)
        }
    }

    private static func end(_ list: StatisticList, _ output: ByteBuffer) {
        list.append(to: output)
        output.append(Answers.end)
    }

    /// The reports whose names are not shortened.
    private func engine(_ what: Span<UInt8>) -> StatisticList? {
        if what.isEqual(to: "items") { return self.items() }
        if what.isEqual(to: "slabs") { return self.slabs() }
        if what.isEqual(to: "sizes") { return self.sizes() }
        // Left out: there is nothing to report.
        if what.isEqual(to: "extstore") { return StatisticList() }
        if what.isEqual(to: "replication") { return self.replication() }
        return nil
    }

    private func detail(
        _ line: Span<UInt8>, _ tokens: inout TokenReader, to output: ByteBuffer
    ) {
        guard self.service.options.commands.allowsDump else {
            return output.append("CLIENT_ERROR stats detail not allowed\r\n")
        }
        guard let word = tokens.next(line), self.detail(line.extracting(word), output) else {
            return output.append("CLIENT_ERROR usage: stats detail on|off|dump\r\n")
        }
    }

    private func detail(_ what: Span<UInt8>, _ output: ByteBuffer) -> Bool {
        let isOff = what.isAbbreviation(of: "off") && what.count > 1
        if isOff || what.isAbbreviation(of: "on") {
            self.service.prefixes.isCounting = !isOff
            output.append(Answers.ok)
        } else if what.isAbbreviation(of: "dump") {
            self.service.prefixes.append(to: output)
            output.append(Answers.end)
        } else {
            return false
        }
        return true
    }

    private func cacheDump(
        _ line: Span<UInt8>, _ tokens: inout TokenReader, to output: ByteBuffer
    ) {
        guard self.service.options.commands.allowsDump else {
            return output.append("CLIENT_ERROR stats cachedump not allowed\r\n")
        }
        guard let first = tokens.next(line), let second = tokens.next(line) else {
            return output.append("CLIENT_ERROR bad command line\r\n")
        }
        guard let number = line.extracting(first).number32(),
            let limit = line.extracting(second).number32()
        else { return output.append(Answers.badFormat) }
        guard number <= Self.classNumberMax else {
            return output.append("CLIENT_ERROR Illegal slab id\r\n")
        }
        CacheDump.append(
            class: Int(number), limit: Int(clamping: limit), self.store, self.service.clock,
            now: self.now, to: output)
    }

    // MARK: Binary

    /// What the binary protocol's `stat` answers; nil when there is no such report. What begins as
    /// a name of a report is that report, as in memcached.
    func entries(binary what: Span<UInt8>) -> [StatisticEntry]? {
        if what.isEmpty { return self.general().entries }
        if what.hasPrefix("reset") {
            self.reset()
            return []
        }
        if what.hasPrefix("settings") { return self.settings().entries }
        guard what.hasPrefix("detail") else { return self.engine(what)?.entries }
        guard self.service.options.commands.allowsDump else { return nil }
        let rest = what.extracting(droppingFirst: 6)
        if rest.hasPrefix(" dump") {
            let text = ByteBuffer()
            self.service.prefixes.append(to: text)
            text.append(Answers.end)
            return [StatisticEntry(name: "detailed", value: text.makeString())]
        }
        let isOff = rest.hasPrefix(" off")
        guard isOff || rest.hasPrefix(" on") else { return nil }
        self.service.prefixes.isCounting = !isOff
        return []
    }

    // MARK: Reset

    private func reset() {
        self.service.connections.reset()
        self.store.resetStatistics()
        self.service.commands.resetCounters()
        self.service.prefixes.clear()
        self.service.watchers.resetCounts()
        self.service.crawl.resetCount()
        self.service.logins.resetCounts()
        self.service.tls?.resetCounts()
    }
}
