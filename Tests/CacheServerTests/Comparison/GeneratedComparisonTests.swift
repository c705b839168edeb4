import Base
import EventLoop
import TestSupport
import Testing

/// The same made-up commands to Debian's memcached and to cached, the same answers.
///
/// `HOLDFAST_SEED` repeats a run, `HOLDFAST_ROUNDS` makes it longer.
@Suite(.timeLimit(.minutes(10)))
struct GeneratedComparisonTests {
    @Test(arguments: [Exchange.Manner.whole, .inPieces, .dripped])
    func madeUpCommands(manner: Exchange.Manner) async throws {
        let seed = TestSeed("madeUpCommands \(manner)")
        let random = seed.generator
        try await runOnLoop { group in
            // memcached's maintainer holds items for moments; a number that gets shorter meanwhile
            // is not padded, so that answers would depend on its clock.
            let quiet = ["-o", "no_lru_maintainer,no_lru_crawler"]
            let both = try await TwoCaches(quiet, on: group.loops[0])
            var generator = CommandGenerator(random, isOld: !both.isReference)
            for round in 0..<manner.roundCount {
                let text = generator.connection()
                if manner == .dripped, text.utf8.count > 20_000 { continue }
                try await both.compare(text, manner, "\(seed), connection \(round):")
            }
            await both.stop()
        }
    }
}
