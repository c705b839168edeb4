import Testing

@testable import MemcacheProtocol

/// Commands for who runs the server, by a table.
struct ManagementCommandTests {
    private static func shown(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard case .manage(let verb, let words) = CommandParser.parse(bytes.span) else {
            return "none"
        }
        let command = ManagementCommand(verb, bytes.span, words)
        if case .refused(let answer) = command {
            return "\(answer)".replacing("\r\n", with: "")
        }
        return "\(command)"
    }

    @Test(arguments: [
        ("shutdown", "shutdown(isGraceful: Optional(false))"),
        ("shutdown graceful", "shutdown(isGraceful: Optional(true))"),
        ("shutdown x", "shutdown(isGraceful: nil)"),
        ("verbosity 1", "verbosity(1)"), ("verbosity", "CLIENT_ERROR bad command line format"),
        ("verbosity 5 x y", "verbosity(5)"),
        ("verbosity -1", "CLIENT_ERROR bad command line format"),
        ("cache_memlimit 64", "memoryLimit(megabytes: 64)"), ("cache_memlimit x", "ERROR"),
        ("cache_memlimit 7", "MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m"),
        (
            "cache_memlimit 1000000001",
            "MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes"
        ),
        ("lru", "ERROR"), ("lru x", "ERROR"), ("lru tune 10 20 0.1", "ERROR"),
        (
            "lru tune 10 20 0.1 2",
            "tuneLRU(hotPercent: 10, warmPercent: 20, hotFactor: 0.1, warmFactor: 2.0)"
        ),
        ("lru tune 50 31 1 1", "ERROR hot and warm pcts must not exceed 80"),
        ("lru tune 10 10 0 1", "ERROR hot/warm age factors must be greater than 0"),
        ("lru mode flat", "segmentLRU(false)"), ("lru mode segmented", "segmentLRU(true)"),
        ("lru mode x", "ERROR"), ("lru temp_ttl -1", "temporaryTTL(nil)"),
        ("lru temp_ttl 60", "temporaryTTL(Optional(60))"), ("lru temp_ttl", "ERROR"),
        ("lru_crawler enable", "crawlerRuns(true)"), ("lru_crawler disable", "crawlerRuns(false)"),
        ("lru_crawler", "ERROR"), ("lru_crawler x", "ERROR"), ("lru_crawler crawl", "ERROR"),
        ("lru_crawler sleep 5", "crawlerSleep(microseconds: 5)"),
        ("lru_crawler sleep 1000001", "CLIENT_ERROR sleep must be one second or less"),
        ("lru_crawler tocrawl 9", "crawlerItemCountMax(9)"),
        ("lru_crawler tocrawl x", "CLIENT_ERROR bad command line format"),
        ("lru_crawler crawl x", "crawl(nil)"),
        ("lru_crawler crawl 0", "crawl(nil)"),
        ("lru_crawler crawl 1,64", "crawl(nil)"),
        ("slabs", "ERROR"), ("slabs reassign 1", "ERROR"), ("slabs reassign 1 2 3", "ERROR"),
        ("slabs reassign -1 2", "reassign(source: -1, destination: 2)"),
        ("slabs reassign x 2", "CLIENT_ERROR bad command line format"),
        ("slabs automove", "ERROR"), ("slabs automove 2", "automove(2)"),
        ("slabs automove 3", "ERROR"), ("slabs automove ratio 0.5", "automoveRatio(0.5)"),
        ("slabs automove freeratio x", "ERROR"), ("slabs automove window 5", "automoveWindow(5)"),
        ("slabs automove window 2", "CLIENT_ERROR automove window too low or too high"),
        ("slabs automove x", "CLIENT_ERROR bad command line format"),
        ("watch x", "ERROR"), ("debugtime 5", "moveTime(5)"), ("debugtime p", "stopTime"),
        ("debugtime r", "startTime"), ("debugtime", "ERROR"), ("debugtime x", "ERROR"),
        ("refresh_certs", "refreshCertificates"),
    ])
    func aLineMeans(text: String, expected: String) { #expect(Self.shown(text) == expected) }

    @Test func aScopeIsReadAsItIsWritten() {
        #expect(Self.shown("lru_crawler crawl all").contains("all"))
        #expect(Self.shown("lru_crawler metadump hash").contains("hash"))
        #expect(Self.shown("lru_crawler metadump 1,2").contains("classes([1, 2])"))
        #expect(Self.shown("lru_crawler mgdump all").contains("keysOnly: true"))
    }

    @Test(
        arguments: [
            ("watch", .fetchers), ("watch evictions mutations", [.evictions, .mutations]),
            ("watch connevents sysevents", [.connectionEvents, .systemEvents]),
            ("watch deletions rawcmds fetch", [.deletions, .rawCommands, .fetchers]),
        ] as [(String, WatchStreams)])
    func streamsAreNamed(text: String, expected: WatchStreams) {
        let bytes = Array(text.utf8)
        guard case .manage(let verb, let words) = CommandParser.parse(bytes.span),
            case .watch(let streams) = ManagementCommand(verb, bytes.span, words)
        else {
            Issue.record("no watch")
            return
        }
        #expect(streams == expected)
    }
}
