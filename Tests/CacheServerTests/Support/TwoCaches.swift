import Base
import EventLoop
import SystemInterface
import TestSupport
import Testing

/// Debian's memcached and a cache of ours, which get the same bytes.
final class TwoCaches {
    static let placeholder = "{cas}"

    private let peer: PeerProcess
    private let ours: TestCache
    private let loop: Loop
    private var peerAnswers = NormalAnswer()
    private var ourAnswers = NormalAnswer()
    /// How many exchanges were compared.
    private(set) var count = 0

    /// Starts both with the same options.
    ///
    /// - Throws: when memcached is not there; comparing is not left out silently.
    init(_ arguments: [String] = [], on loop: Loop) async throws {
        let path = "/usr/bin/memcached"
        _ = try #require(
            try? Files.status(path), "memcached is the oracle: apt-get install memcached")
        // One thread, and none in the background: what `decr` does to a number that gets shorter
        // depends on whether another thread holds the item at that moment.
        let alone = ["-t", "1", "-o", "no_lru_maintainer,no_lru_crawler"]
        self.peer = try PeerProcess(path) {
            ["-s", $0, "-u", "nobody", "-a", "0777", "-U", "0"] + alone + arguments
        }
        self.ours = try await TestCache(arguments, on: loop)
        self.loop = loop
    }

    /// Ends ours; memcached ends with the object.
    func stop() async { await self.ours.stop() }

    /// Sends a text to both and compares. `{cas}` stands for the last CAS number that each showed.
    ///
    /// - Parameter isCut: the text may end within a data block. memcached then loses the answers to
    ///   what it has executed before, if they are not under way; cached sends them.
    func compare(
        _ text: String, _ manner: Exchange.Manner = .whole, isCut: Bool = false,
        _ note: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let theirs = try await self.send(text, self.peer.socketPath, self.peerAnswers, manner)
        let own = try await self.send(text, self.ours.socketPath, self.ourAnswers, manner)
        let expected = self.peerAnswers.lines(of: theirs.answer)
        let found = self.ourAnswers.lines(of: own.answer)
        self.count += 1
        if isCut ? found.starts(with: expected) : found == expected { return }
        let differing = zip(expected, found).enumerated().first { $1.0 != $1.1 }?.offset
        let place = differing ?? min(expected.count, found.count)
        func near(_ lines: [String]) -> [String] {
            Array(lines.dropFirst(max(0, place - 2)).prefix(4))
        }
        Issue.record(
            """
            \(note) sent \(text.count > 1_500 ? "\(text.prefix(1_500))…" : text)
            line \(place): memcached answers \(near(expected)), cached \(near(found))
            """, sourceLocation: sourceLocation)
    }

    private func send(
        _ text: String, _ path: String, _ seen: NormalAnswer, _ manner: Exchange.Manner
    ) async throws -> Exchange {
        let parts = text.split(separator: Self.placeholder, omittingEmptySubsequences: false)
        let bytes = Array(parts.joined(separator: seen.lastCAS).utf8)
        return try await Exchange.send(bytes, to: path, manner, on: self.loop)
    }
}
