import Base
import EventLoop
import SystemInterface
import TestSupport
import Testing

/// Debian's memcached and a cache of ours, which get the same bytes.
///
/// `HOLDFAST_MEMCACHED` names another build, such as one of 1.6.45, whose answers cached gives:
/// then every answer is compared with its own. Debian's 1.6.18 answers some lines differently; what
/// both answer stands in `VersionDifferences`.
final class TwoCaches {
    static let placeholder = "{cas}"
    /// The version whose answers cached gives.
    private static let referenceVersion = "1.6.45"

    private let peer: PeerProcess
    private let ours: TestCache
    private let loop: Loop
    private var peerAnswers = NormalAnswer()
    private var ourAnswers = NormalAnswer()
    private var peerBinaryAnswers = NormalBinaryAnswer()
    private var ourBinaryAnswers = NormalBinaryAnswer()
    /// How many exchanges were compared.
    private(set) var count = 0
    /// Whether the peer is of the version whose answers cached gives.
    private(set) var isReference = false

    /// Starts both with the same options, or ours with its own.
    ///
    /// - Throws: when memcached is not there; comparing is not left out silently.
    init(_ arguments: [String] = [], ours: [String]? = nil, on loop: Loop) async throws {
        let path = Processes.environment("HOLDFAST_MEMCACHED") ?? "/usr/bin/memcached"
        _ = try #require(
            try? Files.status(path), "memcached is the oracle: apt-get install memcached")
        // One thread, and none in the background: what `decr` does to a number that gets shorter
        // depends on whether another thread holds the item at that moment.
        let alone = ["-t", "1", "-o", "no_lru_maintainer,no_lru_crawler"]
        self.peer = try PeerProcess(path) {
            ["-s", $0, "-u", "nobody", "-a", "0777", "-U", "0"] + alone + arguments
        }
        self.ours = try await TestCache(ours ?? arguments, on: loop)
        self.loop = loop
        let version = try await Exchange.send(
            Array("version\r\n".utf8), to: self.peer.socketPath, on: loop)
        self.isReference = version.text.contains(Self.referenceVersion)
    }

    /// Ends both.
    func stop() async {
        self.peer.stop(9)
        await self.ours.stop()
    }

    /// Sends a text to both and compares. `{cas}` stands for the last CAS number that each showed.
    ///
    /// - Parameter isCut: the text may end within a data block. memcached then loses the answers to
    ///   what it has executed before, if they are not under way; cached sends them.
    func compare(
        _ text: String, _ manner: Exchange.Manner = .whole, isCut: Bool = false,
        _ note: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        self.count += 1
        if self.isReference, VersionDifferences.deliberate.contains(text) { return }
        if isCut {
            // What memcached loses would count for the numbers of what comes later.
            self.peerAnswers = NormalAnswer()
            self.ourAnswers = NormalAnswer()
        }
        let theirs = try await self.send(text, self.peer.socketPath, self.peerAnswers, manner)
        let own = try await self.send(text, self.ours.socketPath, self.ourAnswers, manner)
        let expected = self.peerAnswers.lines(of: theirs.answer)
        let found = self.ourAnswers.lines(of: own.answer)
        if isCut ? found.starts(with: expected) : found == expected { return }
        if !self.isReference, VersionDifferences.explain(text, old: expected, new: found) {
            return
        }
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

    /// The statistics that both answer to a command.
    func statistics(
        _ command: String
    ) async throws -> (theirs: [String: String], ours: [String: String]) {
        func ask(_ path: String) async throws -> [String: String] {
            let bytes = Array("\(command)\r\n".utf8)
            let text = try await Exchange.send(bytes, to: path, on: self.loop).text
            var found: [String: String] = [:]
            for line in text.split(separator: "\r\n") {
                let words = line.split(separator: " ", maxSplits: 2)
                if words.count == 3, words[0] == "STAT" { found["\(words[1])"] = "\(words[2])" }
            }
            return found
        }
        return (try await ask(self.peer.socketPath), try await ask(self.ours.socketPath))
    }

    /// The names of the statistics that both answer to a command.
    func names(_ command: String) async throws -> (theirs: [String], ours: [String]) {
        func ask(_ path: String) async throws -> [String] {
            let bytes = Array("\(command)\r\n".utf8)
            let text = try await Exchange.send(bytes, to: path, on: self.loop).text
            return text.split(separator: "\r\n").compactMap { line in
                let words = line.split(separator: " ")
                return words.first == "STAT" ? String(words[1]) : nil
            }
        }
        return (try await ask(self.peer.socketPath), try await ask(self.ours.socketPath))
    }

    /// What both tell who watches while a text is executed, up to the fetch of a key `last`:
    /// without times, numbers of lines and of descriptors.
    func watched(_ streams: String, while text: String) async throws -> (
        theirs: [String], ours: [String]
    ) {
        (
            try await self.watched(streams, text, self.peer.socketPath),
            try await self.watched(streams, text, self.ours.socketPath)
        )
    }

    private func watched(
        _ streams: String, _ text: String, _ path: String
    ) async throws -> [String] {
        let deadline = self.loop.now + .seconds(20)
        let watcher = try await Connection.connect(to: .unix(path), on: self.loop)
        let input = watcher.input
        defer { watcher.close() }
        watcher.output.append("watch \(streams)\r\n")
        try await watcher.flush(deadline: deadline)
        while !input.bytes.makeString().hasPrefix("OK\r\n") {
            guard try await watcher.fill(deadline: deadline) > 0 else { throw Errno.timedOut }
        }
        _ = try await Exchange.send(Array("\(text)get last\r\n".utf8), to: path, on: self.loop)
        while !input.bytes.makeString().contains("key=last ") {
            guard try await watcher.fill(deadline: deadline) > 0 else { throw Errno.timedOut }
        }
        let lines = input.bytes.makeString().split(whereSeparator: \.isNewline).dropFirst()
        let end = lines.firstIndex { $0.contains("key=last ") } ?? lines.endIndex
        return lines[..<end].map { line in
                line.split(separator: " ").filter { word in
                    !["ts=", "gid=", "cfd="].contains { word.hasPrefix($0) }
                }.joined(separator: " ")
            }
    }

    /// Sends binary requests to both and compares.
    func compare(
        _ packets: [BinaryPacket], _ manner: Exchange.Manner, _ note: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        self.count += 1
        func answer(_ path: String, _ seen: UInt64) async throws -> [UInt8] {
            var bytes: [UInt8] = []
            for packet in packets { packet.append(to: &bytes, seen: seen) }
            return try await Exchange.send(bytes, to: path, manner, on: self.loop).answer
        }
        let theirs = try await answer(self.peer.socketPath, self.peerBinaryAnswers.lastCAS)
        let own = try await answer(self.ours.socketPath, self.ourBinaryAnswers.lastCAS)
        let expected = self.peerBinaryAnswers.lines(of: theirs)
        let found = self.ourBinaryAnswers.lines(of: own)
        if found == expected { return }
        let differing = zip(expected, found).enumerated().first { $1.0 != $1.1 }?.offset
        let place = differing ?? min(expected.count, found.count)
        Issue.record(
            """
            \(note) sent \(packets)
            answer \(place): memcached \(expected.dropFirst(place).prefix(2)),
            cached \(found.dropFirst(place).prefix(2))
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
