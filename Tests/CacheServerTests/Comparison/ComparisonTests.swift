import Base
import EventLoop
import SystemInterface
import TestSupport
import Testing

/// The same bytes to Debian's memcached and to cached, the same answers: tables.
@Suite(.timeLimit(.minutes(2)))
struct ComparisonTests {
    private static func compareAll(
        _ texts: [String], _ manner: Exchange.Manner = .whole, isCut: Bool = false,
        options: [String] = [], ours: [String]? = nil
    ) async throws {
        try await runOnLoop { group in
            let both = try await TwoCaches(options, ours: ours, on: group.loops[0])
            for text in texts { try await both.compare(text, manner, isCut: isCut) }
            await both.stop()
            #expect(both.count == texts.count)
        }
    }

    @Test func classicCommands() async throws {
        try await Self.compareAll(ComparisonTables.classic)
    }

    @Test func badLines() async throws { try await Self.compareAll(ComparisonTables.badLines) }

    @Test func arithmetic() async throws { try await Self.compareAll(ComparisonTables.arithmetic) }

    @Test func expiryAndFlags() async throws {
        try await Self.compareAll(ComparisonTables.expiry)
    }

    @Test func metaCommands() async throws { try await Self.compareAll(ComparisonTables.meta) }

    @Test func severalMistakesInOneLine() async throws {
        try await Self.compareAll(ComparisonTables.metaMistakes)
    }

    /// 1.6.18 reads the line of a login otherwise.
    @Test func linesOfLogins() async throws {
        let file = try TemporaryFile("u:p\n")
        try await runOnLoop { group in
            let both = try await TwoCaches(["-Y", file.path], on: group.loops[0])
            let texts = both.isReference ? ComparisonTables.logins : ComparisonTables.oldLogins
            for text in texts { try await both.compare(text, .waiting) }
            await both.stop()
        }
    }

    @Test func limits() async throws { try await Self.compareAll(ComparisonTables.limits) }

    @Test func byteByByte() async throws {
        try await Self.compareAll(ComparisonTables.pipelines, .dripped)
    }

    @Test func pipelines() async throws { try await Self.compareAll(ComparisonTables.pipelines) }

    @Test func whatTheServerEndsItself() async throws {
        try await Self.compareAll(ComparisonTables.ended, .waiting)
    }

    @Test func truncatedAtEachByte() async throws {
        let texts = ComparisonTables.truncated.flatMap { text in
            (0...text.utf8.count).map { String(text.prefix($0)) }
        }
        try await Self.compareAll(texts + ComparisonTables.cut, isCut: true)
    }

    @Test func metaArithmetic() async throws {
        try await Self.compareAll(ComparisonTables.metaArithmetic)
    }

    @Test func staleItemsAndPromises() async throws {
        try await Self.compareAll(ComparisonTables.promises)
    }

    @Test(arguments: [Exchange.Manner.whole, .inPieces])
    func largeValues(manner: Exchange.Manner) async throws {
        try await Self.compareAll(ComparisonTables.large, manner)
    }

    @Test(arguments: [Exchange.Manner.whole, .inPieces])
    func joinsWithLargeValues(manner: Exchange.Manner) async throws {
        try await Self.compareAll(
            ComparisonTables.joins, manner, options: ["-I", "8m", "-m", "256"])
    }

    @Test func smallItemsOnly() async throws {
        try await Self.compareAll(
            ComparisonTables.sizes(around: 2_048),
            // Bytes for 1.6.18, kilobytes for 1.6.45.
            options: [
                "-I", "2k", "-o",
                Processes.environment("HOLDFAST_MEMCACHED") == nil
                    ? "slab_chunk_max=2048" : "slab_chunk_max=2",
            ],
            ours: ["-I", "2k", "-o", "slab_chunk_max=2"])
    }
}
