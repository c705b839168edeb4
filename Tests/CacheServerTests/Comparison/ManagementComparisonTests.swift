import Base
import EventLoop
import SystemInterface
import TestSupport
import Testing

/// What administrators say to a cache, answered as memcached answers it.
@Suite(.timeLimit(.minutes(2)))
struct ManagementComparisonTests {
    /// memcached has its maintainer and crawler here, which other comparisons switch off.
    private static let maintained = ["-o", "lru_maintainer,lru_crawler"]

    private static func compareAll(
        _ old: [String], _ options: [String], new: [String] = []
    ) async throws {
        try await runOnLoop { group in
            let both = try await TwoCaches(options, on: group.loops[0])
            let texts = old + (both.isReference ? new : [])
            for text in texts { try await both.compare(text) }
            await both.stop()
            #expect(both.count == texts.count)
        }
    }

    @Test func commands() async throws {
        try await Self.compareAll(
            ComparisonTables.management, Self.maintained, new: ComparisonTables.newManagement)
    }

    @Test func withoutMaintainerAndCrawler() async throws {
        // What memcached says to its crawler depends on whether that has started or ended by then.
        let texts = ComparisonTables.management.filter { text in
            ["lru ", "lru_crawler sleep", "lru_crawler tocrawl"].contains { text.hasPrefix($0) }
        }
        try await Self.compareAll(
            texts,
            ["-o", "no_lru_maintainer,no_lru_crawler"])
    }

    @Test func sizes() async throws {
        try await Self.compareAll(ComparisonTables.sizesCounted, ["-o", "track_sizes"])
    }

    @Test func whatOptionsForbid() async throws {
        try await Self.compareAll(ComparisonTables.forbidden, Self.maintained + ["-FXWC"])
    }

    @Test func dumps() async throws {
        try await Self.compareAll(ComparisonTables.dumps, Self.maintained)
    }
}
