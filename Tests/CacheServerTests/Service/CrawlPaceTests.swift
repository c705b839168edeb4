import CacheStorage
import Testing

@testable import CacheServer

/// How fast a cache looks for what has expired.
struct CrawlPaceTests {
    private static func finding(
        _ examined: Int, reclaimed: Int = 0, due: Int = 0, endsRound: Bool = true
    ) -> CrawlFinding {
        var finding = CrawlFinding()
        finding.examinedCount = examined
        finding.reclaimedCount = reclaimed
        finding.dueCount = due
        finding.endsRound = endsRound
        return finding
    }

    @Test func aRoundTakesThreeSecondsWhileMuchExpires() {
        var pace = CrawlPace()
        #expect(pace.bucketCount(of: 65_536) == 437)
        pace.note(Self.finding(1_000, due: 10))
        #expect(pace.bucketCount(of: 65_536) == 2_185)
        pace.note(Self.finding(1_000, reclaimed: 9))
        #expect(pace.bucketCount(of: 65_536) == 437)
    }

    @Test func itIsARoundThatCounts() {
        var pace = CrawlPace()
        pace.note(Self.finding(500, due: 100, endsRound: false))
        #expect(pace.bucketCount(of: 1_500) == 10)
        pace.note(Self.finding(500))
        #expect(pace.bucketCount(of: 1_500) == 50)
        pace.note(Self.finding(0))
        #expect(pace.bucketCount(of: 1_500) == 10)
        #expect(pace.bucketCount(of: 1) == 1)
    }
}
