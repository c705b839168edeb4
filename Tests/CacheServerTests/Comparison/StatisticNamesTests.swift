import EventLoop
import TestSupport
import Testing

/// The names of all statistics and their order are those of memcached 1.6.45; what 1.6.18 has and
/// has not stands in `VersionDifferences`.
@Suite(.timeLimit(.minutes(1)))
struct StatisticNamesTests {
    @Test(arguments: ["stats", "stats settings", "stats items", "stats slabs", "stats sizes"])
    func areThoseOfMemcached(command: String) async throws {
        try await runOnLoop { group in
            let both = try await TwoCaches(
                ["-o", "lru_maintainer,lru_crawler"], on: group.loops[0])
            try await both.compare("set a 0 0 1\r\n1\r\nget a none\r\n")
            var (theirs, ours) = try await both.names(command)
            let known = both.isReference ? nil : VersionDifferences.names[command]
            theirs.removeAll {
                VersionDifferences.dependsOnBuild($0) || known?.onlyOld.contains($0) ?? false
            }
            ours.removeAll {
                VersionDifferences.dependsOnBuild($0) || known?.onlyNew.contains($0) ?? false
            }
            #expect(ours == theirs)
            #expect(!ours.isEmpty)
            await both.stop()
        }
    }
}
